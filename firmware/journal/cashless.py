"""What the journal knows of the UPI and card payments of one order."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.contract.gateway import Tender
from firmware.contract.money import ZERO, Money, total
from firmware.journal.tender_rows import (
    CardApproved,
    CardAsked,
    CardConfirmed,
    CardDeclined,
    CardGivenUp,
    CardRefundAsked,
    CardRefunded,
    CardRefundRefused,
    CardVoided,
    TenderRow,
    UpiAsked,
    UpiConfirmed,
    UpiEnded,
)


@dataclass
class Cashless:
    """Only `apply` changes it."""

    upi: UpiAsked | None = None
    paid_by_upi: UpiConfirmed | None = None
    upi_is_over: bool = False
    card: CardAsked | None = None  # the last one that was swiped
    cards: int = 0  # how many were
    approval: str = ""  # of that card
    is_given_up: bool = False
    declined: str = ""  # why, if it was
    card_is_over: bool = True  # its fate is known
    paid_by_card: CardConfirmed | None = None
    refunds: dict[str, CardRefundAsked] = field(default_factory=dict)  # by key
    open_refunds: set[str] = field(default_factory=set)  # not answered yet
    returned: Money = ZERO  # to the card

    @property
    def tender(self) -> Tender | None:
        """How it was paid; None for cash, and while nothing came."""
        if self.paid_by_upi is not None:
            return Tender.UPI
        return None if self.paid_by_card is None else Tender.CARD

    @property
    def by_upi(self) -> Money:
        return ZERO if self.paid_by_upi is None else self.paid_by_upi.amount

    @property
    def by_card(self) -> Money:
        return ZERO if self.paid_by_card is None else self.paid_by_card.amount

    @property
    def bank_reference(self) -> str:
        """The network's number of the UPI payment, for the receipt."""
        return "" if self.paid_by_upi is None else self.paid_by_upi.bank_reference

    @property
    def masked(self) -> str:
        """The card that was charged, or asked for: first six and last four digits at most."""
        return "" if self.card is None else self.card.masked

    @property
    def received(self) -> Money:
        return self.by_upi + self.by_card

    @property
    def returning(self) -> Money:
        """To the card, and the acquirer has not said yet that it is there."""
        return total([self.refunds[key].amount for key in sorted(self.open_refunds)])

    @property
    def going_back(self) -> Money:
        """What is on the refund slip: returned, or on its way."""
        return self.returned + self.returning

    @property
    def open_upi(self) -> UpiAsked | None:
        """An attempt whose fate nobody here knows."""
        return None if self.upi_is_over else self.upi

    @property
    def open_card(self) -> CardAsked | None:
        return None if self.card_is_over else self.card

    @property
    def is_open(self) -> bool:
        """Whether money may still come, or may have come, that no row tells of."""
        return self.open_upi is not None or self.open_card is not None

    def apply(self, row: TenderRow) -> None:
        match row:
            case UpiAsked():
                self.upi, self.upi_is_over = row, False
            case UpiConfirmed():
                self.paid_by_upi, self.upi_is_over = row, True
            case UpiEnded():
                self.upi_is_over = True
            case _:
                self._apply_card(row)

    def _apply_card(self, row: TenderRow) -> None:
        match row:
            case CardAsked():
                self.card, self.cards = row, self.cards + 1
                self.approval, self.declined = "", ""
                self.is_given_up, self.card_is_over = False, False
            case CardApproved(approval=approval):
                self.approval = approval
            case CardGivenUp():
                self.is_given_up = True
            case CardConfirmed():
                self.paid_by_card, self.card_is_over = row, True
            case CardDeclined(reason=reason):
                self.declined, self.card_is_over = reason or "declined", True
            case CardVoided():
                self.card_is_over = True
            case CardRefundAsked(key=key):
                self.refunds[key] = row
                self.open_refunds.add(key)
            case CardRefunded(key=key, amount=amount):
                self.open_refunds.discard(key)
                self.returned = self.returned + amount
            case CardRefundRefused(key=key):
                self.open_refunds.discard(key)
            case _:
                pass
