"""What core asks of the back end, and what comes back. Only the gateway has a route there."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from firmware.contract.card import CardPayment, CardRequest
from firmware.contract.money import Money
from firmware.contract.upi import UpiPayment, UpiRequest


class Tender(StrEnum):
    """How an order is paid, beside cash."""

    UPI = "upi"
    CARD = "card"


class GatewayState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Retained. `is_online` is measured against the back end itself, not against the link."""

    is_online: bool
    detail: str = ""
    tenders: list[Tender] = []  # what the back end said it settles, when it was last looked at


class FetchBill(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    service: str
    account: str


class PostPayment(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Tell the back end that money was taken. A repeat of `key` is the same payment."""

    key: str  # idempotency key, made when the order was made
    service: str
    account: str
    bill_number: str
    amount: Money
    receipt: str


class SumBooked(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What has the back end booked for the receipts `<prefix> <first>` to `<prefix> <last>`?"""

    prefix: str  # TDR 0417
    first: int
    last: int


GatewayRequest = FetchBill | PostPayment | SumBooked | CardRequest | UpiRequest


class Bill(msgspec.Struct, frozen=True, tag=True):
    number: str
    account: str
    name: str
    period: str  # YYYY-MM
    due_date: str  # YYYY-MM-DD
    amount: Money
    fee: Money


class Posted(msgspec.Struct, frozen=True, tag=True):
    """The back end's own acknowledgement, with its reference."""

    key: str
    reference: str


class BookedSum(msgspec.Struct, frozen=True, tag=True):
    """So many payments, of so much, by the back end's own books."""

    count: int
    amount: Money


class Problem(StrEnum):
    NO_SUCH_ACCOUNT = "no_such_account"
    ALREADY_PAID = "already_paid"
    BACK_END_DOWN = "back_end_down"  # nobody answered: try again later, nothing is decided
    REFUSED = "refused"  # answered, and no: a person must look
    CARD_FORGOTTEN = "card_forgotten"  # the gateway holds no such swipe now: ask FindCard


class Failed(msgspec.Struct, frozen=True, tag=True):
    problem: Problem
    detail: str = ""


GatewayReply = Bill | Posted | BookedSum | CardPayment | UpiPayment | Failed
