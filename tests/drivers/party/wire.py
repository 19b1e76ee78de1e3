"""One emulated ccTalk wire with a coin acceptor and a bill validator on it, and whoever shares it.

`OneWire` is a bus as the devices have it: each hears what the host and the other say, and the host
may hear itself. `Shared` joins two visits, each with its driver and its till, to that bus through a
party line; both visits have one clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drivers.base.device import WireDevice
from drivers.base.emulator import Emulator
from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.base.party_turns import PartyLine
from drivers.base.registry import find
from drivers.cctalk.codec import Checksum
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from drivers.cctalk.party import CctalkManners
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import Kind, Lease
from firmware.contract.money import Money, rupees
from firmware.runtime.config import DeviceSection

STEP = 0.004  # seconds; the two visits go on in turns
COINS, NOTES = 0, 1  # the lines
COIN_LEASE = Lease("visit", 5.0, [Money(paise) for paise in INDIAN_COINS.values()])
NOTE_LEASE = Lease("visit", 10.0, [rupees(note) for note in (10, 20, 50, 100, 200, 500)])


class OneWire(Emulator):
    """Several emulated devices on one wire."""

    def __init__(self, devices: Sequence[Emulator], has_echo: bool) -> None:
        super().__init__()
        self.devices, self._has_echo = devices, has_echo
        self.is_cut = False
        self.answers: list[list[float]] = [[] for _ in devices]  # when each said something

    def receive_bytes(self, data: bytes, now: float) -> None:
        if self.is_cut:
            return
        if self._has_echo:
            self._outgoing += data
        for device in self.devices:
            device.receive_bytes(data, now)
        self._gather(now)

    def tick(self, now: float) -> None:
        for device in self.devices:
            device.tick(now)
        self._gather(now)

    def _gather(self, now: float) -> None:
        for number, device in enumerate(self.devices):
            if said := device.bytes_to_send():
                self.answers[number].append(now)
                self._outgoing += b"" if self.is_cut else said
                for other in self.devices:
                    if other is not device:
                        other.receive_bytes(said, now)

    def next_deadline(self) -> float:
        return min(device.next_deadline() for device in self.devices)

    def physics(self) -> dict[str, Any]:
        return {str(number): device.physics() for number, device in enumerate(self.devices)}


class Socket(Emulator):
    """What one visit takes for its device: a line of the party, and the hands of the device."""

    def __init__(self, shared: Shared, number: int) -> None:
        super().__init__()
        self._shared, self._number = shared, number

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._shared.party.asked(self._number, data, now)
        self._shared.carry(now)

    def give(self, data: bytes) -> None:
        self._outgoing += data

    def tick(self, now: float) -> None:
        self._shared.party.tick(now)
        self._shared.bus.tick(now)
        self._shared.carry(now)

    def next_deadline(self) -> float:
        return min(self._shared.party.next_deadline(), self._shared.bus.next_deadline())

    def hand(self, action: str, now: float, **arguments: Any) -> None:
        self._shared.bus.devices[self._number].hand(action, now, **arguments)

    def physics(self) -> dict[str, Any]:
        return self._shared.bus.devices[self._number].physics()


def makes(family: str, kind: Kind, **options: Any) -> Any:
    def make(folder: Path) -> WireDevice[Any, Any]:
        section = DeviceSection(family, kind, "/dev/null", options)
        device: WireDevice[Any, Any] = find("kiosk.drivers", family)(kind.value, section, folder)
        return device

    return make


class Shared:
    """Both visits. `bill_checksum` is that of the validator; coins keep to the simple one."""

    def __init__(
        self,
        folder: Path,
        has_echo: bool = True,
        bill_checksum: str = Checksum.CRC,
        wires: tuple[Wire, Wire] | None = None,
    ) -> None:
        bills = NoteAcceptorEmulator(checksum=bill_checksum)
        self.bus = OneWire((CoinAcceptorEmulator(), bills), has_echo)
        self.party = PartyLine(CctalkManners(), 2)
        self.sockets = [Socket(self, number) for number in (COINS, NOTES)]
        made = (
            makes("cctalk", Kind.COINS, coins=INDIAN_COINS),
            makes("cctalk_bill", Kind.NOTES, checksum=bill_checksum),
        )
        leases, wires = (COIN_LEASE, NOTE_LEASE), wires or (Wire(), Wire())
        self.visits = [
            Visit(make_in(folder / str(n), made[n]), self.sockets[n], Till(leases[n]), wires[n])
            for n in (COINS, NOTES)
        ]
        self.coins, self.notes = self.visits

    def carry(self, now: float) -> None:
        """Between the party line and the bus, at once, and to the lines."""
        while data := self.party.to_wire():
            self.bus.receive_bytes(data, now)
            if heard := self.bus.bytes_to_send():
                self.party.heard(heard, now)
        if heard := self.bus.bytes_to_send():
            self.party.heard(heard, now)
        for number, data in self.party.to_lines():
            self.sockets[number].give(data)

    def run(self, until: float) -> None:
        now = min(visit.now for visit in self.visits)
        while now < until:
            now = min(now + STEP, until)
            for visit in self.visits:
                visit.run(now)

    def wait(self, seconds: float) -> None:
        self.run(max(visit.now for visit in self.visits) + seconds)

    def unplug(self) -> None:
        """The real port is gone, and every pty with it."""
        for visit in self.visits:
            visit.unplug()
        self.party.reset()

    def plug(self) -> None:
        for visit in self.visits:
            visit.plug()
