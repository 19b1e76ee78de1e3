"""A fingerprint reader for tests, a till that asks for fingers, and the sandbox behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.base.loopback import Till, Visit, Wire
from drivers.rd_service.driver import FingerReader
from drivers.rd_service.emulator import FingerReaderEmulator
from firmware.contract.device import DeviceCommand, DeviceEvent, DeviceState, Kind, Outcome
from firmware.contract.finger import (
    CancelCapture,
    CaptureFinger,
    FingerCaptured,
    FingerFailed,
    Purpose,
)
from firmware.gateway.sandbox.fingers import open_pid
from firmware.runtime.clock import INDIA
from firmware.runtime.config import DeviceSection

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=INDIA)
PORT = "http://127.0.0.1:11100"


class Reader(FingerReader):
    """On a fixed day."""

    today: Callable[[], date] = staticmethod(lambda: NOON.date())


class EmulatedReader(FingerReaderEmulator):
    time_of_day: Callable[[], datetime] = staticmethod(lambda: NOON)


def make_reader(folder: Path, port: str = PORT, **options: Any) -> Reader:
    return Reader("finger", DeviceSection("rd_service", Kind.FINGER, port, options), folder)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """On real ports: short pauses, and nothing that a driver does to its process for ever."""
    monkeypatch.setattr("drivers.rd_service.driver.guard_process", lambda: None)
    monkeypatch.setattr("drivers.rd_service.protocol.POLL_EVERY", 0.3)
    monkeypatch.setattr("drivers.base.device.REOPEN_AFTER", 0.05)


class AskingTill(Till):
    """Asks for the finger of each citizen in turn, once a second, until it hears of one."""

    def __init__(self, citizens: int, until: float = float("inf")) -> None:
        super().__init__()
        self._citizens, self._until = citizens, until
        self.got: list[FingerCaptured] = []
        self.failed: list[str] = []
        self._attempt = 0

    @property
    def session(self) -> str:
        return f"visit-{len(self.got)}-{self._attempt}"

    def hear(self, event: DeviceEvent) -> None:
        super().hear(event)
        if isinstance(event, FingerCaptured) and event.session == self.session:
            self.got.append(event)
        if isinstance(event, FingerFailed) and event.session == self.session:
            self.failed.append(event.fault)
            self._attempt += 1

    def orders(self, now: float) -> list[DeviceCommand]:
        if len(self.got) >= self._citizens or now >= self._until:
            return []
        return [CaptureFinger(self.session, Purpose.AUTHENTICATION, 6.0)]


class Counter:
    """A reader on a wire in memory, and whoever stands at it."""

    def __init__(self, folder: Path, wire: Wire | None = None, **options: Any) -> None:
        self.emulator = EmulatedReader(**options.pop("bench", {}))
        self.till = Till()
        self.folder = folder
        self.visit = Visit(
            lambda: make_reader(folder, **options), self.emulator, self.till, wire or Wire()
        )

    @property
    def device(self) -> Reader:
        device = self.visit.device
        assert isinstance(device, Reader)
        return device

    @property
    def state(self) -> DeviceState:
        return self.device.state()

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.state.faults]

    @property
    def told(self) -> list[DeviceEvent]:
        return self.till.told

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def until(self, is_true: Callable[[], bool], seconds: float = 90.0) -> None:
        end = self.visit.now + seconds
        while not is_true():
            assert self.visit.now < end, f"{self.state}\n{self.told}\n{self.emulator.physics()}"
            self.run(0.05)

    def until_ready(self) -> None:
        self.until(lambda: self.state.status in ("ready", "degraded"))

    def hand(self, action: str, **arguments: Any) -> None:
        self.visit.at(self.visit.now, lambda: self.visit.hand(action, **arguments))
        self.run(0.001)

    def ask(self, session: str = "visit", seconds: float = 6.0, **more: Any) -> None:
        purpose = more.pop("purpose", Purpose.AUTHENTICATION)
        reply = self.device.on_command(CaptureFinger(session, purpose, seconds, **more))
        assert reply.outcome is Outcome.DONE, reply

    def cancel(self, session: str = "visit") -> None:
        assert self.device.on_command(CancelCapture(session)).outcome is Outcome.DONE

    def until_asked(self) -> None:
        """The reader shines: the request is there."""
        self.until(lambda: bool(self.emulator.physics()["is_capturing"]))

    def until_told(self, count: int = 1) -> DeviceEvent:
        self.until(lambda: len(self.told) >= count)
        return self.told[-1]

    def pids(self) -> list[bytes]:
        """What was handed over, as UIDAI sees it."""
        return [open_pid(sealed.pid) for sealed in self.visit.pids]
