"""Note acceptors on a whole wire, whatever their maker: a till whose answers a test chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from drivers.base.conformance import Conformance
from drivers.base.emulator import Emulator
from drivers.base.loopback import Hand, Till, Visit, Wire, make_in
from drivers.base.notes import NoteAcceptor
from drivers.base.registry import find
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Kind,
    Lease,
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from firmware.runtime.config import DeviceSection

Told = TypeVar("Told", NoteStacked, NoteReturned, NoteUnaccounted)

NOTES = (10, 20, 50, 100, 200, 500)
LEASE = Lease("a visit", 10.0, [rupees(note) for note in NOTES])


def maker(family: str) -> Callable[[Path], NoteAcceptor]:
    """How a driver of that family is made in its folder."""

    def make(folder: Path) -> NoteAcceptor:
        section = DeviceSection(family, Kind.NOTES, "/dev/null")
        acceptor: NoteAcceptor = find("kiosk.drivers", family)("notes", section, folder)
        return acceptor

    return make


def paper(visit: Visit, where: str) -> Counter[int]:
    physics = visit.emulator.physics()[where]
    return Counter({int(paise): count for paise, count in physics.items()})


def journalled(visit: Visit, kind: type[Told]) -> Counter[int]:
    events = [event for event in visit.till.journal.values() if isinstance(event, kind)]
    return Counter(event.value.paise for event in events)


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


class Stage:
    """A visit on a whole wire, started up and leased."""

    def __init__(
        self, folder: Path, make: Callable[[Path], NoteAcceptor], emulator: Emulator
    ) -> None:
        self.till = Clerk()
        self.visit = Visit(make_in(folder, make), emulator, self.till, Wire())
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


class NoteConformance(Conformance):
    """One visit with a good note, another, and a bad one; each has one end, told once."""

    hands = (
        Hand(1.0, "insert", {"paise": 50000}),
        Hand(5.0, "insert", {"paise": 10000}),
        Hand(8.0, "insert", {"paise": 1000, "quality": "fake"}),
    )

    def make_till(self) -> Till:
        return Till(LEASE)

    def check(self, visit: Visit) -> None:
        credited = journalled(visit, NoteStacked)
        assert credited == paper(visit, "in_box")
        assert not journalled(visit, NoteUnaccounted)
        assert journalled(visit, NoteReturned) <= paper(visit, "returned")
        self.check_nothing_is_left_open(visit)

    def check_with_doubt(self, visit: Visit) -> None:
        """Of a unit that does not repeat itself: what is not credited is told as unaccounted."""
        credited = journalled(visit, NoteStacked)
        in_doubt = journalled(visit, NoteUnaccounted)
        assert credited <= paper(visit, "in_box") <= credited + in_doubt
        self.check_nothing_is_left_open(visit)

    def check_nothing_is_left_open(self, visit: Visit) -> None:
        state = visit.device.state()
        assert state.held is None
        assert state.status is Status.READY
        assert state.accepting == [rupees(note) for note in NOTES]
        assert visit.emulator.physics()["at"] == "nowhere"

    def check_all_done(self, visit: Visit) -> None:
        assert paper(visit, "in_box") == Counter({50000: 1, 10000: 1})
        assert paper(visit, "returned") == Counter({1000: 1})
        escrowed = [event for event in visit.till.told if isinstance(event, NoteEscrowed)]
        assert [event.value for event in escrowed] == [rupees(500), rupees(100)]
