"""ccTalk's manners on a shared wire: a request ends by its length, an answer names its device.

Follows the ccTalk Generic Specification 4.7, part 1. With a CRC an answer does not name its device:
of two such devices a late answer of one would pass for the other's, and the other's own for the
next of the one. So between the two the wire waits until no answer can be under way.
"""

from __future__ import annotations

from typing import Any, ClassVar

from drivers.base.party_turns import Manners
from drivers.cctalk.codec import (
    FRAME_GAP,
    HOST,
    MOST_DATA,
    OVERHEAD,
    Checksum,
    CorruptFrame,
    Frame,
    FrameReader,
    Header,
)
from drivers.cctalk.wire import BAUD_RATE

# Seconds until the wire is the next one's. Polls are answered within 10 ms, and a search polls a
# device that is not there; motors and gates take longer (part 1, timing).
POLLED_WITHIN = 0.15
OBEYED_WITHIN = 0.3
CHECKED_WITHIN = 1.0
HEARS_AGAIN_AFTER = FRAME_GAP + 0.01
SETTLES_WITHIN = 0.03  # an answer to whoever was asked last, behind a late one that ended the turn
LATE_WITHIN = 0.1  # after a turn without an answer: a host is patient with a poll for 0.2 at most
POLLS = frozenset({Header.SIMPLE_POLL, Header.READ_CREDITS, Header.READ_BILL_EVENTS})


class CctalkManners(Manners):
    serial_settings: ClassVar[dict[str, Any]] = {"baudrate": BAUD_RATE}
    gap = FRAME_GAP

    def request_length(self, asked: bytes) -> int:
        if len(asked) < OVERHEAD or asked[1] > MOST_DATA:
            return 0
        length = OVERHEAD + asked[1]
        return length if len(asked) >= length else 0

    def is_answered(self, request: bytes, heard: bytes) -> bool:
        frames = FrameReader(_checksum_of(request)).feed(heard, 0.0)
        return any(
            frame.destination == HOST and frame.source in (request[0], None) for frame in frames
        )

    def pause(self, before: bytes, request: bytes, is_answered: bool) -> float:
        """A frame with the other checksum is a hurt one to a device, and only silence ends it."""
        checksum = _checksum_of(before)
        if checksum is not _checksum_of(request):
            return HEARS_AGAIN_AFTER
        if checksum is Checksum.SIMPLE or before[0] == request[0]:
            return 0.0
        return SETTLES_WITHIN if is_answered else self.patience(before) + LATE_WITHIN

    def patience(self, request: bytes) -> float:
        header = request[3]
        if header in POLLS:
            return POLLED_WITHIN
        return CHECKED_WITHIN if header == Header.SELF_CHECK else OBEYED_WITHIN


def _checksum_of(request: bytes) -> Checksum:
    """A device answers with the checksum that it is asked with."""
    try:
        Frame.from_bytes(request, Checksum.SIMPLE)
    except CorruptFrame:
        return Checksum.CRC
    return Checksum.SIMPLE
