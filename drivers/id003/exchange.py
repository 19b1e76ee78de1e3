"""One command at a time over a wire that loses some: which answer fits, and when none came.

ID-003 has no number that ties an answer to its command. So an answer is taken only where it fits
what was asked, and after a missed one the wire is left alone until a late answer must have passed.
"""

from __future__ import annotations

from drivers.base.protocol import NEVER
from drivers.id003.codec import ORDERS, Code, Frame, FrameReader, Status

REPLY_TIMEOUT = 0.2  # seconds; a unit answers within 20 ms
LATE = 0.15  # seconds after a missed answer in which nothing is asked
FAULTY = frozenset({Status.COMMUNICATION_ERROR, Status.INVALID_COMMAND})  # fit every command


class Exchange:
    """Knows what was asked and is not answered yet."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._sent_at = 0.0
        self.request: Frame | None = None

    def ask(self, request: Frame, now: float) -> bytes:
        """ACK alone has no answer."""
        self.request = None if request.code == Code.ACK else request
        self._sent_at = now
        return request.to_bytes()

    def forget(self) -> None:
        self.request = None

    def reset_wire(self) -> None:
        """Half a frame of the wire before is nothing."""
        self._reader.reset()

    def receive(self, data: bytes, now: float) -> tuple[Frame, Frame] | None:
        """What was asked, with its answer. Anything else on the wire is noise."""
        found = None
        for frame in self._reader.feed(data, now):
            if self.request is not None and fits(self.request, frame):
                found = (self.request, frame)
                self.request = None
        return found

    @property
    def deadline(self) -> float:
        return NEVER if self.request is None else self._sent_at + REPLY_TIMEOUT


def fits(request: Frame, answer: Frame) -> bool:
    """Whether this can be the answer to that, from a unit."""
    if answer.code in FAULTY:
        return True
    if request.code == Code.STATUS_REQUEST:
        return answer.code in list(Status) and answer.code != Status.ACK
    return answer.code == (Status.ACK if request.code in ORDERS else request.code)
