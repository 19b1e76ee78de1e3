"""A driver and an emulated device joined by a wire in memory, on a clock of its own: no sleeping.

The driver is the family's real adapter with its real ledger; the till that answers it is a small
one with a journal. Everything that happens, happens at a time in one queue.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.base.device import REOPEN_AFTER, WireDevice
from drivers.base.emulator import Emulator
from firmware.contract.card import SealedCard
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    Lease,
    NoteEscrowed,
    Outcome,
    Stack,
    event_key,
)
from firmware.contract.finger import Sealed, SealedFinger
from firmware.runtime.bench import BenchRefused

WIRE_TIME = 0.004  # seconds from write to read: a USB adapter's frame, and a little
ANSWERED_AFTER = 0.03  # seconds a till needs to write its journal and answer
TOLD_AGAIN_AFTER = 1.0  # seconds, as the daemon does
SMALLEST_STEP = 0.001  # seconds; the clock moves even when a deadline does not

Make = Callable[[], WireDevice[Any, Any]]


@dataclass(frozen=True)
class Hand:
    """Something a person, a fault or the mains does to the device at a time of the visit."""

    at: float
    action: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Wire:
    """Carries bytes whole and at once. A family's `carry` may be called in both directions."""

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        """What arrives, as (seconds later, bytes)."""
        return [(0.0, data)]


class OneByteAtATime(Wire):
    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        return [(place * 0.001, bytes((byte,))) for place, byte in enumerate(data)]


class Lossy(Wire):
    """Loses some writes whole, drops a byte of some, flips a bit of some; the same for one seed."""

    def __init__(self, seed: int, rate: float = 0.15) -> None:
        self._chance, self._rate = random.Random(seed), rate

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self._chance.random() >= self._rate:
            return [(0.0, data)]
        hurt, place = bytearray(data), self._chance.randrange(len(data))
        match self._chance.randrange(3):
            case 0:
                return []
            case 1:
                del hurt[place]
            case _:
                hurt[place] ^= 1 << self._chance.randrange(8)
        return [(0.0, bytes(hurt))] if hurt else []


class Late(Wire):
    """Delays whole writes by up to `longest` seconds, never overtaking."""

    def __init__(self, seed: int, longest: float = 0.3) -> None:
        self._chance, self._longest = random.Random(seed), longest

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        return [(self._chance.uniform(0.0, self._longest), data)]


class Garbage(Wire):
    """Puts noise in front of some writes: a bad contact between two frames."""

    def __init__(self, seed: int, rate: float = 0.2, gap: float = 0.15) -> None:
        self._chance, self._rate, self._gap = random.Random(seed), rate, gap

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self._chance.random() >= self._rate:
            return [(0.0, data)]
        noise = self._chance.randbytes(self._chance.randrange(1, 9))
        return [(0.0, noise), (self._gap, data)]


class Till:
    """The other end of the contract: journals each lasting event once, then acknowledges it.

    It outlives drivers and devices. The default stacks every note; a printer's till overrides
    `orders` to ask for its job until the journal holds what became of it.
    """

    def __init__(self, lease: Lease | None = None) -> None:
        self.journal: dict[str, DeviceEvent] = {}
        self.told: list[DeviceEvent] = []
        self.lease = lease

    def hear(self, event: DeviceEvent) -> None:
        """Write it down; a second event of one key is the first one told again."""
        self.told.append(event)
        if (key := event_key(event)) is not None:
            known = self.journal.setdefault(key, event)
            if type(known) is not type(event):
                raise AssertionError(f"{key} was told as {known}, and then as {event}")

    def answer(self, event: DeviceEvent) -> list[DeviceCommand]:
        if isinstance(event, NoteEscrowed):
            return [Stack(event.id)]
        key = event_key(event)
        return [] if key is None else [Acknowledge(key)]

    def orders(self, now: float) -> list[DeviceCommand]:
        """What the till asks of its own accord, once a second."""
        return []


class Visit:
    """One run of a driver against an emulated device. `now` starts at zero."""

    def __init__(self, make: Make, emulator: Emulator, till: Till, wire: Wire) -> None:
        self.now = 0.0
        self.emulator, self.till, self.wire = emulator, till, wire
        self._make = make
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._arrives = {True: 0.0, False: 0.0}  # by direction: nothing overtakes
        self._is_plugged = False
        self._cable = self._run = 0  # generations: what was on a pulled cable is lost
        self._pulls = 0
        self.refused: list[tuple[DeviceCommand, str]] = []
        self.sealed: list[SealedCard] = []  # what a card reader handed over to the gateway
        self.pids: list[SealedFinger] = []  # and a fingerprint reader
        self.start_driver()
        self.plug()
        self.at(0.0, self._every_second)

    # --- what can be done to it ------------------------------------------------------------

    def at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (when, next(self._numbers), call))

    def hand(self, action: str, **arguments: Any) -> None:
        """A hand that finds it cannot (no room, no power) gives up."""
        with contextlib.suppress(BenchRefused):
            self.emulator.hand(action, self.now, **arguments)

    def plug(self) -> None:
        if self._is_plugged:
            return  # a driver was quicker than the hand
        self._is_plugged = True
        self.emulator.connected(self.now)
        self.device.protocol.connected(self.now)

    def unplug(self) -> None:
        self._is_plugged = False
        self._cable += 1
        self._pulls += 1
        self.emulator.disconnected(self.now)
        self.device.protocol.disconnected(self.now)

    def start_driver(self) -> None:
        """A fresh process: nothing of the one before is left but its folder."""
        self._run += 1
        self._cable += 1
        self._untold: dict[str, DeviceEvent] = {}
        self.device = self._make()
        self.device.now = lambda: self.now
        self.device.host = self
        self.device.on_start()
        if self._is_plugged and self.emulator.is_network:
            self.emulator.disconnected(self.now)  # the connection died with the process
            self.emulator.connected(self.now)
        if self._is_plugged:
            self.device.protocol.connected(self.now)
        if self.till.lease is not None:
            self.device.on_lease(self.till.lease)
        self.at(self.now, self._pump)  # what it has to say is on the wire at once

    def run(self, until: float) -> None:
        while self.now < until:
            due = self._queue[0][0] if self._queue else until
            deadlines = [self.emulator.next_deadline()]
            if self._is_plugged:
                deadlines.append(self.device.protocol.next_deadline())
            moment = min(due, until, *deadlines)
            self.now = max(moment, self.now + SMALLEST_STEP)
            while self._queue and self._queue[0][0] <= self.now:
                heapq.heappop(self._queue)[2]()
                self._pump()
            if self._is_plugged:
                self.device.protocol.tick(self.now)
            self.emulator.tick(self.now)
            self._pump()

    # --- the device's Host ------------------------------------------------------------------

    def tell(self, event: DeviceEvent) -> None:
        if (key := event_key(event)) is not None:
            self._untold[key] = event
        self.till.hear(event)
        for command in self.till.answer(event):
            self._give(command)

    def hand_over(self, sealed: Sealed) -> None:
        if isinstance(sealed, SealedFinger):
            self.pids.append(sealed)
        else:
            self.sealed.append(sealed)

    def changed(self) -> None:
        self.device.state()

    # --- inside -----------------------------------------------------------------------------

    def _give(self, command: DeviceCommand) -> None:
        """After the till's own time; a command on its way to a dead driver dies with it."""
        run = self._run

        def give() -> None:
            if run == self._run:
                self._command(command)

        self.at(self.now + ANSWERED_AFTER, give)

    def _command(self, command: DeviceCommand) -> None:
        if isinstance(command, Acknowledge):
            self._untold.pop(command.key, None)
        reply = self.device.on_command(command)
        if reply.outcome is Outcome.REFUSED:
            self.refused.append((command, reply.detail))

    def _every_second(self) -> None:
        if self.till.lease is not None:
            self.device.on_lease(self.till.lease)
        for event in list(self._untold.values()):
            self.tell(event)
        for command in self.till.orders(self.now):
            self._give(command)
        self.at(self.now + TOLD_AGAIN_AFTER, self._every_second)

    def _pump(self) -> None:
        while (event := self.device.protocol.next_event()) is not None:
            self.device.on_event(event)
        self._send(self.device.protocol.bytes_to_send(), self.emulator, to_device=True)
        self._send(self.emulator.bytes_to_send(), self.device.protocol, to_device=False)
        if self._is_plugged and (self.device.protocol.is_over or self.emulator.is_over):
            self._hang_up()

    def _hang_up(self) -> None:
        """One side ends the connection when what it said has arrived; the driver opens another."""
        pulls = self._pulls
        said = self._arrives[False] if self.emulator.is_over else self.now

        def end() -> None:
            if pulls == self._pulls:
                self.unplug()
                gap = self._pulls
                self.at(self.now + REOPEN_AFTER, lambda: self._redial(gap))

        self.at(max(self.now, said + SMALLEST_STEP), end)

    def _redial(self, gap: int) -> None:
        """Unless the cable was pulled meanwhile."""
        if gap == self._pulls:
            self.plug()

    def _send(self, data: bytes, receiver: Any, to_device: bool) -> None:
        if not data or not self._is_plugged:
            return
        cable = self._cable
        for later, piece in self.wire.carry(data):
            when = max(self.now + WIRE_TIME + later, self._arrives[to_device])
            self._arrives[to_device] = when
            self.at(when, lambda piece=piece: self._deliver(receiver, piece, cable))  # type: ignore[misc]

    def _deliver(self, receiver: Any, piece: bytes, cable: int) -> None:
        if cable == self._cable:
            receiver.receive_bytes(piece, self.now)


class Mishap(ABC):
    """Something that happens in the middle of a visit."""

    @abstractmethod
    def strike(self, visit: Visit) -> None:
        """Happen now, and arrange for what follows."""


@dataclass(frozen=True)
class Unplugged(Mishap):
    seconds: float = 1.2

    def strike(self, visit: Visit) -> None:
        visit.unplug()
        visit.at(visit.now + self.seconds, visit.plug)


@dataclass(frozen=True)
class PowerCut(Mishap):
    """Of the device alone: its port stays, as that of a serial adapter does."""

    seconds: float = 2.0

    def strike(self, visit: Visit) -> None:
        visit.hand("power_cut")
        visit.at(visit.now + self.seconds, lambda: visit.hand("power_on"))


@dataclass(frozen=True)
class DriverKilled(Mishap):
    """The process dies; its folder, its device and the till stay."""

    def strike(self, visit: Visit) -> None:
        visit.start_driver()


@dataclass(frozen=True)
class MainsCut(Mishap):
    """Device and driver at once."""

    seconds: float = 2.0

    def strike(self, visit: Visit) -> None:
        visit.hand("power_cut")
        visit.start_driver()
        visit.at(visit.now + self.seconds, lambda: visit.hand("power_on"))


def make_in(folder: Path, make: Callable[[Path], WireDevice[Any, Any]]) -> Make:
    return lambda: make(folder)
