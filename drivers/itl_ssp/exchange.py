"""One command at a time over a wire that loses some: the sequence flag, time-outs and repeats.

GA138: the host flips the sequence flag for each new command and keeps it for a repeat; a slave that
sees the same flag twice does not act again, it sends its last answer again. So a credit whose
answer was lost is recovered by repeating the same packet, never by a new poll.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.base.protocol import NEVER
from drivers.itl_ssp.codec import (
    ALWAYS_PLAIN,
    SEALED,
    Answer,
    Code,
    CorruptFrame,
    Frame,
    FrameReader,
    Generic,
    Request,
)

if TYPE_CHECKING:  # AES costs 7 MB of memory: only who speaks eSSP loads it
    from drivers.itl_ssp.cipher import Cipher, KeyExchange

BeginKeys = Callable[[], "KeyExchange"]
REPLY_TIMEOUT = 1.0  # seconds; GA138: a slave answers within 1 s. Shorter would let a late answer
# to a repeat pass for the answer to the command after next, for the flag is one bit.


class Exchange:
    """Knows what was asked and is not answered yet. With `begin_keys` it speaks eSSP."""

    def __init__(self, begin_keys: BeginKeys | None = None) -> None:
        self._begin_keys = begin_keys
        self._keys: KeyExchange | None = None
        self.keying: deque[Request] = deque()  # what is still to be asked for a key
        self._cipher: Cipher | None = None
        self._reader = FrameReader()
        self._sequence = False
        self._sent_at = 0.0
        self._raw = b""
        self.request: Request | None = None
        self.repeats = 0

    def ask(self, request: Request, now: float) -> bytes:
        """A new command. SYNC has its flag set, and the command after it has not."""
        self._sequence = True if request.code is Code.SYNC else not self._sequence
        if request.code is Code.SYNC:
            self._begin()
        data = request.to_data()
        if self._cipher is not None and request.code not in ALWAYS_PLAIN:
            data = self._cipher.seal(data)
        self._raw = Frame(self._sequence, data).to_bytes()
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
                found = (self.request, self._open(frame.data))
            except CorruptFrame:
                continue  # the repeat will ask again
            self.request = None
        return found

    @property
    def is_sealed(self) -> bool:
        """Whether a key is agreed: a unit that lost it is silent, or says so in clear."""
        return self._cipher is not None

    def _begin(self) -> None:
        """SYNC: whatever was agreed is over."""
        self._cipher = None
        if self._begin_keys is not None:
            self._keys = self._begin_keys()
            self.keying = deque(self._keys.requests())

    def keyed(self, answer: bytes) -> None:
        """One step is answered, the last one with the unit's half; raises CorruptFrame."""
        self.keying.popleft()
        if not self.keying and self._keys is not None:
            self._cipher = self._keys.agree(answer)

    def _open(self, data: bytes) -> Answer:
        """Nobody on the cable may answer in clear, but to say that there is no key."""
        if self._cipher is None or (self.request and self.request.code in ALWAYS_PLAIN):
            return Answer.from_data(data)
        if data == bytes((Generic.KEY_NOT_SET,)):
            return Answer(Generic.KEY_NOT_SET)
        if data[:1] != bytes((SEALED,)):
            raise CorruptFrame(data, "a sealed answer", "one in clear")
        return Answer.from_data(self._cipher.open(data))

    @property
    def deadline(self) -> float:
        return NEVER if self.request is None else self._sent_at + REPLY_TIMEOUT
