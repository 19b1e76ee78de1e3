"""Which rate table is in force: looked for when a file came, and when a day begins."""

from __future__ import annotations

from datetime import date

from firmware.runtime.clock import Clock
from firmware.services.rates.shelf import Rates, Shelf

LOOK_EVERY = 5.0  # seconds; a technician who installed one waits no longer


class RateWatch:
    """`now` is monotonic seconds."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        self._looked_at: float | None = None
        self._seen: tuple[date, int] | None = None  # the day, and how the folder stood
        self._rates = Rates()

    def look(self, now: float) -> Rates:
        """The same as before, as long as nothing has changed."""
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            today = self._clock.now().date()
            if (seen := (today, self._folder_time())) != self._seen:
                self._seen, self._rates = seen, self._shelf.look(today)
        return self._rates

    def _folder_time(self) -> int:
        """Nanoseconds; 0 where no table came after the image's."""
        try:
            return self._shelf.folder.stat().st_mtime_ns
        except OSError:
            return 0
