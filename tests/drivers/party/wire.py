"""An emulated wire with a device for coins and one for notes on it, and whoever shares it.

`Shared` joins two visits, each with its driver and its till, to that wire through a party line;
both visits have one clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from drivers.base.device import WireDevice
from drivers.base.emulated_wire import EmulatedWire, OneWire
from drivers.base.emulator import Emulator
from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.base.party_turns import Manners, PartyLine
from drivers.base.protocol import NEVER
from drivers.base.registry import find
from drivers.cctalk.codec import Checksum
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from drivers.cctalk.party import CctalkManners
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from drivers.mdb.bench_adapter import SharedAdapter
from drivers.mdb.emulator import CoinChangerEmulator
from drivers.mdb.notes_emulator import BillValidatorEmulator
from drivers.mdb.party import MdbManners
from firmware.contract.device import Kind, Lease
from firmware.contract.money import Money, rupees
from firmware.runtime.config import DeviceSection

STEP = 0.004  # seconds; the two visits go on in turns
COINS, NOTES = 0, 1  # the lines
COIN_LEASE = Lease("visit", 5.0, [Money(paise) for paise in INDIAN_COINS.values()])
NOTE_LEASE = Lease("visit", 10.0, [rupees(note) for note in (10, 20, 50, 100, 200, 500)])


class Cuttable(OneWire):
    """Somebody shorts it; `answers` is when each device said something."""

    def __init__(self, devices: Sequence[Emulator], has_echo: bool) -> None:
        super().__init__(devices, has_echo)
        self.is_cut = False
        self.answers: list[list[float]] = [[] for _ in devices]

    def receive_bytes(self, data: bytes, now: float) -> None:
        if not self.is_cut:
            super().receive_bytes(data, now)

    def carry(self, number: int, said: bytes, now: float) -> None:
        self.answers[number].append(now)
        before = len(self._outgoing)
        super().carry(number, said, now)
        if self.is_cut:
            del self._outgoing[before:]


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
        shared = self._shared
        deadlines = (shared.party.next_deadline(), shared.bus.next_deadline())
        return min(*deadlines, shared.next_arrival())

    def hand(self, action: str, now: float, **arguments: Any) -> None:
        self._shared.bus.devices[self._number].hand(action, now, **arguments)

    def physics(self) -> dict[str, Any]:
        return self._shared.bus.devices[self._number].physics()


Make = Callable[[Path], WireDevice[Any, Any]]


def makes(family: str, kind: Kind, **options: Any) -> Make:
    def make(folder: Path) -> WireDevice[Any, Any]:
        section = DeviceSection(family, kind, "/dev/null", options)
        device: WireDevice[Any, Any] = find("kiosk.drivers", family)(kind.value, section, folder)
        return device

    return make


class Shared:
    """Both visits, over `manners` at `bus`; `makes` are the two drivers."""

    def __init__(
        self,
        folder: Path,
        bus: EmulatedWire,
        manners: Manners,
        makes: tuple[Make, Make],
        leases: tuple[Lease, Lease] = (COIN_LEASE, NOTE_LEASE),
        wires: tuple[Wire, Wire] | None = None,
    ) -> None:
        self.bus, self.party = bus, PartyLine(manners, 2)
        self.far = Wire()  # between the party line and the devices
        self._far: list[tuple[float, bytes]] = []
        self.sockets = [Socket(self, number) for number in (COINS, NOTES)]
        wires = wires or (Wire(), Wire())
        self.visits = [
            Visit(make_in(folder / str(n), makes[n]), self.sockets[n], Till(leases[n]), wires[n])
            for n in (COINS, NOTES)
        ]
        self.coins, self.notes = self.visits

    def carry(self, now: float) -> None:
        """Between the party line and the bus, and to the lines."""
        while data := self.party.to_wire():
            self.bus.receive_bytes(data, now)
            self._hear(now)
        self._hear(now)
        for number, data in self.party.to_lines():
            self.sockets[number].give(data)

    def _hear(self, now: float) -> None:
        """What the devices said, when it arrives."""
        if said := self.bus.bytes_to_send():
            self._far += [(now + later, piece) for later, piece in self.far.carry(said)]
        while self._far and self._far[0][0] <= now:
            self.party.heard(self._far.pop(0)[1], now)

    def next_arrival(self) -> float:
        return self._far[0][0] if self._far else NEVER

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


class SharedCctalk(Shared):
    """`bill_checksum` is that of the validator; coins keep to the simple one unless told."""

    def __init__(
        self,
        folder: Path,
        has_echo: bool = True,
        bill_checksum: str = Checksum.CRC,
        wires: tuple[Wire, Wire] | None = None,
        coin_checksum: str = Checksum.SIMPLE,
    ) -> None:
        devices = (
            CoinAcceptorEmulator(checksum=coin_checksum),
            NoteAcceptorEmulator(checksum=bill_checksum),
        )
        self.wire = Cuttable(devices, has_echo)
        made = (
            makes("cctalk", Kind.COINS, coins=INDIAN_COINS, checksum=coin_checksum),
            makes("cctalk_bill", Kind.NOTES, checksum=bill_checksum),
        )
        super().__init__(folder, self.wire, CctalkManners(), made, wires=wires)


class SharedMdb(Shared):
    """A changer and a validator behind one adapter."""

    def __init__(self, folder: Path, wires: tuple[Wire, Wire] | None = None) -> None:
        devices = (CoinChangerEmulator(), BillValidatorEmulator())
        made = (makes("mdb_coins", Kind.COINS), makes("mdb_notes", Kind.NOTES))
        super().__init__(folder, SharedAdapter(devices), MdbManners(), made, wires=wires)
