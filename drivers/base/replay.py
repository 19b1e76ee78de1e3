"""`kioskctl device replay FILE`: a recorded flight played into a fresh driver, on its own clock.

The driver gets what was heard, and what the till said; what it tells, sends and becomes is printed.
Time passes for it where it passed then: when something was sent. Where it sends something else, it
is not the driver that recorded the file, or the file has a gap. What was withheld from the file for
a citizen's sake, cards and what is printed, no driver can be given: from there the file is shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from drivers.base.device import WireDevice
from drivers.base.flight import Entry, Header, What, load
from drivers.base.registry import find
from firmware.contract.device import DeviceCommand, DeviceEvent, EventId, Lease, Print
from firmware.contract.document import PrintDocument
from firmware.runtime.config import ConfigError, DeviceSection

GAP = 5.0  # seconds in which nothing was recorded: it is cut out, not waited for
ROUNDED = 0.001  # seconds: the times of a file have six digits, and alarms are due exactly
STARTS_AT = 1000.0  # seconds: a monotonic clock is never below zero, as the times of a file are
EXIT_NO_FLIGHT = 2
WITHHELD = "-- from here on as recorded: what is printed, or on a card, is in no recording"


class Replay:
    """One flight and its driver; `lines` are what came of it."""

    def __init__(self, header: Header, entries: list[Entry], folder: Path) -> None:
        self._entries = entries
        self._now = STARTS_AT
        self._begins = entries[0].t if entries else 0.0
        self._lines: deque[str] = deque()
        self._sent = bytearray()
        self._told: deque[DeviceEvent] = deque()
        self._epochs: dict[str, str] = {}  # a driver without a ledger draws a new one
        self.as_recorded = self.otherwise = 0  # writes
        self._is_shown = False  # and not played any more
        for name, content in header.folder.items():
            (folder / name).write_bytes(bytes.fromhex(content))
        section = DeviceSection(header.family, header.kind, header.port, header.options)
        device = find("kiosk.drivers", header.family)(header.name, section, folder)
        if not isinstance(device, WireDevice):
            raise ConfigError(f"{header.family} has no wire, so there is nothing to replay")
        self._device: WireDevice[Any, Any] = device
        device.now = lambda: self._now
        device.host = self
        self._state = ""

    def run(self) -> Iterator[str]:
        """One line for each thing that happens."""
        self._device.on_start()
        lost = 0.0
        for before, entry in zip([None, *self._entries], self._entries, strict=False):
            pause = entry.t - before.t if before is not None else 0.0
            if pause > GAP:
                lost += pause
                yield f"{entry.t:+9.3f}  -- nothing recorded for {pause:.1f} s"
            self._now = max(self._now, STARTS_AT + entry.t - self._begins - lost)
            if _is_withheld(entry) and not self._is_shown:
                self._is_shown = True
                self._lines.append(WITHHELD)
            if self._is_shown:
                self._lines.append(f"{entry.what:<8} {entry.data}".rstrip())
            else:
                self._play(entry)
                self._pump()
            while self._lines:
                yield f"{entry.t:+9.3f}  {self._lines.popleft()}"

    def tell(self, event: DeviceEvent) -> None:
        self._told.append(event)
        self._lines.append(f"told     {event}")

    def changed(self) -> None:
        """The state is looked at after every step."""

    def _play(self, entry: Entry) -> None:
        match entry.what:
            case What.UP:
                self._device.protocol.connected(self._now)
            case What.DOWN:
                self._device.protocol.disconnected(self._now)
                self._sent.clear()
            case What.HEARD:
                self._device.protocol.receive_bytes(bytes.fromhex(entry.data), self._now)
            case What.SENT:
                if not self._sent:
                    self._ring()
                self._compare(bytes.fromhex(entry.data))
            case What.COMMAND:
                self._order(entry.data)
            case What.LEASE:
                lease = msgspec.json.decode(entry.data, type=Lease) if entry.data else None
                self._device.on_lease(lease)
            case What.TOLD:
                self._compare_told(msgspec.json.decode(entry.data, type=DeviceEvent))

    def _ring(self) -> None:
        """The alarm that made the driver send."""
        deadline = self._device.protocol.next_deadline()
        if self._now < deadline <= self._now + ROUNDED:
            self._now = deadline
        self._device.protocol.tick(self._now)
        self._pump()

    def _order(self, text: str) -> None:
        for recorded, ours in self._epochs.items():
            text = text.replace(recorded, ours)
        command: DeviceCommand = msgspec.json.decode(text, type=DeviceCommand)
        self._lines.append(f"ordered  {command}")
        self._device.on_command(command)

    def _compare_told(self, recorded: DeviceEvent) -> None:
        ours = self._told.popleft() if self._told else None
        if type(ours) is not type(recorded):
            self._lines.append(f"told     {ours}, recorded {recorded}")
            return
        names = getattr(recorded, "id", None), getattr(ours, "id", None)
        if isinstance(names[0], EventId) and isinstance(names[1], EventId):
            self._epochs[str(names[0].epoch)] = str(names[1].epoch)

    def _compare(self, recorded: bytes) -> None:
        if bytes(self._sent[: len(recorded)]) == recorded:
            self.as_recorded += 1
            del self._sent[: len(recorded)]
        else:
            self.otherwise += 1
            self._lines.append(f"sent     {self._sent.hex(' ')}, recorded {recorded.hex(' ')}")
            self._sent.clear()

    def _pump(self) -> None:
        protocol = self._device.protocol
        while (event := protocol.next_event()) is not None:
            self._device.on_event(event)
        self._sent += self._device.redact(What.SENT, protocol.bytes_to_send())
        state = self._device.state()
        faults = ", ".join(fault.code for fault in state.faults) or "no fault"
        if (words := f"{state.status}, {faults}") != self._state:
            self._state = words
            self._lines.append(f"is       {words}")


def _is_withheld(entry: Entry) -> bool:
    """A wire never delivers nothing, but of a card reader's bytes nothing is recorded."""
    if entry.what is What.HEARD:
        return not entry.data
    if entry.what is not What.COMMAND:
        return False
    command: DeviceCommand = msgspec.json.decode(entry.data, type=DeviceCommand)
    return isinstance(command, Print | PrintDocument)


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk-replay", description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        header, entries = load(options.file)
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            replay = Replay(header, entries, Path(folder))
            say(f"{header.name} ({header.family}) before {header.fault} at {header.at}")
            for line in replay.run():
                say(line)
    except (ValueError, OSError) as error:
        print(f"kiosk-replay: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_NO_FLIGHT
    say(f"{replay.as_recorded} writes as recorded, {replay.otherwise} otherwise")
    return 0


def say(line: str) -> None:
    print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
