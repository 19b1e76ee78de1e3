"""One device on the bus: state, events told until acknowledged, commands once, and the lease."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from drivers.base.device import Device
from firmware.contract.card import SealedCard
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Lease,
    Outcome,
    Reply,
    Status,
    event_key,
)
from firmware.contract.topics import Topics
from firmware.runtime.bus import COMMAND_EXPIRES_AFTER, Bus, Envelope
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify

log = logging.getLogger("driver")

TELL_AGAIN_AFTER = 1.0  # seconds; a till that restarts is back within two
LONGEST_LEASE = 10.0  # seconds; M4 says a few


class DriverDaemon:
    """Carries one Device; is its Host."""

    def __init__(self, device: Device, config: Config) -> None:
        self.device, self._topics = device, Topics(config.kiosk.id)
        device.host = self
        gone = DeviceState(
            name=device.name,
            kind=device.section.kind,
            family=device.section.family,
            status=Status.GONE,
        )
        address = config.bus_address(f"driver-{device.name}")
        self._bus = Bus(address, (self._topics.device_state(device.name), gone))
        self._bus.on(self._topics.device_command(device.name), self._on_command)
        self._bus.on(self._topics.device_lease(device.name), self._on_lease)
        self._bus.on_connection = self._on_connection
        self._untold: dict[str, DeviceEvent] = {}
        self._lease_timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bus.run())
            group.create_task(self.device.run())
            group.create_task(self._tell_again())
            self.changed()
            notify("READY=1")

    def tell(self, event: DeviceEvent) -> None:
        log.info("%s: %s", self.device.name, event)
        key = event_key(event)
        if key is not None:
            self._untold[key] = event
        self._bus.send(self._topics.device_event(self.device.name), event)

    def hand_over(self, sealed: SealedCard) -> None:
        """To the gateway and nobody else; what it does not hear within seconds is gone."""
        topic = self._topics.device_sealed(self.device.name)
        self._bus.send(topic, sealed, expires=COMMAND_EXPIRES_AFTER)

    def changed(self) -> None:
        self._bus.retain(self._topics.device_state(self.device.name), self.device.state())

    async def _tell_again(self) -> None:
        while True:
            await asyncio.sleep(TELL_AGAIN_AFTER)
            notify("WATCHDOG=1")
            for event in list(self._untold.values()):
                self._bus.send(self._topics.device_event(self.device.name), event)

    def _on_connection(self, is_up: bool) -> None:
        """No bus, no lease (M4): do not wait for it to run out."""
        if not is_up:
            self._end_lease()

    def _on_command(self, envelope: Envelope) -> None:
        try:
            command: DeviceCommand = msgspec.json.decode(envelope.payload, type=DeviceCommand)
        except msgspec.DecodeError as error:
            log.error("%s: refused %d bytes: %s", self.device.name, len(envelope.payload), error)
            self._bus.answer(envelope, Reply(Outcome.REFUSED, str(error)))
            return
        if isinstance(command, Acknowledge):
            self._untold.pop(command.key, None)
        reply = self.device.on_command(command)
        if reply.outcome is Outcome.REFUSED:
            log.warning("%s: refused %s: %s", self.device.name, command, reply.detail)
        self._bus.answer(envelope, reply)
        self.changed()

    def _on_lease(self, envelope: Envelope) -> None:
        lease = self._read_lease(envelope)
        if lease is None or not lease.denominations:
            self._end_lease()
            return
        self._cancel_lease_timer()
        seconds = min(lease.seconds, LONGEST_LEASE)
        self._lease_timer = asyncio.get_running_loop().call_later(seconds, self._end_lease)
        self.device.on_lease(lease)
        self.changed()

    def _read_lease(self, envelope: Envelope) -> Lease | None:
        """None for what is no lease: what is not understood permits nothing (M4)."""
        try:
            return msgspec.json.decode(envelope.payload, type=Lease)
        except msgspec.DecodeError as error:
            log.error("%s: refused %d bytes: %s", self.device.name, len(envelope.payload), error)
            return None

    def _end_lease(self) -> None:
        self._cancel_lease_timer()
        self.device.on_lease(None)
        self.changed()

    def _cancel_lease_timer(self) -> None:
        if self._lease_timer is not None:
            self._lease_timer.cancel()
            self._lease_timer = None
