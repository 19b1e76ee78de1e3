"""One command at a time over a wire that loses some: time-outs, NAK, and whose answer this is.

A frame of CCNET carries no number. So a late answer could pass for the answer to the next command,
and a host's ACK for the acknowledgement of the next reply. Against both: a long time-out, an answer
must have the shape of one, and an answer after a time-out is in doubt: it is believed, and never
acknowledged. What mattered in it is said again.
"""

from __future__ import annotations

from drivers.base.protocol import NEVER
from drivers.ccnet.codec import NAK, Answer, Frame, FrameReader, Request, fits

REPLY_TIMEOUT = (
    1.0  # seconds; CCNET: a unit answers within 10 ms. The rest is for busy USB adapters
)
PAUSE = 0.02  # seconds from one exchange to the next command; CCNET


class Exchange:
    """Knows what was asked and is not answered yet."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._ends_at = NEVER
        self.request: Request | None = None
        self.free_at = 0.0  # the next command may be sent from then on
        self.is_in_doubt = False  # the last answer may be to the command before
        self._has_timed_out = False

    def ask(self, request: Request, now: float) -> bytes:
        self.request, self._ends_at = request, now + REPLY_TIMEOUT
        return Frame(request.to_data()).to_bytes()

    def time_out(self, now: float) -> None:
        self._has_timed_out = True
        self.forget(now)

    def forget(self, now: float) -> None:
        self.request, self._ends_at, self.free_at = None, NEVER, now + PAUSE

    def reset_wire(self, now: float) -> None:
        """Half a frame of the wire before is nothing, and what was asked on it has no answer."""
        self._reader.reset()
        self.forget(now)

    def receive(self, data: bytes, now: float) -> tuple[tuple[Request, Answer] | None, bytes]:
        """What was asked with its answer, and what to send at once: NAK for a hurt answer.

        Anything else on the wire is noise.
        """
        found, hurt = None, self._reader.corrupt
        for frame in self._reader.feed(data, now):
            answer = Answer.from_data(frame.data)
            if self.request is not None and fits(self.request, answer):
                found = (self.request, answer)
                self.is_in_doubt, self._has_timed_out = self._has_timed_out, False
                self.forget(now)
        is_hurt = self._reader.corrupt > hurt and self.request is not None
        return found, NAK if is_hurt else b""

    @property
    def deadline(self) -> float:
        return self._ends_at
