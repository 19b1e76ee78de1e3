"""What core asks of the back end, and what comes back. Only the gateway has a route there."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.card import CardPayment, CardRequest
from firmware.contract.document import Sha256, SpoolName
from firmware.contract.facts import Facts, FetchFacts
from firmware.contract.money import Money
from firmware.contract.options import FetchOptions, Options
from firmware.contract.rates import FetchRates, RateFile
from firmware.contract.request import PostRequest, PostVerification
from firmware.contract.upi import UpiPayment, UpiRequest


class Tender(StrEnum):
    """How an order is paid, beside cash."""

    UPI = "upi"
    CARD = "card"


class PaidBy(StrEnum):
    """How the money of a payment came in, for the back end's books."""

    CASH = "cash"  # notes and coins, also where a claim slip paid a part
    UPI = "upi"
    CARD = "card"
    SLIP = "slip"  # claim slips alone: cash of an earlier visit


class GatewayState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Retained. `is_online` is measured against the back end itself, not against the link.

    Where services have several, docs/gateway.md says which of them it is.
    """

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
    tender: PaidBy = PaidBy.CASH


class SumBooked(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What has the back end booked for the receipts `<prefix> <first>` to `<prefix> <last>`?"""

    prefix: str  # TDR 0417
    first: int
    last: int


class FetchDocument(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Put the document of a paid order into the spool of `device`. A repeat is the same document.

    The bytes never travel on the bus. `key` and `receipt` are those of the payment that follows
    when the last page is out.
    """

    key: str
    service: str
    account: str
    receipt: str
    device: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]


Question = FetchOptions | FetchFacts  # changes nothing; what is kept may answer it
Acceptance = PostRequest | PostVerification  # answered with Posted, and costs nothing
Paid = FetchBill | PostPayment | FetchDocument | SumBooked | FetchRates
GatewayRequest = Paid | Question | Acceptance | CardRequest | UpiRequest


class Bill(msgspec.Struct, frozen=True, tag=True):
    number: str
    account: str
    name: str
    period: str  # YYYY-MM; empty of what is paid for no month
    due_date: str  # YYYY-MM-DD; empty of what is not due
    amount: Money
    fee: Money


# Ten digits, the first of them 6 to 9: the levels of mobile telephones in India's numbering plan.
Mobile = Annotated[str, msgspec.Meta(pattern="^[6-9][0-9]{9}$")]


class RegisteredBill(msgspec.Struct, frozen=True, tag=True):
    """A bill, and the mobile that the office has on file for its account.

    The mobile is for core alone, which makes a keyed check of it and forgets it: what is shown,
    kept or written is the bill.
    """

    bill: Bill
    mobile: Mobile

    def __repr__(self) -> str:
        return f"RegisteredBill({self.bill!r}, mobile=...)"


Pages = Annotated[int, msgspec.Meta(ge=1, le=200)]
Signature = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}$")]


class Document(msgspec.Struct, frozen=True, tag=True):
    """A PDF lies in the spool, and the office that issued it has signed what it is.

    `signature` is Ed25519, in hex, over the statement of firmware/documents/signed.py. Whoever
    prints it checks that first; the bytes are held against `sha256` by the printer's driver.
    """

    key: str
    pages: Pages
    document: SpoolName
    sha256: Sha256
    signature: Signature


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
    FINGER_FORGOTTEN = (
        "finger_forgotten"  # the gateway holds no such capture; office has no such key
    )


class Failed(msgspec.Struct, frozen=True, tag=True):
    problem: Problem
    detail: str = ""


GatewayReply = (
    Bill
    | RegisteredBill
    | Document
    | Posted
    | BookedSum
    | Options
    | Facts
    | RateFile
    | CardPayment
    | UpiPayment
    | Failed
)
