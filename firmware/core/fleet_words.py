"""What the fleet has this kiosk say: a notice on the first screen, and where else to try.

The uplink keeps both, and proves again at each start who signed them, so they stand also where no
network comes back. A notice ends by the clock, or, where that is of 1970, by the journal's rows;
what the fleet says of neighbours goes before the list in kiosk.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firmware.contract.uplink import Desired, Moment, Notice, Words
from firmware.core.book import Book
from firmware.core.occasion import Occasion


class FleetWords:
    """Writes `occasion.neighbours` and `occasion.notices`; screens read them. `neighbours` are
    those of kiosk.toml."""

    def __init__(self, book: Book, occasion: Occasion, neighbours: Sequence[Words]) -> None:
        self._book, self._occasion, self._own = book, occasion, list(neighbours)
        self._here: tuple[Words, Moment] = ({}, "")
        self._everywhere: tuple[Words, Moment] = ({}, "")
        occasion.neighbours = self._own

    def on_desired(self, desired: Desired) -> None:
        self._occasion.neighbours = desired.neighbours or self._own
        self._here = desired.notice, desired.notice_until
        self.tick()

    def on_notice(self, notice: Notice) -> None:
        self._everywhere = notice.words, notice.until
        self.tick()

    def tick(self) -> None:
        """What stands now: this kiosk's own first."""
        now = self._book.reached
        said = (self._here, self._everywhere)
        self._occasion.notices = [words for words, until in said if words and _stands(until, now)]


def _stands(until: Moment, now: datetime) -> bool:
    return not until or now < datetime.fromisoformat(until)
