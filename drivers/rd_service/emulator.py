"""The RD service's side of the wire: a real HTTP server with its own methods, a reader, and hands.

Its prints are of no finger, and sealed under a test key that everybody knows.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.http import HttpError, Request, Server
from drivers.base.protocol import NEVER
from drivers.rd_service.codec import TARGETS, TEXT_XML, Method
from drivers.rd_service.reader import BOOT_TIME, CAPTURE_PATH, INFO_PATH, Damage, Make, Reader
from firmware.runtime.bench import BenchRefused
from firmware.runtime.clock import SystemClock

LARGEST_REQUEST = 1 << 16  # bytes; options are a few hundred
GOOD, DIRTY = 82, 18  # qScore
# The specification writes `Closed`, which is no word of HTTP; the connection is closed anyhow.
HEADERS = (("Cache-Control", "no-cache"), ("Connection", "Closed"))


class FingerReaderEmulator(Emulator):
    """One reader. `target` is the one spelling of RDSERVICE that it knows; empty: both.

    `certificate` is `ci`, YYYYMMDD; `version` is `rdsVer`.
    """

    is_network = True
    time_of_day: Callable[[], datetime] = staticmethod(lambda: SystemClock().now())

    def __init__(
        self,
        speed: float = 1.0,
        provider: str = "KIOSK.BENCH",
        model: str = "BENCH100",
        serial: str = "BENCH0001",
        version: str = "1.4.0",
        certificate: str = "20351231",
        target: str = "",
        seed: int = 1,
    ) -> None:
        super().__init__(speed)
        make = Make(provider, f"{provider}.001", version, model, serial, certificate)
        self.reader = Reader(make, lambda: self.time_of_day())
        self._targets = (target,) if target else TARGETS
        self._server = Server(LARGEST_REQUEST)
        self._waits = False  # a client, for the end of its capture
        self._answers: deque[tuple[float, bytes]] = deque()
        self._slow_by = 0.0
        self._noise = random.Random(seed)

    # --- the wire -------------------------------------------------------------------------------

    def connected(self, now: float) -> None:
        self._forget_connection()

    def disconnected(self, now: float) -> None:
        """The reader goes on with a capture whose client has gone: nobody told it to stop."""
        self._forget_connection()

    def _forget_connection(self) -> None:
        self._server, self.is_over, self._waits = Server(LARGEST_REQUEST), False, False
        self._outgoing.clear()
        self._answers.clear()

    def receive_bytes(self, data: bytes, now: float) -> None:
        if not self.reader.has_power or self.is_over or not data:
            return
        try:
            for request in self._server.feed(data):
                self._obey(request, now)
        except HttpError:
            self.is_over = True
        self.tick(now)

    def _obey(self, request: Request, now: float) -> None:
        asked = (request.method, request.target)
        if request.method == Method.SERVICE and request.target in self._targets:
            self._answer(self.reader.service(now), now)
        elif asked == (Method.INFO, INFO_PATH):
            self._answer(self.reader.info(now), now)
        elif asked == (Method.CAPTURE, CAPTURE_PATH):
            answer = self.reader.ask(request.body, now)
            self._waits = answer is None
            if answer is not None:
                self._answer(answer, now)
        else:
            said = self._server.answer(404, "text/plain", b"no such service\n", *HEADERS)
            self._answers.append((now + self._slow_by, said))

    def _answer(self, body: bytes, now: float) -> None:
        said = self._server.answer(200, TEXT_XML, body, *HEADERS)
        self._answers.append((now + self._slow_by, said))

    def tick(self, now: float) -> None:
        result = self.reader.result(now)
        if result is not None and self._waits:
            self._waits = False
            self._answer(result, now)
        while self._answers and self._answers[0][0] <= now:
            self._outgoing += self._answers.popleft()[1]
            self.is_over = True

    def next_deadline(self) -> float:
        return min(self._answers[0][0] if self._answers else NEVER, self.reader.next_deadline())

    # --- hands ----------------------------------------------------------------------------------

    def hand_put_finger(self, now: float, finger: str = "thumb", is_dirty: bool = False) -> None:
        """It stays until it is lifted. A dirty one is read badly."""
        if self.reader.finger:
            raise BenchRefused("a finger lies there")
        self.reader.finger, self.reader.lies_since = finger, now
        self.reader.quality = DIRTY if is_dirty else GOOD

    def hand_lift(self, now: float) -> None:
        """Too early, if it was not read yet."""
        if not self.reader.finger:
            raise BenchRefused("no finger lies there")
        self.tick(now)
        self.reader.finger, self.reader.lies_since = "", NEVER
        self.reader.was_lifted = self.reader.asked is not None

    def hand_use(self, now: float) -> None:
        """Another application takes the reader."""
        self.reader.is_used = True

    def hand_leave(self, now: float) -> None:
        self.reader.is_used = False

    def hand_unplug_reader(self, now: float) -> None:
        """The service goes on without it."""
        self.reader.is_plugged = False

    def hand_plug_reader(self, now: float) -> None:
        self.reader.is_plugged, self.reader.ready_at = True, now + BOOT_TIME / self.speed

    def hand_damage(self, now: float, kind: str = "not_xml") -> None:
        """Of the next print's document."""
        if kind not in set(Damage):
            raise BenchRefused(f"expected one of {', '.join(each for each in Damage if each)}")
        self.reader.damage = Damage(kind)

    def hand_update(self, now: float, version: str, certificate: str) -> None:
        """The vendor's new service."""
        make = self.reader.make
        self.reader.make = Make(
            make.provider, make.service, version, make.model, make.serial, certificate
        )
        self.hand_power_cycle(now)

    def hand_slow(self, now: float, seconds: float = 3.0) -> None:
        """Every answer takes so long; 0 is quick again."""
        self._slow_by = seconds

    def hand_noise(self, now: float, count: int = 16) -> None:
        """Something that is no HTTP answers."""
        self._outgoing += self._noise.randbytes(count)

    def hand_power_cut(self, now: float) -> None:
        """The service's process dies; a connection that is open breaks."""
        self.reader.has_power, self.reader.asked = False, None
        self._forget_connection()
        self.is_over = True

    def hand_power_on(self, now: float) -> None:
        """Not ready at once."""
        if not self.reader.has_power:
            self.reader.has_power, self.is_over = True, True
            self.reader.ready_at = now + BOOT_TIME / self.speed

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def physics(self) -> dict[str, Any]:
        reader = self.reader
        return {
            "finger": reader.finger,
            "captured": list(reader.captured),
            "is_capturing": reader.asked is not None,
            "is_used": reader.is_used,
            "is_plugged": reader.is_plugged,
            "has_power": reader.has_power,
        }
