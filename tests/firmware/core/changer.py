"""A coin changer at the contract: pays each order once, as well as it is told to."""

from __future__ import annotations

from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.payout import PaidOut, PayOutFailed


class Changer:
    """`pays` is what becomes of an order: all, some, nothing, unsure (it does not know), silent."""

    def __init__(self) -> None:
        self.payable: dict[int, int] = {}  # none: a coin acceptor that gives nothing out
        self.tubes: dict[int, int] = {}  # what it says they hold; none: it does not say
        self.pays = "all"
        self.paid_out = 0  # paise
        self._orders: set[str] = set()

    def pay_out(self, name: str, amount: Money) -> PaidOut | PayOutFailed | None:
        """What is told of it; None for a repeat, or when it says nothing."""
        if name in self._orders or self.pays == "silent":
            return None
        self._orders.add(name)
        paid = {"all": amount, "some": rupees(1)}.get(self.pays, ZERO)
        self.paid_out += paid.paise
        coins = {100: paid.paise // 100} if paid else {}
        if paid == amount:
            return PaidOut(name, paid, coins)
        return PayOutFailed(name, amount, paid, coins, is_certain=self.pays != "unsure")
