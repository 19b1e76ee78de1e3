"""One device on the bus: state, events told until acknowledged, commands once, and the lease."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from drivers.base.device import Device
from drivers.base.flight import FLIGHTS, Header, What
from firmware.contract.card import CardSwiped
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Fault,
    Kind,
    Lease,
    Outcome,
    Print,
    Reply,
    Status,
    event_key,
)
from firmware.contract.finger import FingerCaptured, Sealed
from firmware.contract.panel import Tower
from firmware.contract.ticket import Ticket
from firmware.contract.topics import Topics
from firmware.runtime.bus import COMMAND_EXPIRES_AFTER, Bus, Envelope
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify

log = logging.getLogger("driver")

TELL_AGAIN_AFTER = 1.0  # seconds; a till that restarts is back within two
LONGEST_LEASE = 10.0  # seconds; M4 says a few

SILENT = (".link.lost", ".link.silent", ".link.adapter")  # how the codes of every family's wire end


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
        if device.section.kind is Kind.PANEL:
            self._bus.on(self._topics.device_tower(device.name), self._on_tower)
        self._bus.on_connection = self._on_connection
        self._untold: dict[str, DeviceEvent] = {}
        self._faults: set[str] = set()
        self._clock = SystemClock()
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
        self._note(What.TOLD, msgspec.json.encode(_without_cards(event)))
        key = event_key(event)
        if key is not None:
            self._untold[key] = event
        self._bus.send(self._topics.device_event(self.device.name), event)

    def hand_over(self, sealed: Sealed) -> None:
        """To the gateway and nobody else; what it does not hear within seconds is gone."""
        topic = self._topics.device_sealed(self.device.name)
        self._bus.send(topic, sealed, expires=COMMAND_EXPIRES_AFTER)

    def changed(self) -> None:
        state = _explained(self.device.state(), self.device.why_silent())
        self._bus.retain(self._topics.device_state(self.device.name), state)
        for fault in state.faults:
            if fault.code not in self._faults:
                self._record(fault, state)
        self._faults = {fault.code for fault in state.faults}

    def _record(self, fault: Fault, state: DeviceState) -> None:
        """What crossed the wire before a fault, beside it; a full disk is no reason to stop."""
        device, now = self.device, self.device.now()
        if not device.flight.is_due(fault.code, now):
            return
        header = Header(
            flight=1,
            at=self._clock.now().isoformat(timespec="seconds"),
            fault=fault.code,
            detail=fault.detail,
            name=device.name,
            family=device.section.family,
            kind=device.section.kind,
            options=device.section.options,
            state=state,
            folder=device.flight.folder,
            port=device.section.port,
        )
        try:
            device.flight.save(header, device.folder / FLIGHTS, now)
        except OSError as error:
            log.error("%s: the flight recorder: %s", device.name, error)

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
        told = _without_persons(command)
        self._note(What.COMMAND, msgspec.json.encode(told))
        reply = self.device.on_command(command)
        if reply.outcome is Outcome.REFUSED:
            log.warning("%s: refused %s: %s", self.device.name, told, reply.detail)
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
        self._note(What.LEASE, envelope.payload)
        self.device.on_lease(lease)
        self.changed()

    def _on_tower(self, envelope: Envelope) -> None:
        """What is not understood is not shown: the lamp soon says that nobody knows."""
        try:
            self.device.on_tower(msgspec.json.decode(envelope.payload, type=Tower))
        except msgspec.DecodeError as error:
            log.error("%s: refused %d bytes: %s", self.device.name, len(envelope.payload), error)

    def _note(self, what: What, payload: bytes) -> None:
        self.device.flight.note(what, payload.decode(), self.device.now())

    def _read_lease(self, envelope: Envelope) -> Lease | None:
        """None for what is no lease: what is not understood permits nothing (M4)."""
        try:
            return msgspec.json.decode(envelope.payload, type=Lease)
        except msgspec.DecodeError as error:
            log.error("%s: refused %d bytes: %s", self.device.name, len(envelope.payload), error)
            return None

    def _end_lease(self) -> None:
        self._cancel_lease_timer()
        self._note(What.LEASE, b"")
        self.device.on_lease(None)
        self.changed()

    def _cancel_lease_timer(self) -> None:
        if self._lease_timer is not None:
            self._lease_timer.cancel()
            self._lease_timer = None


def _explained(state: DeviceState, why: str) -> DeviceState:
    """A fault of the link that says no more than its name, with what is known of the wire."""

    def explained(fault: Fault) -> Fault:
        is_bare = fault.code.endswith(SILENT) and not fault.detail
        return Fault(fault.code, why) if is_bare else fault

    return msgspec.structs.replace(state, faults=[explained(fault) for fault in state.faults])


def _without_persons(command: DeviceCommand) -> DeviceCommand:
    """As it may be recorded: what is on a citizen's paper is nobody's business."""
    return Print(command.job, Ticket([])) if isinstance(command, Print) else command


def _without_cards(event: DeviceEvent) -> DeviceEvent:
    """As it may be recorded: nothing of a card stays at rest, not even what may be shown (M10)."""
    if isinstance(event, CardSwiped):
        return msgspec.structs.replace(event, reference="0" * 32, masked_pan="***")
    if isinstance(event, FingerCaptured):
        return msgspec.structs.replace(event, reference="0" * 32)
    return event
