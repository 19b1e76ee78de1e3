"""The journal with the live orders beside it: what is written is on disk, and known, at once."""

from __future__ import annotations

from datetime import date, datetime

from firmware.contract.money import ZERO, Money
from firmware.journal.change_rows import ChangePaid
from firmware.journal.clockwatch import ClockWatch
from firmware.journal.journal import Journal
from firmware.journal.orders import Order, fold
from firmware.journal.paper_rows import PosterAsked
from firmware.journal.rows import (
    AnyRow,
    CheatSuspected,
    CoinCredited,
    NoteCredited,
    OrderCreated,
)
from firmware.runtime.clock import Clock


class Book:
    """The one place where core writes."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal, self._clock = journal, clock
        self._watch = ClockWatch(journal)
        self._orders: dict[str, Order] = {}
        self._day: datetime | None = None  # of what is counted here
        self._taken, self._suspected, self._posters = ZERO, 0, 0

    def write(self, *rows: AnyRow) -> None:
        """Put rows on disk, if there are any, then apply them to their orders. Raises as
        Journal.append does."""
        if not rows:
            return
        now = self._clock.now()
        doubt = self._watch.look(now)
        at = self.journal.append(now, *([] if doubt is None else [doubt]), *rows)
        self._watch.took(now)
        self._count(*rows)
        for row in rows:
            if isinstance(row, OrderCreated):
                self._orders[row.order] = Order(row)
            elif (order := self._orders.get(getattr(row, "order", None) or "")) is not None:
                order.apply(row, at)

    @property
    def at(self) -> str:
        """What the clock says now, ISO 8601 with offset."""
        return self._clock.now().isoformat(timespec="milliseconds")

    @property
    def reached(self) -> datetime:
        """The time that has come for sure, whatever the clock says."""
        return self._watch.reached(self._clock.now())

    @property
    def today(self) -> date:
        """What the calendar of the clock says."""
        return self._clock.now().date()

    def taken_today(self) -> Money:
        """The notes and coins that came in on this day. Journal look-ups only when a day begins."""
        self._look_at_the_day()
        return self._taken

    def suspected_today(self) -> int:
        """How often a forged note or a cheat was suspected on this day."""
        self._look_at_the_day()
        return self._suspected

    def posters_today(self) -> int:
        """How often a poster was asked for on this day."""
        self._look_at_the_day()
        return self._posters

    def _look_at_the_day(self) -> None:
        day = self._watch.day(self._clock.now())
        if day != self._day:
            first = self.journal.first_row_of(day)
            self._taken = Money(self.journal.credited_from(first))
            self._suspected = self.journal.count_from(CheatSuspected, first)
            self._posters = self.journal.count_from(PosterAsked, first)
            self._day = day

    def _count(self, *rows: AnyRow) -> None:
        for row in rows:
            match row:
                case NoteCredited(value=value) | CoinCredited(value=value):
                    self._taken = self._taken + value
                case ChangePaid(paid=paid):
                    self._taken = self._taken - paid
                case CheatSuspected():
                    self._suspected += 1
                case PosterAsked():
                    self._posters += 1
                case _:
                    pass

    def knows(self, number: str) -> bool:
        """Whether there is such an order: of one whose file was lost, rows of later may be left."""
        history = self.journal.of_order(number)
        return bool(history) and isinstance(history[0].row, OrderCreated)

    def order(self, number: str) -> Order:
        """A live order, or one recalled from its rows."""
        if number not in self._orders:
            self._orders[number] = fold(self.journal.of_order(number))
        return self._orders[number]

    def forget(self, number: str) -> None:
        """The visit is over: the rows remain."""
        self._orders.pop(number, None)

    def next_number(self, prefix: str) -> str:
        """The next receipt number: `TDR 0417 0001`. Never given twice: the last is on disk."""
        return f"{prefix} {self.journal.next_order:04d}"
