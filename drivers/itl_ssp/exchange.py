"""One command at a time over a wire that loses some: the sequence flag, time-outs and repeats.

GA138: the host flips the sequence flag for each new command and keeps it for a repeat; a slave that
sees the same flag twice does not act again, it sends its last answer again. So a credit whose
answer was lost is recovered by repeating the same packet, never by a new poll.
"""

from __future__ import annotations

from drivers.base.protocol import NEVER
from drivers.itl_ssp.codec import Answer, Code, CorruptFrame, Frame, FrameReader, Request

REPLY_TIMEOUT = 1.0  # seconds; GA138: a slave answers within 1 s. Shorter would let a late answer
# to a repeat pass for the answer to the command after next, for the flag is one bit.


class Exchange:
    """Knows what was asked and is not answered yet."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._sequence = False
        self._sent_at = 0.0
        self._raw = b""
        self.request: Request | None = None
        self.repeats = 0

    def ask(self, request: Request, now: float) -> bytes:
        """A new command. SYNC has its flag set, and the command after it has not."""
        self._sequence = True if request.code is Code.SYNC else not self._sequence
        self._raw = Frame(self._sequence, request.to_data()).to_bytes()
        self.request, self.repeats, self._sent_at = request, 0, now
        return self._raw

    def repeat(self, now: float) -> bytes:
        """The same packet with the same flag."""
        self.repeats += 1
        self._sent_at = now
        return self._raw

    def forget(self) -> None:
        self.request = None

    def reset_wire(self) -> None:
        """Half a packet of the wire before is nothing."""
        self._reader.reset()

    def receive(self, data: bytes, now: float) -> tuple[Request, Answer] | None:
        """What was asked, with its answer. Anything else on the wire is noise."""
        found = None
        for frame in self._reader.feed(data, now):
            if self.request is None or frame.sequence != self._sequence or frame.address != 0:
                continue
            try:
                found = (self.request, Answer.from_data(frame.data))
            except CorruptFrame:
                continue  # the repeat will ask again
            self.request = None
        return found

    @property
    def deadline(self) -> float:
        return NEVER if self.request is None else self._sent_at + REPLY_TIMEOUT
