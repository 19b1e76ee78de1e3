"""Whether the time of day can be believed, told by rows: a Pi has no battery behind its clock.

Every row carries what the clock said. Between a ClockDoubted and the next ClockTrusted that is not
believed. The order of rows is `seq`, never the time, and no duration comes from it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from firmware.journal.journal import Journal
from firmware.journal.rows import ClockDoubted, ClockTrusted
from firmware.runtime.clock import INDIA, MAY_GO_BACK

EARLIEST = datetime(
    2026, 1, 1, tzinfo=INDIA
)  # no kiosk is older; a clock without battery says 1970
MAY_LEAP = timedelta(days=365)  # a kiosk may have been in store, but not for ever


class ClockWatch:
    """Follows one journal. `look` changes nothing; `took` is told when the rows are on disk."""

    def __init__(self, journal: Journal) -> None:
        doubted, trusted = journal.last_of(ClockDoubted), journal.last_of(ClockTrusted)
        self.is_trusted = doubted is None or (trusted is not None and trusted.seq > doubted.seq)
        last = journal.last_at
        if not self.is_trusted and doubted is not None and isinstance(doubted.row, ClockDoubted):
            last = doubted.row.last
        self._newest = datetime.fromisoformat(last) if last else None  # that was believed

    def look(self, now: datetime) -> ClockDoubted | ClockTrusted | None:
        """The row that has to stand before rows of `now`, if there is one."""
        is_likely = self._is_likely(now)
        if is_likely == self.is_trusted:
            return None
        if is_likely:
            return ClockTrusted(_text(now))
        return ClockDoubted(_text(now), _text(self._newest) if self._newest else "")

    def day(self, now: datetime) -> datetime:
        """The midnight that began the present day. A clock that is not believed begins none, and
        one that goes back a little ends none."""
        return self.reached(now).replace(hour=0, minute=0, second=0, microsecond=0)

    def reached(self, now: datetime) -> datetime:
        """The time that has come for sure: of a clock that is not believed, that of the rows."""
        newest = self._newest or EARLIEST
        return max(now, newest) if self._is_likely(now) else newest

    def took(self, now: datetime) -> None:
        """Rows of `now`, with what `look` said before them, are on disk."""
        self.is_trusted = self._is_likely(now)
        if self.is_trusted:
            self._newest = max(now, self._newest or now)

    def _is_likely(self, now: datetime) -> bool:
        if now < EARLIEST:
            return False
        if self._newest is None or self._newest < EARLIEST:
            return True
        return -MAY_GO_BACK <= now - self._newest <= MAY_LEAP


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")
