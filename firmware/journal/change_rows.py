"""The rows of change that a coin changer gives back."""

from __future__ import annotations

from firmware.contract.money import Money
from firmware.journal.row import Row


class ChangeIntended(Row, frozen=True):
    """Intent: the coin changer pays this much back, in coins, under this id."""

    order: str
    id: str
    amount: Money


class ChangePaid(Row, frozen=True):
    """Outcome: the changer's own word of what went out; `coins` by paise. None of it: 0.

    `order` is None when rows are missing and nobody knows whose it was.
    """

    order: str | None
    id: str
    paid: Money
    coins: dict[int, int]


class ChangeInDoubt(Row, frozen=True):
    """Outcome: of this much, nobody can say whether it went out: goes to a claim (M11).

    A ChangePaid of the same id that comes after all takes the doubt away.
    """

    order: str
    id: str
    amount: Money
