"""One ticket on its way to paper: never more on the wire than the printer has room for.

Every piece ends with a process id, which the printer says back only when all before it is done.
So the host knows at any time what is on paper, and what could still come out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from drivers.escpos.bands import bands
from drivers.escpos.codec import (
    INITIALISE,
    PROCESS_ID_LENGTH,
    PROCESS_REQUEST,
    feed_and_cut,
    process_id,
    request_process_id,
)
from drivers.escpos.events import PrintJob

# The smallest receive buffer of the family has 4096 bytes. A quarter stays free, so that a
# real-time command always gets in, also when the mechanism has stopped: a full buffer would stop
# the wire, and the order to clear it would wait behind what it should clear.
IN_FLIGHT_LIMIT = 3072
REQUEST_LENGTH = len(PROCESS_REQUEST) + PROCESS_ID_LENGTH
CUT_FEED = 24  # dots beyond the way to the cutter: 3 mm of white below the last line


@dataclass
class Job:
    """The pieces not yet sent, and those sent and not yet confirmed."""

    name: str
    _waiting: deque[bytes]
    _next_id: int
    _in_flight: deque[tuple[bytes, int]] = field(default_factory=deque)

    @classmethod
    def of(cls, command: PrintJob, first_id: int, cuts_before: bool, before: bytes = b"") -> Job:
        """`cuts_before`: a half ticket hangs in the printer and must not become this one's head.

        `before` is what stands on top of every ticket.
        """
        pieces = [INITIALISE + (feed_and_cut(0) if cuts_before else b"") + before]
        pieces += bands(command.dots, command.row_bytes)
        return cls(command.job, deque([*pieces, feed_and_cut(CUT_FEED)]), first_id)

    @property
    def bytes_in_flight(self) -> int:
        return sum(length for _, length in self._in_flight)

    @property
    def is_done(self) -> bool:
        return not self._waiting and not self._in_flight

    @property
    def next_id(self) -> int:
        return self._next_id

    def take(self) -> bytes:
        """Everything that may be sent now."""
        ready = bytearray()
        while self._waiting and self._fits(self._waiting[0]):
            name = process_id(self._next_id)
            self._next_id += 1
            piece = self._waiting.popleft() + request_process_id(name)
            self._in_flight.append((name, len(piece)))
            ready += piece
        return bytes(ready)

    def is_late(self, name: bytes) -> bool:
        """A piece in flight, but not the oldest: one before it never arrived, or its answer."""
        return any(name == known for known, _ in list(self._in_flight)[1:])

    def confirm(self, name: bytes) -> bool:
        """The oldest piece is on paper; False when it is not named so."""
        if not self._in_flight or self._in_flight[0][0] != name:
            return False
        self._in_flight.popleft()
        return True

    def _fits(self, piece: bytes) -> bool:
        return self.bytes_in_flight + len(piece) + REQUEST_LENGTH <= IN_FLIGHT_LIMIT
