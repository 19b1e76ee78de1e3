"""Each program of a whole kiosk dies in turn, and kioskctl says which, by its name."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.cli.__main__ import main
from firmware.cli.exits import Exit
from firmware.contract.health import Presence
from firmware.contract.topics import Topics
from firmware.demo.stage import BROKER, OUTSIDE, Stage
from firmware.runtime.bus import Bus
from tests.firmware.uplink.fleet import FleetBroker, Signer, section_of
from tests.firmware.uplink.process import lines_of
from tests.stories.conftest import SETTINGS

KIOSK = "tdr-0417"  # the demo's
NOTICED_WITHIN = 30.0  # seconds: health looks once a second; a loaded machine is slower
WINDOW = "ui"  # no window is opened for this: who speaks for it is a client of the test


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """With an uplink, whose fleet nobody ever hears."""
    with (
        tempfile.TemporaryDirectory(prefix="fleet-") as office,
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
    ):
        fleet = FleetBroker(Path(office) / "broker", Signer.make(Path(office) / "ca"))
        lines = lines_of(section_of(fleet, fleet.signer, KIOSK))
        with Stage(Path(folder), replace(SETTINGS, uplink=lines)) as stage:
            yield stage


@asynccontextmanager
async def window(stage: Stage) -> AsyncIterator[None]:
    """Dies as a killed one does: without a word, so that the broker tells its last will."""
    me = Topics(KIOSK).presence(WINDOW)
    bus = Bus(stage.config.bus_address(WINDOW), (me, Presence(is_alive=False)))
    bus.retain(me, Presence(is_alive=True))
    running = asyncio.ensure_future(bus.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Technician:
    """Types at a terminal."""

    def __init__(self, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
        self._config, self._capsys = str(stage.folder / "kiosk.toml"), capsys

    async def types(self, *words: str) -> tuple[int, str]:
        """The exit code, and all that is said."""
        self._capsys.readouterr()
        code = await asyncio.to_thread(main, ["--config", self._config, *words])
        return code, "".join(self._capsys.readouterr())

    async def reads(self, *words: str, until: str) -> int:
        """Typed again until it is said; the exit code of then."""
        deadline = time.monotonic() + NOTICED_WITHIN
        while True:
            code, told = await self.types(*words)
            if until in told:
                return code
            assert time.monotonic() < deadline, f"{until!r} is not in: {told}"

    async def reads_a_fault_of(self, part: str) -> None:
        deadline = time.monotonic() + NOTICED_WITHIN
        parts: list[str] = []
        while part not in parts:
            assert time.monotonic() < deadline, f"no fault of {part} among those of {parts}"
            _, told = await self.types("faults", "--json")
            parts = [each["part"] for each in json.loads(told)]


@contextlib.contextmanager
def dead(stage: Stage, name: str) -> Iterator[None]:
    stage.hold(name)
    try:
        yield
    finally:
        stage.release(name)


async def test_each_program_dies_in_turn_and_is_named(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    me = Technician(stage, capsys)
    async with window(stage):
        await me.reads("status", until="core alive; health alive; ui alive; uplink alive")
        await me.reads("status", until="Back end  online")
        for name in ("core", "health", "uplink"):
            with dead(stage, name):
                await me.reads("status", until=f"{name} GONE")
                await me.reads_a_fault_of(name)
        with dead(stage, "gateway"):
            await me.reads("status", until="offline; gateway gone")
            await me.reads("faults", until="gateway gone")
    await me.reads("status", until=f"{WINDOW} GONE")
    await me.reads_a_fault_of(WINDOW)


async def test_each_driver_dies_in_turn_and_its_device_is_named(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    me = Technician(stage, capsys)
    assert set(stage.config.device) < set(stage.processes) - set(OUTSIDE)
    for name in stage.config.device:
        with dead(stage, name):
            await me.reads("status", until=f"{name:<9} gone")
            await me.reads_a_fault_of(name)


async def test_the_bus_dies_and_what_lies_in_files_is_read_all_the_same(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    me = Technician(stage, capsys)
    with dead(stage, BROKER):
        assert await me.reads("status", until="UNKNOWN: the bus is dead") == Exit.NO_BUS
        assert await me.reads("faults", until="the broker does not answer") == Exit.NO_BUS
        assert (await me.types("journal", "verify"))[0] == Exit.WELL
        assert (await me.types("collections"))[0] == Exit.WELL
