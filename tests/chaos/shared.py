"""Coins and notes on one wire, and a party line between it and the two drivers, on virtual time.

The process of the party line is not killed here (tests/drivers/party does that): it has no disk.
"""

from __future__ import annotations

from typing import Any

from drivers.base.emulated_wire import EmulatedWire
from drivers.base.emulator import Emulator
from drivers.base.party_turns import Manners, PartyLine
from tests.chaos.virtual import VirtualLoop
from tests.chaos.wiring import Wire


class Line(Emulator):
    """What one driver takes for its device."""

    wire: Wire | None = None

    def __init__(self, party: SharedPort, number: int) -> None:
        super().__init__()
        self._party, self._device = party, party.bus.devices[number]
        self.number = number

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._party.turns.asked(self.number, data, now)
        self._party.carry(now)

    def hear(self, data: bytes) -> None:
        self._outgoing += data
        if self.wire is not None:
            self.wire.pump()

    def tick(self, now: float) -> None:
        self._party.tick(now)

    def next_deadline(self) -> float:
        return min(self._party.turns.next_deadline(), self._party.bus.next_deadline())

    def hand(self, action: str, now: float, **arguments: Any) -> None:
        if action == "power_cut":
            self._party.turns.reset()  # the kiosk's mains: its process dies, too
            self._party.bus.connected(now)
        self._device.hand(action, now, **arguments)

    def physics(self) -> dict[str, Any]:
        return self._device.physics()


class SharedPort:
    """The real port and who shares it; `lines` are for coins and notes."""

    def __init__(self, bus: EmulatedWire, manners: Manners, loop: VirtualLoop) -> None:
        self.bus, self.turns = bus, PartyLine(manners, len(bus.devices))
        bus.connected(loop.now)
        self.lines = [Line(self, number) for number in range(len(bus.devices))]
        self.wires = [Wire(line, loop) for line in self.lines]
        for line, wire in zip(self.lines, self.wires, strict=True):
            line.wire = wire

    def tick(self, now: float) -> None:
        self.turns.tick(now)
        self.bus.tick(now)
        self.carry(now)

    def carry(self, now: float) -> None:
        while data := self.turns.to_wire():
            self.bus.receive_bytes(data, now)
            if said := self.bus.bytes_to_send():
                self.turns.heard(said, now)
        if said := self.bus.bytes_to_send():
            self.turns.heard(said, now)
        for number, data in self.turns.to_lines():
            self.lines[number].hear(data)
