"""The device's events as they are believed: only what two answers carry, counted from a base.

Reading takes nothing away (3.27), so it costs nothing to read twice. Eight bits of checksum let one
hurt answer in 256 pass, and this is money.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.cctalk.codec import EventBuffer, News


@dataclass(frozen=True)
class Remembered:
    """What the host knew of the device last: events after it are news, also after a restart."""

    serial: str
    buffer: EventBuffer


class Readings:
    """`known` is the reading that was believed last; None until the device is identified."""

    def __init__(self, known: EventBuffer | None) -> None:
        self.known = known
        self.forget()

    def forget(self) -> None:
        """Contact was lost: what one answer said before needs two again."""
        self._doubtful: EventBuffer | None = None
        self.base: EventBuffer | None = None

    @property
    def is_in_doubt(self) -> bool:
        """One answer said something new: ask again at once."""
        return self._doubtful is not None

    def settles(self, buffer: EventBuffer) -> bool:
        """At start-up: whether `base` stands, because two answers in a row are the same."""
        is_same = buffer == self.base
        self.base = buffer
        return is_same

    def read(self, buffer: EventBuffer) -> tuple[EventBuffer, News] | None:
        """The reading that is believed by now, and what it has that the one before had not."""
        doubtful, self._doubtful = self._doubtful, None
        believed = None
        if doubtful is not None and is_seen_again(doubtful, buffer):
            assert self.known is not None, "a base comes before all news"
            believed = doubtful, doubtful.since(self.known)
            self.known = doubtful
        if buffer != self.known:
            self._doubtful = buffer
        return believed


def is_seen_again(earlier: EventBuffer, buffer: EventBuffer) -> bool:
    """Whether `buffer` carries all that `earlier` did: the same reading, or moved on from it."""
    news = buffer.since(earlier)
    return not news.is_reset and not news.lost
