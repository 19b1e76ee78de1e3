"""Which content pack is in force: looked for when one came, and when a day begins."""

from __future__ import annotations

from datetime import date

from firmware.content.shelf import INDEX, Look, Shelf
from firmware.runtime.clock import Clock

LOOK_EVERY = 5.0  # seconds; a technician who installed one waits no longer


class ContentWatch:
    """`now` is monotonic seconds."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        self._looked_at: float | None = None
        self._seen: tuple[date, int] | None = None  # the day, and when the index was written
        self._look = Look()

    def look(self, now: float) -> Look:
        """The same as before, as long as nothing has changed."""
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            today = self._clock.now().date()
            if (seen := (today, self._index_time())) != self._seen:
                self._seen, self._look = seen, self._shelf.look(today)
        return self._look

    def _index_time(self) -> int:
        """Nanoseconds; 0 where no pack ever came."""
        try:
            return (self._shelf.folder / INDEX).stat().st_mtime_ns
        except OSError:
            return 0
