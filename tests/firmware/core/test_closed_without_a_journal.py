"""kiosk-core on a real Mosquitto with no journal to be had: closed, and open again by itself."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from firmware.cli.journal import confirm
from firmware.cli.snapshot import technician_bus
from firmware.contract.device import Kind
from firmware.contract.health import CoreState
from firmware.contract.screen import Attract, Closed, Screen, ScreenData
from firmware.contract.topics import Topics
from firmware.core import __main__ as core
from firmware.core.daemon import journal_path
from firmware.demo.broker import Broker
from firmware.journal import anchor
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.faults import JournalFault
from firmware.journal.journal import Journal
from firmware.runtime.bus import Envelope
from firmware.runtime.config import Config
from tests.firmware.small_kiosk import config_in

PATIENCE = 10.0  # seconds until a test that hangs is called failed
TOPICS = Topics("k1")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path, {"notes": Kind.NOTES})


class Passer:
    """Somebody who looks at the screen, and a technician who looks at core's state."""

    def __init__(self, config: Config) -> None:
        self._changed = asyncio.Event()
        self.data: ScreenData | None = None
        self.state: CoreState | None = None
        self.bus = technician_bus(config)
        self.bus.on(TOPICS.screen_state, self._see)
        self.bus.on(TOPICS.core_state, self._read)

    def _see(self, envelope: Envelope) -> None:
        self.data = msgspec.json.decode(envelope.payload, type=Screen).data
        self._changed.set()

    def _read(self, envelope: Envelope) -> None:
        self.state = msgspec.json.decode(envelope.payload, type=CoreState)
        self._changed.set()

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not fact():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Passer]:
    passer = Passer(config)
    tasks = [
        asyncio.ensure_future(passer.bus.run()),
        asyncio.ensure_future(core.serve(config, argparse.Namespace())),
    ]
    try:
        yield passer
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "TRY_AGAIN_AFTER", 0.3)
    monkeypatch.setattr(anchor, "WRITES_APART", 0.0)


async def test_a_disk_that_comes_back_opens_the_kiosk_again(config: Config, broker: Broker) -> None:
    in_the_way = config.state_folder
    in_the_way.write_text("no disk is mounted here")
    async with running(config) as passer:
        await passer.until(lambda: passer.data == Closed("closed.journal", "till.records"))
        in_the_way.unlink()
        await passer.until(lambda: isinstance(passer.data, Attract))


async def test_a_journal_that_fails_while_core_runs_closes_the_kiosk_until_it_works(
    config: Config, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses one write in the middle of the day."""
    refused: list[Journal] = []

    def refuse(journal: Journal, *_: object) -> list[str]:
        if not refused:
            refused.append(journal)
            raise JournalFault("disk I/O error")
        return []

    async with running(config) as passer:
        await passer.until(lambda: isinstance(passer.data, Attract))
        monkeypatch.setattr(Journal, "open_orders", refuse)
        monkeypatch.setattr("firmware.core.flow.Flow.tick", lambda flow, now: refuse(flow))
        await passer.until(lambda: passer.data == Closed("closed.journal", "till.records"))
        await passer.until(lambda: isinstance(passer.data, Attract))


@pytest.fixture
def anchored(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when the anchor knows of three rows."""
    write, event = AnchorKeeper.write, asyncio.Event()

    def write_and_tell(keeper: AnchorKeeper, journal: Journal) -> None:
        write(keeper, journal)
        if journal.length == 3:
            event.set()

    monkeypatch.setattr(AnchorKeeper, "write", write_and_tell)
    return event


async def test_the_technician_confirms_and_the_kiosk_opens(
    config: Config, broker: Broker, anchored: asyncio.Event
) -> None:
    path = journal_path(config)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no journal" * 100)
    async with running(config) as passer:
        await passer.until(
            lambda: passer.data == Closed("closed.journal", "till.journal_unconfirmed")
        )
        await passer.until(lambda: passer.state is not None and passer.state.to_confirm == 1)
        assert await confirm(config, argparse.Namespace(by="S. Meena", row=1, json=False)) == 0
        await passer.until(lambda: isinstance(passer.data, Attract))
        await passer.until(lambda: passer.state is not None and passer.state.to_confirm is None)
        async with asyncio.timeout(PATIENCE):
            await anchored.wait()  # between visits the anchor follows
    kept = AnchorKeeper(path).read()
    assert kept is not None
    assert kept.seq == 3
