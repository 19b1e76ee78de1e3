"""The adapter: a MagneSafe reader on USB as the device contract wants it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from drivers.base.arming import Swipe, SwipeRejected
from drivers.base.card import CardReader
from drivers.base.secret import guard_process
from drivers.base.transport import Transport
from drivers.base.usb import UsbAddress, claim
from drivers.base.usb_bench import BenchBackend
from drivers.base.usb_transport import UsbTransport
from drivers.magnesafe import events
from drivers.magnesafe.codec import PRODUCT, VENDOR
from drivers.magnesafe.protocol import HostProtocol
from drivers.magnesafe.states import State
from firmware.contract.device import DeviceState, Fault, Identity, Status
from firmware.runtime.config import DeviceSection, convert

log = logging.getLogger("magnesafe")

STATUS = {
    State.UNPLUGGED: Status.GONE,
    State.STARTING: Status.STARTING,
    State.IDLE: Status.READY,
    State.ARMED: Status.BUSY,
    State.KEYLESS: Status.OUT_OF_SERVICE,
    State.SILENT: Status.GONE,
}
FAULT = {
    State.UNPLUGGED: "card.link.lost",
    State.SILENT: "card.link.silent",
    State.KEYLESS: "card.keys.gone",
}
SHOWS_TOO_MUCH = "card.mask.open"
UsbNumber = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    vendor: UsbNumber = VENDOR
    product: UsbNumber = PRODUCT
    serial: str = ""  # of the USB descriptor; empty: the only one there is
    usb: Literal["libusb", "bench"] = "libusb"  # bench: `port` is the socket of kiosk-bench


class MagneSafeReader(CardReader[events.Event]):
    """One reader, found by its numbers."""

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        options = convert(section.options, Options, where=f"[device.{name}.options]")
        self._address = UsbAddress(options.vendor, options.product, options.serial)
        self._backend: Any = BenchBackend(Path(section.port)) if options.usb == "bench" else None
        self.protocol = HostProtocol()
        self._who = events.ReaderKnown("", "", "", shows_too_much=False)

    async def run(self) -> None:
        guard_process()
        await super().run()

    async def open_wire(self) -> Transport:
        claimed = await asyncio.to_thread(claim, self._address, self._backend)
        return UsbTransport(claimed, str(self._address), self._on_secret, self._on_lost)

    def _on_secret(self, data: memoryview) -> None:
        self.protocol.receive_bytes(data, self.now())
        self.pump()

    @property
    def is_armed(self) -> bool:
        return self.protocol.state is State.ARMED

    def on_event(self, event: events.Event) -> None:
        match event:
            case Swipe():
                self.swiped(event)
            case SwipeRejected():
                self.rejected(event)
            case events.ReaderKnown():
                self._who = event
                log.info("%s: %s", self.name, event)
            case events.KeysGone():
                log.error("%s: the reader does not encrypt; it must be injected anew", self.name)
            case events.LinkSilent() | events.LinkLost():
                log.warning("%s: %s", self.name, event)

    def state(self) -> DeviceState:
        fault = FAULT.get(self.protocol.state)
        faults = [Fault(fault)] if fault else []
        if self._who.shows_too_much:
            faults.append(Fault(SHOWS_TOO_MUCH, "shows more than six and four digits"))
        status = STATUS[self.protocol.state]
        is_degraded = status is Status.READY and self._who.shows_too_much
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=Status.DEGRADED if is_degraded else status,
            faults=faults,
            identity=Identity("MagTek", "MagneSafe", self._who.serial, self._who.firmware),
            counters=dict(self.counters),
        )
