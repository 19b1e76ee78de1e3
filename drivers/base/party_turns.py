"""Several drivers on one wire: who may speak, for how long, and whose the answer is.

A wire of questions and answers carries one of them at a time, and an answer does not always say
whom it is for. So each request waits for its turn, and until the turn is over, or another begins,
all that is heard belongs to whoever asked. Pure: no port, no clock.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from drivers.base.protocol import NEVER

# Seconds that a request waits for its turn. Its driver has asked again by then, or thinks better of
# it: a late order dies instead of acting late.
LATE_AFTER = 0.25
MOST_KEPT = 1024  # bytes of a request that does not end, or of an answer


class Manners(ABC):
    """What must be known of a family's wire to share it."""

    serial_settings: ClassVar[dict[str, Any]]  # keyword arguments of `serial.Serial`
    gap: ClassVar[float]  # seconds of silence inside a request after which it is none
    # Asked of the wire when an answer is missing; what comes until this is answered is nobody's, or
    # whoever asks next would believe it. Empty where an answer names its device.
    into_step: ClassVar[bytes] = b""

    @abstractmethod
    def request_length(self, asked: bytes) -> int:
        """Bytes of the first whole request; 0 while there is none."""

    @abstractmethod
    def is_answered(self, request: bytes, heard: bytes) -> bool:
        """Whether `heard`, an echo included, has the whole answer."""

    def pause(self, before: bytes, request: bytes, is_answered: bool) -> float:
        """Seconds of silence between `before`, which was on the wire last, and `request`."""
        return 0.0

    @abstractmethod
    def patience(self, request: bytes) -> float:
        """Seconds until the wire is free again without an answer."""


@dataclass
class Line:
    """One driver's: what it has begun to say, and what waits for its turn."""

    begun: bytearray = field(default_factory=bytearray)
    begun_at: float = 0.0
    request: bytes = b""
    asked_at: float = 0.0


class PartyLine:
    """`count` drivers on one wire. Times are seconds of the caller's clock."""

    def __init__(self, manners: Manners, count: int) -> None:
        self._manners, self._count = manners, count
        self.reset()

    def reset(self) -> None:
        """Another wire: nothing that was said on the one before counts."""
        self._lines = [Line() for _ in range(self._count)]
        self._to_wire = bytearray()
        self._to_lines: list[tuple[int, bytes]] = []
        self._last = self._count - 1  # whose turn it is, or was
        self._request: bytes | None = None  # in the air
        self._is_stepping = False  # and it is nobody's
        self._carried = b""  # the last that was,
        self._is_answered = True  # and whether by an answer
        self._quiet_since = 0.0
        self._begins_at = NEVER  # who is next waits for silence
        self._heard = bytearray()
        self._ends_at = NEVER

    # --- the drivers' side ------------------------------------------------------------------

    def asked(self, number: int, data: bytes, now: float) -> None:
        """A driver writes. A request that still waits gives way to the newer one."""
        line = self._lines[number]
        if now - line.begun_at > self._manners.gap or len(line.begun) > MOST_KEPT:
            line.begun.clear()
        line.begun += data
        line.begun_at = now
        while length := self._manners.request_length(bytes(line.begun)):
            line.request, line.asked_at = bytes(line.begun[:length]), now
            del line.begun[:length]
        self._go_on(now)

    def to_lines(self) -> Iterator[tuple[int, bytes]]:
        """What each driver must read now; taken once."""
        taken, self._to_lines = self._to_lines, []
        return iter(taken)

    # --- the wire's side --------------------------------------------------------------------

    def heard(self, data: bytes, now: float) -> None:
        """A late byte is of whoever spoke last; or of nobody, on a wire that is out of step."""
        if not self._is_stepping:
            self._to_lines.append((self._last, data))
        self._quiet_since = now
        if self._request is None:
            return
        self._heard += data
        del self._heard[:-MOST_KEPT]
        if self._manners.is_answered(self._request, bytes(self._heard)):
            self._is_stepping, self._is_answered = False, True
            self._end(now)

    def to_wire(self) -> bytes:
        """What must go on the wire now; taken once."""
        data = bytes(self._to_wire)
        self._to_wire.clear()
        return data

    # --- turns ------------------------------------------------------------------------------

    def next_deadline(self) -> float:
        return min(self._ends_at, self._begins_at)

    def tick(self, now: float) -> None:
        if now >= self._ends_at:
            self._give_up(now)
        elif now >= self._begins_at:
            self._go_on(now)

    def _give_up(self, now: float) -> None:
        if self._manners.into_step:
            self._is_stepping = True
            self._put_on_wire(self._manners.into_step, now)
        else:
            self._end(now)

    def _end(self, now: float) -> None:
        self._request, self._ends_at = None, NEVER
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        """The next in the round speaks, if the wire is free."""
        self._begins_at = NEVER
        if self._request is not None or (number := self._next_speaker(now)) is None:
            return
        line = self._lines[number]
        if self._carried:
            pause = self._manners.pause(self._carried, line.request, self._is_answered)
            self._begins_at = self._quiet_since + pause
            if now < self._begins_at:
                return
        request, line.request = line.request, b""
        self._last = number
        self._put_on_wire(request, now)

    def _next_speaker(self, now: float) -> int | None:
        for step in range(1, self._count + 1):
            number = (self._last + step) % self._count
            line = self._lines[number]
            if now - line.asked_at > LATE_AFTER:
                line.request = b""
            if line.request:
                return number
        return None

    def _put_on_wire(self, request: bytes, now: float) -> None:
        self._request = self._carried = request
        self._is_answered = False
        self._begins_at, self._quiet_since = NEVER, now
        self._heard.clear()
        self._ends_at = now + self._manners.patience(request)
        self._to_wire += request
