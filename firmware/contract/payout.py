"""Change on the bus: the order to pay it out in coins, and what of it went to the citizen."""

from __future__ import annotations

from typing import Annotated

import msgspec

from firmware.contract.money import Money


class PaidOut(msgspec.Struct, frozen=True, tag=True):
    """All of a PayOut went to the citizen: `coins` by paise. Told again until Acknowledge."""

    id: str
    amount: Money
    coins: dict[int, int]


class PayOutFailed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A PayOut ended, and only `paid` of `asked` went out. Told again until Acknowledge.

    `is_certain` is false where the device cannot say: then anything up to `asked` may have gone.
    """

    id: str
    asked: Money
    paid: Money
    coins: dict[int, int] = {}
    is_certain: bool = True


class PayOut(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Pay this amount in coins, once: a repeat of the same id pays nothing, and tells again what
    became of it. Its intent is on disk (M2)."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    amount: Money
