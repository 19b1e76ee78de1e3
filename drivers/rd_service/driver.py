"""The adapter: whichever RD service runs on this machine, as the device contract wants it.

A print goes to the gateway as the bytes that came, and is forgotten here with the same breath:
there is no ledger of it, no retained document and no repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Protocol

import msgspec

from drivers.base.device import Host, WireDevice
from drivers.base.faults import LinkLost
from drivers.base.flight import What
from drivers.base.network import dial, host_and_port
from drivers.base.protocol import NEVER, CommandRefused
from drivers.base.secret import guard_process
from drivers.base.transport import Transport
from drivers.rd_service import events
from drivers.rd_service.codec import HOST, PORTS, DeviceInfo, PidOptions, redacted
from drivers.rd_service.events import Cancel, Capture, CaptureFailed, Fault, FingerRead
from drivers.rd_service.protocol import HostProtocol
from drivers.rd_service.states import State
from drivers.rd_service.watch import Wanted, Watch
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceState,
    Identity,
    Kind,
    Lease,
    Outcome,
    Reply,
    Status,
)
from firmware.contract.device import Fault as DeviceFault
from firmware.contract.finger import (
    CancelCapture,
    CaptureFinger,
    FingerCaptured,
    FingerFailed,
    SealedFinger,
)
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import ConfigError, DeviceSection, convert

log = logging.getLogger("finger")

REFERENCE_BYTES = 16  # nobody guesses 128 bits within the minute a reference lives
STATUS = {
    State.SEARCHING: Status.STARTING,
    State.ABSENT: Status.GONE,
    State.WRONG: Status.GONE,
    State.READY: Status.READY,
    State.USED: Status.OUT_OF_SERVICE,
    State.NOT_READY: Status.OUT_OF_SERVICE,
    State.CAPTURING: Status.BUSY,
    State.SILENT: Status.GONE,
}
FAULT = {
    State.ABSENT: Fault.LINK_LOST,
    State.WRONG: Fault.WRONG,
    State.USED: Fault.USED,
    State.NOT_READY: Fault.NOT_READY,
    State.SILENT: Fault.LINK_SILENT,
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    provider: Annotated[str, msgspec.Meta(max_length=64)] = ""  # dpId; empty: any
    environment: Literal["P", "PP", "S"] = "P"  # production, pre-production, staging of UIDAI
    versions: list[str] = []  # rdsVer that are known to work; empty: any
    valid_until: date | None = None  # of the certificate, until a print has told it


class FingerHost(Host, Protocol):
    """The daemon, with the one way out for what is sealed."""

    def hand_over(self, sealed: SealedFinger) -> None:
        """To the gateway and nobody else."""


class FingerReader(WireDevice[events.Event, events.Command]):
    """One reader, behind the RD service at `port`, or at any of the specification's."""

    host: FingerHost
    protocol: HostProtocol
    kind = Kind.FINGER
    usual_uri = f"http://{HOST}"
    ports: ClassVar[Sequence[int]] = PORTS
    today: Callable[[], date] = staticmethod(lambda: SystemClock().now().date())

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        options = convert(section.options, Options, f"device.{name}.options")
        ports = _ports(section.port, name) or self.ports
        self.protocol = HostProtocol(ports, options.provider)
        self._environment = options.environment
        wanted = Wanted(tuple(options.versions), options.valid_until)
        self._watch = Watch(folder / "finger.json", wanted)
        self._session = ""  # of the capture that is under way
        self._info = DeviceInfo()
        self._why = ""
        self._wake = asyncio.Event()
        self.counters = {"captured": 0, "failed": 0}

    async def run(self) -> None:
        guard_process()
        await super().run()

    # --- connections ---------------------------------------------------------------------------

    async def open_wire(self) -> Transport:
        """When the protocol wants one; never raises, for a port where nobody is is an answer."""
        while True:
            await self._until_due()
            port = self.protocol.port
            where = f"http://{HOST}:{port}"
            try:
                return await dial(where, port, self._on_bytes, self._on_closed)
            except LinkLost as error:
                self.protocol.refused(str(error), self.now())
                self._take_events()

    async def _until_due(self) -> None:
        while (wait := self.protocol.due - self.now()) > 0:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if wait == NEVER else wait):
                    await self._wake.wait()

    def _on_closed(self, error: LinkLost) -> None:
        """A service ends every connection: that is no trouble of the link by itself."""
        self.protocol.closed(self.now())
        self.pump()

    def _order(self, command: events.Command) -> None:
        """Raises CommandRefused. Mostly there is no connection now: it is opened for this."""
        self.ask(command)
        self._take_events()
        self._wake.set()

    def _take_events(self) -> None:
        """`pump` has nothing to carry between two connections."""
        while (event := self.protocol.next_event()) is not None:
            self.on_event(event)
        self.host.changed()

    def redact(self, what: What, data: bytes) -> bytes:
        """What is sent names nobody; of what comes, nothing of a print (M10)."""
        return data if what is What.SENT else redacted(data, self.protocol.asked)

    def why_silent(self) -> str:
        return self._why

    # --- commands ------------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case CaptureFinger():
                return self._on_capture(command)
            case CancelCapture(session):
                self._order(Cancel(session))
                return Reply(Outcome.DONE)
            case Acknowledge():
                return Reply(Outcome.DONE)
            case _:
                return Reply(
                    Outcome.REFUSED, f"a fingerprint reader has no {type(command).__name__}"
                )

    def _on_capture(self, command: CaptureFinger) -> Reply:
        options = PidOptions(
            purpose=command.purpose,
            milliseconds=int(command.seconds * 1000),
            fingers=command.fingers,
            position=command.position,
            environment=self._environment,
        )
        try:
            self._order(Capture(command.session, options))
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        self._session = command.session
        return Reply(Outcome.DONE)

    def on_lease(self, lease: Lease | None) -> None:
        """The bus went away (None): nobody would hear of a print, so none is made."""
        if lease is None and self._session:
            self._order(Cancel(self._session))

    # --- events --------------------------------------------------------------------------------

    def on_event(self, event: events.Event) -> None:
        match event:
            case FingerRead():
                self._on_read(event)
            case CaptureFailed(session, fault, detail):
                self._session = ""
                self.counters["failed"] += 1
                log.info("%s: %s %s", self.name, fault, detail)
                self.host.tell(FingerFailed(session, fault))
            case events.ServiceFound(port, info):
                self._info, self._why = info, ""
                log.info("%s: port %d: %s", self.name, port, info)
            case events.ServiceLost(why) | events.ServiceSilent(why):
                self._why = why
                log.warning("%s: %s", self.name, event)

    def _on_read(self, event: FingerRead) -> None:
        """The gateway first: whoever hears of the reference can already use it."""
        self._session = ""
        self.counters["captured"] += 1
        self._watch.captured(event.info, event.valid_until)
        reference = secrets.token_hex(REFERENCE_BYTES)
        self.host.hand_over(SealedFinger(reference, event.pid))
        code = event.info.code
        self.host.tell(FingerCaptured(event.session, reference, event.quality, code))

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> DeviceState:
        status, watched = STATUS[self.protocol.state], []
        if status in (Status.READY, Status.BUSY):
            watched = self._watch.faults(self._info, self.today())
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=Status.DEGRADED if watched and status is Status.READY else status,
            faults=[*self._faults(), *watched],
            identity=_identity(self._info),
            counters=dict(self.counters),
        )

    def _faults(self) -> list[DeviceFault]:
        fault = FAULT.get(self.protocol.state)
        if fault is Fault.NOT_READY and not self._info.is_there:
            fault = Fault.READER_GONE
        if fault is None:
            return []
        return [DeviceFault(fault, self._why if fault is Fault.WRONG else "")]


def _ports(port: str, name: str) -> list[int]:
    """Empty where `port` is; raises ConfigError for another machine than this one."""
    if not port:
        return []
    try:
        host, number = host_and_port(port, PORTS[0])
    except ValueError as error:
        raise ConfigError(f"device.{name}.port: {error}") from None
    if host != HOST:
        raise ConfigError(f"device.{name}.port: expected {HOST}, got {host!r}")
    return [number]


def _identity(info: DeviceInfo) -> Identity:
    """By the serial number it is seen that another reader was plugged in."""
    firmware = f"{info.service} {info.version}".strip()
    return Identity(info.provider, info.model, info.serial or info.code, firmware)
