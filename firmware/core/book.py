"""The journal with the live orders beside it: what is written is on disk, and known, at once."""

from __future__ import annotations

from firmware.journal.clockwatch import ClockWatch
from firmware.journal.journal import Journal
from firmware.journal.orders import Order, fold
from firmware.journal.rows import AnyRow, OrderCreated
from firmware.runtime.clock import Clock


class Book:
    """The one place where core writes."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal, self._clock = journal, clock
        self._watch = ClockWatch(journal)
        self._orders: dict[str, Order] = {}

    def write(self, *rows: AnyRow) -> None:
        """Put rows on disk, if there are any, then apply them to their orders. Raises as
        Journal.append does."""
        if not rows:
            return
        now = self._clock.now()
        doubt = self._watch.look(now)
        at = self.journal.append(now, *([] if doubt is None else [doubt]), *rows)
        self._watch.took(now)
        for row in rows:
            if isinstance(row, OrderCreated):
                self._orders[row.order] = Order(row)
            elif (order := self._orders.get(getattr(row, "order", None) or "")) is not None:
                order.apply(row, at)

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
