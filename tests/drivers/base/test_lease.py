"""M4 at the driver's door: who may take money, and what ends it at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from drivers.base.daemon import DriverDaemon
from drivers.base.device import Device
from firmware.contract.device import (
    DeviceCommand,
    DeviceState,
    Kind,
    Lease,
    Outcome,
    Print,
    Reply,
    Status,
)
from firmware.contract.money import Money, rupees
from firmware.contract.ticket import Text, Ticket
from firmware.runtime.bus import Envelope
from firmware.runtime.config import (
    BusSection,
    Config,
    DeviceSection,
    KioskSection,
)
from firmware.runtime.gateway_section import GatewaySection


class Mouth(Device):
    """Takes what its lease says, and nothing else."""

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.accepting: list[Money] = []
        self.is_shut = asyncio.Event()

    async def run(self) -> None:
        await asyncio.Event().wait()

    def state(self) -> DeviceState:
        return DeviceState(name=self.name, kind=Kind.NOTES, family="x", status=Status.READY)

    def on_command(self, command: DeviceCommand) -> Reply:
        return Reply(Outcome.REFUSED if isinstance(command, Print) else Outcome.DONE)

    def on_lease(self, lease: Lease | None) -> None:
        self.accepting = lease.denominations if lease is not None else []
        if not self.accepting:
            self.is_shut.set()


@pytest.fixture
def mouth(tmp_path: Path) -> Mouth:
    return Mouth("notes", DeviceSection("x", Kind.NOTES), tmp_path)


@pytest.fixture
def daemon(tmp_path: Path, mouth: Mouth) -> DriverDaemon:
    (tmp_path / "driver-notes").write_text("secret")
    config = Config(
        kiosk=KioskSection("k", {}, "TDR 0417"),
        gateway=GatewaySection("http://127.0.0.1:1"),
        device={},
        bus=BusSection(str(tmp_path / "bus"), str(tmp_path)),
    )
    return DriverDaemon(mouth, config)


def lease(daemon: DriverDaemon, payload: bytes) -> None:
    daemon._on_lease(Envelope("kiosk/k/device/notes/lease", payload))


def of(seconds: float) -> bytes:
    return msgspec.json.encode(Lease("s1", seconds, [rupees(100)]))


async def test_a_lease_ends_by_itself(daemon: DriverDaemon, mouth: Mouth) -> None:
    lease(daemon, of(0.02))
    assert mouth.accepting == [rupees(100)]
    await asyncio.wait_for(mouth.is_shut.wait(), 2)
    assert mouth.accepting == []


async def test_no_bus_no_lease(daemon: DriverDaemon, mouth: Mouth) -> None:
    lease(daemon, of(3))
    daemon._on_connection(False)
    assert mouth.accepting == []


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"null", b'{"session":"s"}', b'{"session":"s","seconds":"x"}'], ids=repr
)
async def test_a_lease_that_cannot_be_read_permits_nothing(
    daemon: DriverDaemon, mouth: Mouth, payload: bytes
) -> None:
    lease(daemon, of(3))
    lease(daemon, payload)
    assert mouth.accepting == []


async def test_a_command_that_cannot_be_read_is_refused(daemon: DriverDaemon, mouth: Mouth) -> None:
    lease(daemon, of(3))
    daemon._on_command(Envelope("kiosk/k/device/notes/command", b"{"))
    assert mouth.accepting == [rupees(100)]


async def test_a_ticket_that_was_refused_stood_in_the_log_with_its_citizen_s_name(
    daemon: DriverDaemon, caplog: pytest.LogCaptureFixture
) -> None:
    command = Print("facts/1", Ticket([Text("सीता देवी")]))
    daemon._on_command(Envelope("kiosk/k/device/notes/command", msgspec.json.encode(command)))
    assert "refused" in caplog.text and "facts/1" in caplog.text
    assert "सीता" not in caplog.text
