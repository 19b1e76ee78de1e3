"""A visit on a whole wire for stories: a till whose answers a test chooses, and its hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.itl_ssp.codec import Generic
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Lease,
    NoteEscrowed,
    NoteStacked,
    Outcome,
    Stack,
    Status,
    event_key,
)
from tests.drivers.itl_ssp.test_conformance import LEASE, make_acceptor

Answer = Callable[[DeviceEvent], list[DeviceCommand]]


class Clerk(Till):
    """A till whose answers a test chooses."""

    def __init__(self, lease: Lease | None = LEASE) -> None:
        super().__init__(lease)
        self.stacks = self.acknowledges = True

    def answer(self, event: DeviceEvent) -> list[DeviceCommand]:
        if isinstance(event, NoteEscrowed):
            return [Stack(event.id)] if self.stacks else []
        key = event_key(event)
        return [Acknowledge(key)] if key is not None and self.acknowledges else []

    def heard(self, kind: type[DeviceEvent]) -> list[DeviceEvent]:
        return [event for event in self.told if isinstance(event, kind)]


class Tap(Wire):
    """A whole wire that keeps what went in one direction."""

    def __init__(self, to_device: bool) -> None:
        self._to_device = to_device
        self.carried: list[bytes] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        is_answer = len(data) > 3 and data[3] >= Generic.OK
        if is_answer is not self._to_device:
            self.carried.append(data)
        return super().carry(data)


class Stage:
    """A visit on a whole wire, started up and leased."""

    def __init__(self, folder: Path, emulator: NoteAcceptorEmulator | None = None) -> None:
        self.till = Clerk()
        emulator = emulator or NoteAcceptorEmulator()
        self.visit = Visit(make_in(folder, make_acceptor), emulator, self.till, Wire())
        self.run(1.0)

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def run_until(self, kind: type[DeviceEvent], within: float = 30.0) -> DeviceEvent:
        end, count = self.visit.now + within, len(self.till.heard(kind))
        while len(self.till.heard(kind)) == count:
            assert self.visit.now < end, f"no {kind.__name__} within {within} s: {self.till.told}"
            self.run(0.01)
        return self.till.heard(kind)[-1]

    def escrow(self, paise: int = 50000) -> NoteEscrowed:
        """A note comes in, and the till has not answered."""
        self.till.stacks = False
        self.visit.hand("insert", paise=paise)
        event = self.run_until(NoteEscrowed)
        assert isinstance(event, NoteEscrowed)
        return event

    def run_until_the_credit_is_in_the_cable(self) -> None:
        """Of a unit without poll with ack: it has said the credit, and nobody has read it."""
        tap = Tap(to_device=False)
        self.visit.wire = tap
        while not tap.carried or b"\xee\x06" not in tap.carried[-1]:
            self.run(0.001)
        assert not self.till.heard(NoteStacked)

    def ask(self, command: DeviceCommand) -> Outcome:
        return self.visit.device.on_command(command).outcome

    def state(self) -> DeviceState:
        return self.visit.device.state()

    def status(self) -> Status:
        return self.state().status

    def faults(self) -> list[str]:
        return [fault.code for fault in self.state().faults]

    def in_box(self) -> dict[str, int]:
        found: dict[str, int] = self.visit.emulator.physics()["in_box"]
        return found

    def returned(self) -> dict[str, int]:
        found: dict[str, int] = self.visit.emulator.physics()["returned"]
        return found
