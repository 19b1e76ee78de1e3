"""The rows of money that comes by UPI or card, and of what goes back to a card.

An order has one way of paying. Each attempt is asked about until the back end says what became of
it; nothing of a card but its masked number stands here (M10).
"""

from __future__ import annotations

from firmware.contract.card import MaskedPan
from firmware.contract.money import Money
from firmware.journal.row import Row


class UpiAsked(Row, frozen=True):
    """Intent: the back end may take this amount under `reference`; a QR shows it until `expires`
    (ISO 8601 with offset)."""

    order: str
    reference: str
    amount: Money
    expires: str


class UpiConfirmed(Row, frozen=True):
    """Outcome: the back end has the money, under the network's own `bank_reference`."""

    order: str
    reference: str
    amount: Money
    bank_reference: str


class UpiEnded(Row, frozen=True):
    """Outcome: the back end took nothing under `reference`, and will not."""

    order: str
    reference: str


class CardAsked(Row, frozen=True):
    """Intent: this much is charged to the card `masked`, under `key`."""

    order: str
    key: str
    amount: Money
    masked: MaskedPan


class CardApproved(Row, frozen=True):
    """The issuer said yes, with its code `approval`. Charged only when it is confirmed."""

    order: str
    key: str
    approval: str


class CardGivenUp(Row, frozen=True):
    """Intent: the charge under `key` is undone, whatever became of it; it pays nothing any more."""

    order: str
    key: str


class CardConfirmed(Row, frozen=True):
    """Outcome: the card was charged."""

    order: str
    key: str
    amount: Money


class CardDeclined(Row, frozen=True):
    """Outcome: the issuer said no; nothing was charged."""

    order: str
    key: str
    reason: str


class CardVoided(Row, frozen=True):
    """Outcome: what was approved is undone, or was never heard of; nothing was charged."""

    order: str
    key: str


class CardRefundAsked(Row, frozen=True):
    """Intent: `amount` of the charge `of` goes back to the card, under a `key` of its own."""

    order: str
    key: str
    of: str
    amount: Money
    cause: str  # message key


class CardRefunded(Row, frozen=True):
    """Outcome: the acquirer gave it back."""

    order: str
    key: str
    amount: Money


class CardRefundRefused(Row, frozen=True):
    """Outcome: the acquirer will not give it back; a claim follows in the same commit."""

    order: str
    key: str
    detail: str


TenderRow = (
    UpiAsked
    | UpiConfirmed
    | UpiEnded
    | CardAsked
    | CardApproved
    | CardGivenUp
    | CardConfirmed
    | CardDeclined
    | CardVoided
    | CardRefundAsked
    | CardRefunded
    | CardRefundRefused
)


def tender_key_of(row: Row) -> str | None:
    """What the journal holds at most once: each payment, and each refund."""
    match row:
        case UpiConfirmed(reference=reference):
            return f"upi {reference}"
        case CardConfirmed(key=key):
            return f"card {key}"
        case CardRefunded(key=key):
            return f"refund {key}"
        case _:
            return None
