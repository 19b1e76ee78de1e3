"""A family's adapter: between its own protocol events and the device contract of the bus.

`Device` is what the daemon knows. `WireDevice` adds the pump of a serial protocol: bytes in, time
in, events out, bytes out, and the port opened again when it went away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from drivers.base.faults import LinkLost
from drivers.base.flight import FlightRecorder, What
from drivers.base.protocol import NEVER
from drivers.base.protocol import Protocol as WireProtocol
from drivers.base.transport import SerialTransport, Transport
from drivers.base.usb import Wanted
from firmware.contract.device import DeviceCommand, DeviceEvent, DeviceState, Kind, Lease, Reply
from firmware.contract.panel import Tower
from firmware.runtime.config import DeviceSection

log = logging.getLogger("driver")
wire = logging.getLogger("wire")

REOPEN_AFTER = 1.0  # seconds; a USB adapter takes about that to come back

Event = TypeVar("Event")
Command = TypeVar("Command")


class Host(Protocol):
    """What the daemon offers an adapter."""

    def tell(self, event: DeviceEvent) -> None:
        """Publish; what is in LASTING is told again until it is acknowledged."""

    def changed(self) -> None:
        """The state may have changed: publish it if it did."""


class Device(ABC):
    """One device of one family. Built by the entry point as `Family(name, section, folder)`.

    `folder` survives power cuts and belongs to this device alone: its ledger lives there.
    """

    now: Callable[[], float] = staticmethod(time.monotonic)  # a test brings its own clock

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        self.name, self.section, self.folder = name, section, folder
        self.flight = FlightRecorder()
        self.host: Host

    @abstractmethod
    async def run(self) -> None:
        """Serve the device for ever; `self.host` is set by then."""

    @abstractmethod
    def state(self) -> DeviceState:
        """The whole present truth."""

    @abstractmethod
    def on_command(self, command: DeviceCommand) -> Reply:
        """Take or refuse a command. An Acknowledge has already ended the repeats on the bus."""

    def why_silent(self) -> str:
        """What is known of a wire on which nobody is understood, for a technician; may be empty."""
        return ""

    def on_lease(self, lease: Lease | None) -> None:  # noqa: B027  not every device takes money
        """A lease arrived, or ran out (None): inhibit, and return what is in escrow (M4)."""

    def on_tower(self, tower: Tower) -> None:  # noqa: B027  only a panel has a lamp
        """What the tower lamp is to show."""


class WireDevice(Device, Generic[Event, Command]):
    """A device behind a serial protocol."""

    kind: ClassVar[Kind]  # what a family is for, if it can be found by a scan
    usual_options: ClassVar[dict[str, Any]] = {}  # with which it is tried
    usb_interface: ClassVar[Wanted | None] = None  # how it looks on USB, if it can be found there
    usual_uri: ClassVar[str] = ""  # where a family that has no serial port can be found

    protocol: WireProtocol[Event, Command]
    _transport: Transport | None = None
    _timer: asyncio.TimerHandle | None = None
    _is_away = False  # the port is missing, and that has been told
    _lost_because = ""
    _is_heard = False  # anything at all came since the port was opened

    def serial_settings(self) -> dict[str, Any]:
        """Keyword arguments of `serial.Serial`: baudrate, stopbits, ..."""
        return {}

    async def open_wire(self) -> Transport:
        """Open the port; raises LinkLost. A wire that is no serial port has its own."""
        return SerialTransport(
            self.section.port, self._on_bytes, self._on_lost, **self.serial_settings()
        )

    @abstractmethod
    def on_event(self, event: Event) -> None:
        """Translate one protocol event; tell it through `self.host`."""

    def why_silent(self) -> str:
        """An adapter without a device looks like another maker's device until one asks it."""
        port, family = self.section.port, self.section.family
        if self._transport is None:
            return self._lost_because
        if self._is_heard:
            return f"what comes at {port} is not {family}; who is it? kioskctl device scan {port}"
        return f"{port} is open, nobody speaks {family} there; try kioskctl device scan {port}"

    def redact(self, what: What, data: bytes) -> bytes:
        """What of these bytes may be kept in RAM, in a file and in a log (M10): all, for most."""
        return data

    def on_start(self) -> None:
        """`self.host` is set, and no wire is open yet: tell again what the ledger left open."""

    async def run(self) -> None:
        self.on_start()
        self._wire_is_lost = asyncio.Event()
        while True:
            self._wire_is_lost.clear()
            try:
                self._transport = await self.open_wire()
            except LinkLost as error:
                if not self._is_away:
                    self._on_lost(error)
            else:
                self._is_away = self._is_heard = False
                self.flight.up(self.folder, self.now())
                self.protocol.connected(self.now())
                self.pump()
                await self._wire_is_lost.wait()
            await asyncio.sleep(REOPEN_AFTER)

    def ask(self, command: Command) -> None:
        """Give the protocol a command and let it act at once; raises CommandRefused."""
        self.protocol.send(command, self.now())
        self.pump()

    def pump(self) -> None:
        """Carry everything that is ready in both directions, and set the next alarm."""
        if self._transport is None:
            return
        while (event := self.protocol.next_event()) is not None:
            self.on_event(event)
        if self._transport is not None and (data := self.protocol.bytes_to_send()):
            self._note_wire(What.SENT, data)
            self._transport.write(data)
        if self.protocol.is_over:
            self._hang_up()
        else:
            self._set_alarm()
        self.host.changed()

    def _hang_up(self) -> None:
        """The protocol wants another connection: nothing is lost, and nothing is said of it."""
        self.close()
        self.flight.note(What.DOWN, "", self.now())
        self.protocol.disconnected(self.now())
        while (event := self.protocol.next_event()) is not None:
            self.on_event(event)
        self._wire_is_lost.set()

    def _set_alarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self.protocol.next_deadline()
        if deadline != NEVER:
            delay = max(0.0, deadline - self.now())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        if self._transport is not None:
            self.protocol.tick(self.now())
            self.pump()

    def _on_bytes(self, data: bytes) -> None:
        self._is_heard = True
        self._note_wire(What.HEARD, data)
        self.protocol.receive_bytes(data, self.now())
        self.pump()

    def _note_wire(self, what: What, data: bytes) -> None:
        kept = self.redact(what, data).hex()
        self.flight.note(what, kept, self.now())
        if wire.isEnabledFor(logging.DEBUG):
            wire.debug("%s %s %s", self.name, ">" if what is What.SENT else "<", kept)

    def _on_lost(self, error: LinkLost) -> None:
        log.warning("%s: %s", self.name, error)
        self._is_away, self._lost_because = True, str(error)
        self.flight.note(What.DOWN, str(error), self.now())
        self.protocol.disconnected(self.now())
        while (event := self.protocol.next_event()) is not None:
            self.on_event(event)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self.host.changed()
        self._wire_is_lost.set()

    def close(self) -> None:
        """Let the port go: the driver ends, and another program may want it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
