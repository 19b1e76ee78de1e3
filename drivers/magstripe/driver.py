"""The adapter: a stripe reader as the device contract wants it, and its process guarded (M10)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import msgspec
import serial

from drivers.base.arming import Swipe, SwipeRejected
from drivers.base.card import CardReader
from drivers.base.secret import guard_process
from drivers.base.transport import SecretSerialTransport, Transport
from drivers.magstripe import events
from drivers.magstripe.protocol import HostProtocol
from drivers.magstripe.sealing import seal_to
from drivers.magstripe.states import PERMITTED, State
from firmware.contract.device import DeviceState, Fault, Identity, Status
from firmware.runtime.config import DeviceSection, convert

log = logging.getLogger("magstripe")

BAUD_RATE = 9600  # 8N1, MSR206
STATUS = {
    State.UNPLUGGED: Status.GONE,
    State.STARTING: Status.STARTING,
    State.IDLE: Status.READY,
    State.ARMING: Status.BUSY,
    State.ARMED: Status.BUSY,
    State.READING: Status.BUSY,
    State.SILENT: Status.GONE,
}
FAULT = {State.UNPLUGGED: "card.link.lost", State.SILENT: "card.link.silent"}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    public_key: Annotated[str, msgspec.Meta(pattern="^([0-9A-F]{2}){32}$")]  # of the acquirer


class StripeReader(CardReader[events.Event]):
    """One reader on a serial port."""

    protocol: HostProtocol

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        options = convert(section.options, Options, where=f"[device.{name}.options]")
        seal = seal_to(bytes.fromhex(options.public_key))
        self.protocol = HostProtocol(seal, options.public_key)
        self._identity = Identity()

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": BAUD_RATE, "parity": serial.PARITY_NONE}

    async def run(self) -> None:
        guard_process()
        await super().run()

    async def open_wire(self) -> Transport:
        return SecretSerialTransport(
            self.section.port, self._on_secret, self._on_lost, **self.serial_settings()
        )

    def _on_secret(self, data: memoryview) -> None:
        self.protocol.receive_bytes(data, self.now())
        self.pump()

    @property
    def is_armed(self) -> bool:
        return self.protocol.state in PERMITTED

    def on_event(self, event: events.Event) -> None:
        match event:
            case Swipe():
                self.swiped(event)
            case SwipeRejected():
                self.rejected(event)
            case events.ReaderKnown(model, firmware):
                self._identity = Identity("MSR206", model, "", firmware)
                log.info("%s: %s", self.name, self._identity)
            case events.LinkSilent() | events.LinkLost():
                log.warning("%s: %s", self.name, event)

    def state(self) -> DeviceState:
        fault = FAULT.get(self.protocol.state)
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=STATUS[self.protocol.state],
            faults=[Fault(fault)] if fault else [],
            identity=self._identity,
            counters=dict(self.counters),
        )
