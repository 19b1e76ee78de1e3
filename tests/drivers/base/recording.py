"""A visit on a wire in memory with its flight recorder running, as the daemon runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from drivers.base.conformance import Conformance
from drivers.base.daemon import _without_cards, _without_persons
from drivers.base.device import WireDevice
from drivers.base.flight import Entry, Header, What
from drivers.base.loopback import Visit, Wire
from firmware.contract.device import DeviceCommand, DeviceEvent, Lease


class RecordedVisit(Visit):
    """The first driver's; it is not to be killed."""

    def plug(self) -> None:
        device = self.device
        device.flight.up(device.folder, self.now)
        super().plug()

    def unplug(self) -> None:
        self._note(What.DOWN, b"pulled")
        super().unplug()

    def start_driver(self) -> None:
        super().start_driver()
        obey = self.device.on_lease

        def on_lease(lease: Lease | None) -> None:
            self._note(What.LEASE, msgspec.json.encode(lease))
            obey(lease)

        self.device.on_lease = on_lease  # type: ignore[method-assign]
        if self.till.lease is not None:
            on_lease(self.till.lease)

    def tell(self, event: DeviceEvent) -> None:
        if event not in self.till.told:  # the daemon's own repeats are not recorded
            self._note(What.TOLD, msgspec.json.encode(_without_cards(event)))
        super().tell(event)

    def _command(self, command: DeviceCommand) -> None:
        self._note(What.COMMAND, msgspec.json.encode(_without_persons(command)))
        super()._command(command)

    def _send(self, data: bytes, receiver: Any, to_device: bool) -> None:
        if data and to_device and self._is_plugged:
            self.device._note_wire(What.SENT, data)
        super()._send(data, receiver, to_device)

    def _deliver(self, receiver: Any, piece: bytes, cable: int) -> None:
        if cable == self._cable and receiver is self.device.protocol:
            self.device._note_wire(What.HEARD, piece)
        super()._deliver(receiver, piece, cable)

    def _note(self, what: What, payload: bytes) -> None:
        self.device.flight.note(what, payload.decode(), self.now)


def record(case: Conformance, folder: Path, seconds: float) -> tuple[Header, list[Entry]]:
    """The flight of the family's own script, on a whole wire."""
    made: list[WireDevice[Any, Any]] = []

    def make() -> WireDevice[Any, Any]:
        made.append(case.make_device(folder))
        return made[0]

    visit = RecordedVisit(make, case.make_emulator(), case.make_till(), Wire())
    for hand in case.hands:
        visit.at(hand.at, lambda hand=hand: visit.hand(hand.action, **hand.arguments))  # type: ignore[misc]
    visit.run(seconds)
    (device,) = made
    section, state = device.section, device.state()
    header = Header(
        1, "2026-11-22T10:00:00+05:30", "test", "", device.name, section.family, section.kind,
        section.options, state, device.flight.folder, section.port,
    )  # fmt: skip
    return header, list(device.flight.entries(visit.now))
