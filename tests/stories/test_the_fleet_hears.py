"""A visit on the whole kiosk, heard by the fleet: its rows, and what the fleet orders of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from firmware.contract.screen import Attract, Closed
from firmware.contract.uplink import Desired, Outcome, UpJournal, UpState, Verb, hash_after
from firmware.core.daemon import journal_path
from firmware.demo.stage import Stage
from firmware.journal.reading import verify
from tests.firmware.uplink.fleet import FleetBroker, Receiver, Signer, section_of
from tests.firmware.uplink.process import lines_of
from tests.firmware.uplink.signing import command, signed
from tests.stories.conftest import SETTINGS
from tests.stories.kiosk import Kiosk, is_a

KIOSK = "tdr-0417"  # the demo's
NOTICE = {"hi": "बुधवार को बंद", "en": "Closed on Wednesday"}
NEIGHBOURS = [{"hi": "मालपुरा", "en": "Malpura"}]


@pytest.fixture(scope="module")
def fleet() -> Iterator[FleetBroker]:
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        broker = FleetBroker(Path(folder) / "broker", Signer.make(Path(folder) / "ca"))
        yield broker  # not started: what is said before somebody listens waits a minute
        broker.kill()


@pytest.fixture(scope="module")
def stage(fleet: FleetBroker) -> Iterator[Stage]:
    lines = lines_of(section_of(fleet, fleet.signer, KIOSK))
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
        Stage(Path(folder), replace(SETTINGS, uplink=lines)) as stage,
    ):
        yield stage


@asynccontextmanager
async def listening(fleet: FleetBroker) -> AsyncIterator[Receiver]:
    fleet.start()
    receiver = Receiver(fleet, KIOSK)
    task = asyncio.create_task(receiver.run())
    try:
        await receiver.until(lambda: receiver.client is not None)
        yield receiver
    finally:
        task.cancel()
        await asyncio.wait([task])


def chained(told: list[bytes]) -> str:
    """The hash that the rows lead to, computed by the fleet alone."""
    rows = {}
    for each in told:
        message = msgspec.json.decode(each, type=UpJournal)
        rows.update({row.seq: row for row in message.rows})
    before = "0" * 64
    for seq in sorted(rows):
        assert hash_after(before, rows[seq]) == rows[seq].hash, seq
        before = rows[seq].hash
    return before


async def test_a_visit_in_cash_is_with_the_fleet_row_by_row(
    kiosk: Kiosk, fleet: FleetBroker
) -> None:
    async with listening(fleet) as receiver:
        await kiosk.to_cash()
        await kiosk.puts_in(200, 200, 50, coins=(20,))
        await kiosk.is_done()
        await kiosk.leaves()
        path = journal_path(kiosk.stage.config)
        await receiver.until(lambda: len(receiver.kept.rows) == verify(path).length, 40)
        assert chained(receiver.of("up/journal")) == verify(path).head
        assert receiver.kept.alarms == []
        await says_what_the_fleet_says(kiosk, receiver)
        await closes_and_opens(kiosk, receiver)


async def says_what_the_fleet_says(kiosk: Kiosk, receiver: Receiver) -> None:
    """A notice on the first screen, and neighbours for when it is closed."""
    desired = Desired(kiosk=KIOSK, version=1, notice=NOTICE, neighbours=NEIGHBOURS)
    await receiver.send("down/desired", signed(desired), retain=True)
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Attract) and data.notices == [NOTICE], "the fleet's notice"
    )


async def closes_and_opens(kiosk: Kiosk, receiver: Receiver) -> None:
    """The fleet puts the kiosk out of service and back; both are on its screen."""
    await receiver.send(
        "down/command", signed(command(Verb.OUT_OF_SERVICE, 1, KIOSK, reason="holiday"))
    )
    await kiosk.citizen.waits_for(is_a(Closed), "closed by the fleet")
    assert kiosk.last == Closed("closed.holiday")
    assert kiosk.citizen.screen is not None and kiosk.citizen.screen.try_at == NEIGHBOURS
    await receiver.send("down/command", signed(command(Verb.IN_SERVICE, 2, KIOSK)))
    await kiosk.citizen.waits_for(is_a(Attract), "in service again")
    await receiver.until(lambda: len(receiver.replies()) == 2)
    assert [reply.outcome for reply in receiver.replies()] == [Outcome.DONE, Outcome.DONE]
    kinds = {row.kind for row in receiver.kept.rows.values()}
    assert {"OrderCreated", "NoteCredited", "OrderPosted"} <= kinds
    state = msgspec.json.decode(receiver.of("up/state")[-1], type=UpState)
    assert state.devices.keys() >= {"notes", "coins", "receipt"} and state.journal_rows > 0
