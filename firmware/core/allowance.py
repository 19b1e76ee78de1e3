"""How much cash a visit may still bring: the limits of kiosk and service, against the journal.

The arithmetic is till/limits.py; here is where its figures come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Hint
from firmware.core.basket import chosen, sum_of
from firmware.core.book import Book
from firmware.core.floor import ACCEPTORS, Floor
from firmware.core.visit import Visit
from firmware.journal.orders import Order
from firmware.runtime.config import LimitsSection
from firmware.services.catalogue import CashBounds, Catalogue
from firmware.till.limits import Bounds, Limits, Taken, bounds, why_no_cash


class Allowance:
    """Asked anew at every check: the day goes on, and so does the money."""

    def __init__(
        self, book: Book, floor: Floor, section: LimitsSection, catalogue: Catalogue
    ) -> None:
        self._book, self._floor = book, floor
        self._section, self._catalogue = section, catalogue

    def within(self, visit: Visit, order: Order) -> Bounds:
        """What may still come in for this order."""
        taken = Taken(order.cash, visit.taken + order.cash, self._today)
        limits = bounds(self._limits(line.service for line in order.lines), taken)
        return replace(limits, payable=self._floor.payable)

    def why_no_cash(self, visit: Visit) -> Hint | None:
        """Why what is on the screen, a bill or a basket, cannot be paid in cash, if so."""
        if visit.bill is None or visit.service not in self._catalogue.services:
            return None
        bills = chosen(visit)
        if any("cash" not in self._catalogue.services[each.service].tenders for each in bills):
            return Hint("limit.no_cash")
        limits = self._limits(listed.service for listed in bills)
        advance = self._catalogue.services[bills[-1].service].allowed_advance
        taken = Taken(ZERO, visit.taken, self._today)
        return why_no_cash(sum_of(bills), advance, limits, taken, self._values())

    def least_part(self, order: Order) -> Money | None:
        """The smallest part payment of the first bill; None where it is paid whole or not at all,
        or is of a service that is no more."""
        service = self._catalogue.services.get(order.lines[0].service)
        return None if service is None else service.least_part

    @property
    def day_is_full(self) -> bool:
        """Whether not even the smallest note or coin may come in today."""
        if self._section.per_day is None:
            return False
        left = rupees(self._section.per_day) - self._today
        return left < min(self._values(), default=Money(1))

    @property
    def _today(self) -> Money:
        return ZERO if self._section.per_day is None else self._book.taken_today()

    def _limits(self, services: Iterable[str]) -> Limits:
        """Of a basket the tightest bounds of its services."""
        known = self._catalogue.services
        of_services = [known[each].cash if each in known else CashBounds() for each in services]
        mosts = [Money(each.most) for each in of_services if each.most is not None]
        return Limits(
            per_visit=_or_none(self._section.per_visit),
            per_day=_or_none(self._section.per_day),
            least=Money(max(each.least for each in of_services)),
            most=min(mosts, default=None),
            refused=frozenset(rupees(value) for value in self._section.refused),
        )

    def _values(self) -> list[Money]:
        return [value for kind in ACCEPTORS for value in self._floor.values(kind)]


def _or_none(amount: int | None) -> Money | None:
    return None if amount is None else rupees(amount)
