"""From the journal to the papers of an operator: slips and day reports."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from msgspec.structs import replace

from firmware.contract.fault_ticket import FaultTicket
from firmware.contract.money import Money
from firmware.core.book import Book
from firmware.core.desk_printer import Paper
from firmware.core.vault import Vault
from firmware.documents.collection import Part, Slip, collection_slip
from firmware.documents.fault_slip import ticket_slip
from firmware.documents.report import Report, day_report
from firmware.journal import desk_rows as rows
from firmware.journal.chain import Entry, only
from firmware.journal.orders import Order
from firmware.runtime.config import KioskSection
from firmware.till.collection import cash_of
from firmware.till.report import figures_of


class DeskPapers:
    """Builds them; also writes the row that closes a day, before its paper."""

    def __init__(self, book: Book, vault: Vault, kiosk: KioskSection) -> None:
        self._book, self._journal, self._vault, self._kiosk = book, book.journal, vault, kiosk
        self.tickets: list[FaultTicket] = []  # open ones, as health says
        self.last: list[Paper] = []  # what was printed last, to be printed again
        self._expected: tuple[int, rows.Cash] | None = None
        self._figures: tuple[int, rows.DayFigures] | None = None

    # --- collections -----------------------------------------------------------------------

    @property
    def last_collection(self) -> tuple[Entry, rows.CollectionClosed] | None:
        """The last one in which money was taken out."""
        return next(self._emptied(), None)

    def _emptied(self) -> Iterator[tuple[Entry, rows.CollectionClosed]]:
        closed = only(self._journal.newest_of(rows.CollectionClosed), rows.CollectionClosed)
        return (each for each in closed if each[1].how in rows.EMPTIED)

    def differs(self, number: int) -> rows.CollectionDiffers | None:
        found = only(self._journal.newest_of(rows.CollectionDiffers), rows.CollectionDiffers)
        return next((row for _, row in found if row.number == number), None)

    def last_slip(self) -> list[Paper]:
        """Two copies of the last collection's slip; none when there was no collection."""
        emptied = list(islice(self._emptied(), 2))  # and the one before it
        if not emptied:
            return []
        entry, closed = emptied[0]
        differs = self.differs(closed.number)
        slip = Slip(
            kiosk=self._kiosk.id,
            place=self._place,
            at=entry.at,
            since_at=emptied[1][0].at if len(emptied) > 1 else "",
            closed=closed,
            part=Part.BOX,
            differs=differs is not None,
            doubts=[] if differs is None else differs.doubts,
        )
        return [_copy(slip, part) for part in Part]

    @property
    def expected(self) -> rows.Cash:
        """What is inside, by its pieces; added up again only when there are new rows."""
        if self._expected is None or self._expected[0] != self._journal.length:
            cash = cash_of(self._journal.since(self._vault.boundary))
            self._expected = (self._journal.length, cash)
        return self._expected[1]

    @property
    def inside(self) -> Money:
        return Money(self._journal.inside_paise)

    def ticket(self, number: str) -> list[Paper]:
        """The slip of an open ticket; none where it was closed meanwhile."""
        found = [each for each in self.tickets if each.number == number]
        return [
            Paper("ticket", partial(ticket_slip, each, self._place, self._kiosk)) for each in found
        ]

    # --- days ------------------------------------------------------------------------------

    @property
    def last_day(self) -> tuple[Entry, rows.DayClosed] | None:
        return next(only(self._journal.newest_of(rows.DayClosed), rows.DayClosed), None)

    def figures(self) -> rows.DayFigures:
        """Of the day that is not closed yet; added up again only when there are new rows."""
        if self._figures is None or self._figures[0] != self._journal.length:
            figures = figures_of(self._journal.since(self._day_since), self._recall)
            self._figures = (self._journal.length, figures)
        return self._figures[1]

    def x_report(self, by: str) -> list[Paper]:
        return [self._report(by, None, self._book.at, self.figures(), self._since_at)]

    def close_day(self, by: str) -> list[Paper]:
        """The day is closed on disk; then comes its paper."""
        last, since_at = self.last_day, self._since_at
        number = 1 if last is None else last[1].number + 1
        closed = rows.DayClosed(number, by, self._day_since, self.figures())
        self._book.write(closed)
        return [self._report(by, number, self._journal.last_at, closed.figures, since_at)]

    def closed_days(self, most: int) -> list[tuple[Entry, rows.DayClosed]]:
        """The latest first."""
        return list(islice(only(self._journal.newest_of(rows.DayClosed), rows.DayClosed), most))

    def day(self, number: int) -> list[Paper]:
        """The report of that closed day, as its row has it; none when there is no such day."""
        found = only(self._journal.newest_of(rows.DayClosed), rows.DayClosed)
        for entry, day in found:
            if day.number == number:
                before = next(found, None)
                since_at = "" if before is None else before[0].at
                return [self._report(day.by, number, entry.at, day.figures, since_at)]
        return []

    @property
    def _day_since(self) -> int:
        return self._journal.before_all if self.last_day is None else self.last_day[0].seq

    @property
    def _since_at(self) -> str:
        return "" if self.last_day is None else self.last_day[0].at

    def _report(
        self, by: str, number: int | None, at: str, figures: rows.DayFigures, since_at: str
    ) -> Paper:
        report = Report(
            kiosk=self._kiosk.id,
            place=self._place,
            by=by,
            at=at,
            since_at=since_at,
            number=number,
            figures=figures,
        )
        name = "report x" if number is None else f"report z{number}"
        return Paper(name, lambda duplicate: day_report(replace(report, duplicate=duplicate)))

    # --- what both need --------------------------------------------------------------------

    @property
    def _place(self) -> str:
        return self._kiosk.place.get("hi", self._kiosk.id)

    def _recall(self, number: str) -> Order:
        order = self._book.order(number)
        self._book.forget(number)
        return order


def _copy(slip: Slip, part: Part) -> Paper:
    copy = replace(slip, part=part)
    name = f"collection {slip.closed.number} {part}"
    return Paper(name, lambda duplicate: collection_slip(replace(copy, duplicate=duplicate)))
