"""UPI on the bus: one payment by a QR that is made for it, from its registration to its end.

`reference` is the `tr` of NPCI's linking specification 1.6: unique for every attempt, made here,
and known to the back end before a QR shows it. Only the back end's word says that money came.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.money import Money

# `tr` is at most 35 characters long.
UpiReference = Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{1,35}$")]


class StartUpi(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Register `reference`, so that it may be paid. A repeat is the same payment."""

    reference: UpiReference
    amount: Money
    receipt: str


class CheckUpi(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Was it paid?"""

    reference: UpiReference


class CancelUpi(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Take no payment under `reference` any more, whether it was registered or not; what is
    answered is final. One that never arrived cannot arrive any more."""

    reference: UpiReference


UpiRequest = StartUpi | CheckUpi | CancelUpi


class UpiStatus(StrEnum):
    WAITING = "waiting"  # may be paid
    PAID = "paid"  # final
    CANCELLED = "cancelled"  # final: the network refuses a payment from here on
    UNKNOWN = "unknown"  # the back end never heard of it


class UpiPayment(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The whole truth of one UPI payment, as the back end has it."""

    reference: str
    status: UpiStatus
    amount: Money
    payee: str = ""  # the virtual payment address that is paid: `pa`
    payee_name: str = ""  # `pn`
    bank_reference: str = ""  # the network's own number of a payment, for the receipt
