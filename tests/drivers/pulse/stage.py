"""A pulse acceptor, its driver and a till on virtual time, with gpiozero's mock pins."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from drivers.panel.bench_pins import BenchPin
from drivers.pulse.driver import CoinAcceptor
from drivers.pulse.emulator import INDIAN_PULSES, PulseAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
    CoinAccepted,
    CreditsLost,
    DeviceEvent,
    Kind,
    Lease,
    event_key,
)
from firmware.contract.money import Money
from firmware.runtime.config import DeviceSection
from tests.chaos.virtual import PROCESS, Process, VirtualLoop

GRAVEYARD: list[object] = []  # a dead process runs no `finally`: its coroutine is never finalised
READY_BY = 2.5  # seconds
ALL = [Money(paise) for paise in INDIAN_PULSES.values()]


class Pins(MockFactory):  # type: ignore[misc]  # gpiozero carries no types
    """The board's pins, soldered to the emulated acceptor."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(pin_class=BenchPin)
        self._stage = stage

    def order(self, pin: int, level: int) -> None:
        if self is self._stage.pins:
            self._stage.hand("drive", pin=pin, level=level)

    def apply(self, pin: BenchPin) -> None:
        level = self._stage.emulator.physics()["inputs"].get(str(pin._number))
        if level is not None:
            pin.feel(level)


class Stage:
    """Starts ready. The till journals, and acknowledges at once."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, session: str = "first", **wiring: Any
    ) -> None:
        self.folder, self.wiring = folder, wiring
        self.loop = VirtualLoop()
        self.emulator = PulseAcceptorEmulator(**wiring)
        self.journal: dict[str, DeviceEvent] = {}
        self.told: list[DeviceEvent] = []
        self.lease: Lease | None = self.lease_of(session)
        self.pins: Pins | None = None
        self._carried = 0.0
        monkeypatch.setattr("drivers.pulse.driver.open_factory", self._open_pins)
        self.start_driver()
        self.wait(READY_BY)

    @staticmethod
    def lease_of(session: str, values: list[Money] = ALL) -> Lease:
        return Lease(session, 5.0, values)

    def grant(self, lease: Lease | None) -> None:
        self.lease = lease
        self._in_driver(self.device.on_lease, lease)
        self.wait(0.001)

    def start_driver(self) -> None:
        options = {"pulses": INDIAN_PULSES, "pin_factory": "bench"} | self.wiring
        section = DeviceSection("pulse", Kind.COINS, "", options)
        self.device = CoinAcceptor("coins", section, self.folder)
        self.device.now, self.device.host = self.loop.time, self
        self._process = Process("coins")
        self._context = contextvars.copy_context()
        self._context.run(PROCESS.set, self._process)
        GRAVEYARD.append(self.loop.spawn(self._process, self.device.run()))
        self.wait(0.001)
        self._in_driver(self.device.on_lease, self.lease)

    def kill_driver(self) -> None:
        """Without a last word; its lines fall."""
        self._process.is_alive, self.pins = False, None
        self.hand("release")

    def wait(self, seconds: float) -> None:
        until = self.loop.now + seconds
        while self.loop.now < until:
            due = min(self.emulator.next_deadline(), until)
            self.loop.run_until_complete(asyncio.sleep(max(due - self.loop.now, 0.0005)))
            self.emulator.tick(self.loop.now)
            self._carry()

    def hand(self, action: str, **arguments: Any) -> None:
        self.emulator.hand(action, self.loop.now, **arguments)
        self._carry()

    def insert(self, *paise: int, every: float = 3.0) -> None:
        for value in paise:
            self.hand("insert", paise=value)
            self.wait(every)

    @property
    def credited(self) -> dict[str, int]:
        coins = [e.value.paise for e in self.journal.values() if isinstance(e, CoinAccepted)]
        return {str(paise): count for paise, count in sorted(Counter(coins).items())}

    @property
    def lost(self) -> int:
        return sum(e.count for e in self.journal.values() if isinstance(e, CreditsLost))

    @property
    def in_box(self) -> dict[str, int]:
        return dict(self.emulator.physics()["in_box"])

    # --- the device's host -----------------------------------------------------------------

    def tell(self, event: DeviceEvent) -> None:
        self.told.append(event)
        if (key := event_key(event)) is not None:
            self.journal.setdefault(key, event)
            self._in_driver(self.device.on_command, Acknowledge(key))

    def changed(self) -> None:
        self.device.state()

    # --- inside ----------------------------------------------------------------------------

    def _open_pins(self, kind: str, bench: str, name: str, on_link: Any) -> Pins:
        self.pins = Pins(self)
        on_link(True)
        return self.pins

    def _in_driver(self, call: Callable[..., object], *arguments: Any) -> None:
        """A call that dies with the driver's process."""
        self.loop.call_soon(call, *arguments, context=self._context)

    def _carry(self) -> None:
        fresh = [edge for edge in self.emulator.physics()["edges"] if edge[0] > self._carried]
        for at, number, level in fresh:
            self._carried = at
            for pin in self.pins.pins.values() if self.pins is not None else ():
                if pin._number == number:
                    self._context.run(pin.feel, level, at)
