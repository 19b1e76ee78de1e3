"""One request after another on a ccTalk bus: the echo, the answer, the repeats, the giving up.

An answer does not say which request it belongs to, so there is never more than one in the air. A
repeated request may be answered twice, and the late twin must not be taken for the answer to the
next request, or coin 2 would get the id of coin 1. The wire keeps order, so a simple poll goes in
between: when its ACK is here, the twin has passed. Before a request whose own answer is an ACK, we
wait instead.
Serves any device: each request carries its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from drivers.base.protocol import NEVER
from drivers.cctalk.codec import HOST, Checksum, Frame, FrameReader, Header

QUIET_AFTER_REPEAT = 0.7  # seconds; an answer that is later than this is taken for none
ECHO_MISSES = 5  # attempts in a row: one missing echo may be noise, five are a broken bus


@dataclass(frozen=True)
class Request:
    """A command, how many data bytes its answer has, and how long we are patient.

    The document asks for three repeats at least, and 100-200 ms for polls, 1-2 s for the rest: an
    answer later than one attempt is taken by the next, so all the attempts together must be longer.
    """

    address: int
    header: Header
    data: bytes = b""
    lengths: range = range(1)
    within: float = 0.3  # seconds for one attempt
    attempts: int = 10

    def to_bytes(self, checksum: Checksum) -> bytes:
        return Frame(self.address, HOST, self.header, self.data).to_bytes(checksum)

    def could_take_answer_of(self, other: Request) -> bool:
        """Whether a late answer to `other` would pass for one to this; the same question may."""
        is_same = (self.header, self.data) == (other.header, other.data)
        return not is_same and bool(set(self.lengths) & set(other.lengths))

    def is_answered_by(self, frame: Frame) -> bool:
        """Whether `frame` can be the answer. NAK and BUSY are none: we ask again."""
        return (
            frame.destination == HOST
            and frame.source in (self.address, None)
            and frame.header == Header.REPLY
            and len(frame.data) in self.lengths
        )


class Echo(Enum):
    """Whether our own bytes come back: they do on the one wire, unless the adapter hides them."""

    UNKNOWN = auto()
    NONE = auto()
    HEARD = auto()
    MISSING = auto()  # it was there before: the wire is shorted, or off


class Exchanges:
    """The host's end of the bus. Times are seconds of the caller's clock."""

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum
        self._reader = FrameReader(checksum)
        self.outgoing = bytearray()
        self.reset()

    def reset(self) -> None:
        """A new wire: nothing is in the air, and whether it echoes is not known."""
        self._reader.clear()
        self.outgoing.clear()
        self.echo = Echo.UNKNOWN
        self._misses = 0
        self.request: Request | None = None
        self._postponed: Request | None = None  # until the simple poll before it is answered
        self._repeated: Request | None = None  # may still be answered a second time,
        self._quiet_at = 0.0  # until then
        self._is_sent = False
        self._attempts = 0
        self._due = NEVER
        self._sent = self._heard = b""
        self._echo_is_open = self._echo_was_heard = False

    def ask(self, request: Request, now: float) -> None:
        """Put `request` on the wire as soon as nothing late can be taken for its answer."""
        if self._repeated is None or not request.could_take_answer_of(self._repeated):
            self._begin(request, now, due=now)
        elif 0 in request.lengths:
            self._begin(request, now, due=max(now, self._quiet_at))
        else:
            self._postponed = request
            self._begin(Request(request.address, Header.SIMPLE_POLL), now, due=now)

    def _begin(self, request: Request, now: float, due: float) -> None:
        self.request, self._due = request, due
        self._attempts, self._is_sent = 0, False
        self.is_given_up_at(now)

    def deadline(self) -> float:
        return self._due

    def is_given_up_at(self, now: float) -> bool:
        """Send or repeat what is due; true when the last attempt was in vain."""
        if self.request is None or now < self._due:
            return False
        if self._is_sent:
            self._note_echo(is_answered=False)
        if self._attempts >= self.request.attempts:
            self._end(now, is_answered=False)
            self._postponed = None
            return True
        self._transmit(self.request, now)
        return False

    def receive(self, data: bytes, now: float) -> tuple[Request, bytes] | None:
        """The request that is answered now, and the data bytes of its answer."""
        if self.request is None or not self._is_sent:
            return None  # nobody was asked: noise, or the late twin of an answer
        for frame in self._reader.feed(self._without_echo(data), now):
            if frame.to_bytes(self._checksum) == self._sent:
                self._echo_was_heard = True  # behind noise
            elif self.request.is_answered_by(frame):
                return self._answered(self.request, frame, now)
        return None

    def _answered(self, request: Request, frame: Frame, now: float) -> tuple[Request, bytes] | None:
        self._note_echo(is_answered=True)
        self._end(now, is_answered=True)
        if self._postponed is None:
            return request, frame.data
        postponed, self._postponed = self._postponed, None
        self._begin(postponed, now, due=now)
        return None

    def _transmit(self, request: Request, now: float) -> None:
        self._attempts += 1
        self._is_sent = True
        self._due = now + request.within
        self._sent = request.to_bytes(self._checksum)
        self._heard = b""
        self._echo_is_open, self._echo_was_heard = True, False
        self._reader.clear()
        self.outgoing += self._sent

    def _end(self, now: float, is_answered: bool) -> None:
        """What was asked once and answered has pushed every older answer out of the wire."""
        if self._attempts > 1 or not is_answered:
            self._repeated, self._quiet_at = self.request, now + QUIET_AFTER_REPEAT
        elif now >= self._quiet_at or self.request != self._repeated:
            self._repeated = None
        self.request, self._is_sent, self._due = None, False, NEVER

    def _without_echo(self, data: bytes) -> bytes:
        """Hold back what may be our echo until it is one, or is certainly none."""
        if not self._echo_is_open:
            return data
        heard = self._heard = self._heard + data
        if len(heard) < len(self._sent) and self._sent.startswith(heard):
            return b""
        self._echo_is_open = False
        self._echo_was_heard = heard.startswith(self._sent)
        return heard[len(self._sent) :] if self._echo_was_heard else heard

    def _note_echo(self, is_answered: bool) -> None:
        if self._echo_was_heard:
            self.echo, self._misses = Echo.HEARD, 0
        elif self.echo is Echo.UNKNOWN:
            self.echo = Echo.NONE if is_answered else Echo.UNKNOWN
        elif self.echo is not Echo.NONE:
            self._misses += 1
            self.echo = Echo.MISSING if self._misses >= ECHO_MISSES else self.echo
