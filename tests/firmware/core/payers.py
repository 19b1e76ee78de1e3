"""The other side of paying without cash: telephones with a UPI app, and an acquirer of cards.

Each has books of its own, and knows nothing of the kiosk's journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.contract.card import (
    AuthoriseCard,
    CardPayment,
    CardRequest,
    CardStatus,
    ConfirmCard,
    RefundCard,
    VoidCard,
)
from firmware.contract.gateway import Failed, Problem
from firmware.contract.money import ZERO, Money
from firmware.contract.upi import CancelUpi, StartUpi, UpiPayment, UpiRequest, UpiStatus

PAYEE, PAYEE_NAME = "office@upi", "Vidyut Vibhag"


class Refused(AssertionError):
    """The network does not take this payment: the money stays at the citizen's bank."""


@dataclass
class UpiNetwork:
    """Payments by their reference, and what the network refused to telephones."""

    payments: dict[str, UpiPayment] = field(default_factory=dict)
    refused: int = 0

    def answer(self, request: UpiRequest) -> UpiPayment:
        name = request.reference
        known = self.payments.get(name)
        match request:
            case StartUpi(amount=amount) if known is None:
                self._put(name, UpiStatus.WAITING, amount)
            case CancelUpi() if known is None or known.status is UpiStatus.WAITING:
                self._put(name, UpiStatus.CANCELLED, ZERO if known is None else known.amount)
            case _:
                pass
        return self.payments.get(name) or UpiPayment(name, UpiStatus.UNKNOWN, ZERO)

    def pay(self, reference: str, amount: Money | None = None) -> None:
        """A telephone pays; raises Refused, and then nothing left its bank."""
        known = self.payments.get(reference)
        if known is None or known.status is not UpiStatus.WAITING:
            self.refused += 1
            raise Refused(f"{reference}: {known}")
        self._put(reference, UpiStatus.PAID, amount or known.amount)

    def _put(self, name: str, status: UpiStatus, amount: Money) -> None:
        number = "632600000001" if status is UpiStatus.PAID else ""
        self.payments[name] = UpiPayment(name, status, amount, PAYEE, PAYEE_NAME, number)

    @property
    def paid(self) -> dict[str, Money]:
        found = self.payments.values()
        return {each.reference: each.amount for each in found if each.status is UpiStatus.PAID}


@dataclass
class Acquirer:
    """Charges by their key; what is declined, and what is refused to give back, is set by hand."""

    payments: dict[str, CardPayment] = field(default_factory=dict)
    refunds: dict[str, tuple[str, Money]] = field(default_factory=dict)
    declines: str = ""  # the reason, while everything is declined
    refuses_refunds: bool = False
    forgets: bool = False  # the gateway holds no swipe

    def answer(self, request: CardRequest) -> CardPayment | Failed:
        match request:
            case AuthoriseCard() if self.forgets:
                return Failed(Problem.CARD_FORGOTTEN)
            case AuthoriseCard(key=key, amount=amount) if key not in self.payments:
                status = CardStatus.DECLINED if self.declines else CardStatus.APPROVED
                self._put(key, status, amount, self.declines)
            case ConfirmCard(key=key) if self._is(key, CardStatus.APPROVED):
                self._put(key, CardStatus.CONFIRMED, self.payments[key].amount)
            case VoidCard(key=key) if key not in self.payments:
                self._put(key, CardStatus.VOIDED, ZERO)
            case VoidCard(key=key) if self._is(key, CardStatus.APPROVED, CardStatus.CONFIRMED):
                self._put(key, CardStatus.VOIDED, self.payments[key].amount)
            case RefundCard():
                return self._refund(request)
            case _:
                pass
        return self.find(request.key)

    def find(self, key: str) -> CardPayment:
        return self.payments.get(key) or CardPayment(key, CardStatus.UNKNOWN, ZERO, ZERO)

    def _refund(self, request: RefundCard) -> CardPayment | Failed:
        if self.refuses_refunds:
            return Failed(Problem.REFUSED, "no refunds")
        assert self._is(request.of, CardStatus.CONFIRMED), f"refund of {self.find(request.of)}"
        self.refunds.setdefault(request.key, (request.of, request.amount))
        self._put(request.of, CardStatus.CONFIRMED, self.payments[request.of].amount)
        return self.find(request.of)

    def _is(self, key: str, *states: CardStatus) -> bool:
        return key in self.payments and self.payments[key].status in states

    def _put(self, key: str, status: CardStatus, amount: Money, reason: str = "") -> None:
        back = Money(sum(part.paise for of, part in self.refunds.values() if of == key))
        self.payments[key] = CardPayment(key, status, amount, back, "A00017", reason)

    @property
    def charged(self) -> dict[str, Money]:
        """What each card was charged and has not got back."""
        found = self.payments.values()
        return {p.key: p.amount - p.refunded for p in found if p.status is CardStatus.CONFIRMED}
