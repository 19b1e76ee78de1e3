"""What the fleet has the kiosk say: it stood on no screen, and no old word may stand for ever."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from firmware.contract.device import Kind
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Attract, Closed, Screen, Trouble
from firmware.contract.topics import Topics
from firmware.contract.uplink import Desired, Notice, Words
from firmware.core.closed import say_closed
from firmware.core.elsewhere import try_at
from firmware.demo.broker import Broker
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import INDIA
from tests.firmware.core.world import World
from tests.firmware.small_kiosk import config_in

OWN = [{"hi": "भासू", "en": "Bhasu"}]
FLEET = [{"hi": "मालपुरा", "en": "Malpura"}]
CLOSED = {"hi": "बुधवार को बंद", "en": "Closed on Wednesday"}
FREE = {"hi": "देर का शुल्क नहीं", "en": "No late fee"}
AT_TEN_TO_ELEVEN = "2026-11-22T05:20:00.000Z"  # the world begins at ten in India


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.config = replace(made.config, kiosk=replace(made.config.kiosk, neighbours=OWN))
    made.crash()
    made.run(1)
    return made


def hears(world: World, version: int = 1, **said: object) -> None:
    desired = msgspec.convert({"kiosk": "k1", "version": version, **said}, Desired)
    world.core.flow.occasions.words.on_desired(desired)


def notices(world: World) -> list[Words]:
    shown = world.screen.data
    assert isinstance(shown, Attract)
    return shown.notices


def test_a_notice_stands_until_its_end_and_goes_by_itself(world: World) -> None:
    before = world.screen.serial
    hears(world, notice=CLOSED, notice_until=AT_TEN_TO_ELEVEN)
    assert notices(world) == [CLOSED] and world.screen.serial > before
    world.run(45 * 60)
    assert notices(world) == [CLOSED]
    world.run(6 * 60)
    assert notices(world) == []


def test_a_clock_of_1970_does_not_bring_back_what_has_ended(world: World) -> None:
    world.run(51 * 60)
    world.go_to_cash()
    world.insert(500)
    world.run(30)
    world.clock.set(datetime(1970, 1, 1, tzinfo=INDIA))
    hears(world, notice=CLOSED, notice_until=AT_TEN_TO_ELEVEN)
    world.run(1)
    assert notices(world) == []


def test_one_for_all_kiosks_stands_behind_this_ones_own(world: World) -> None:
    world.core.flow.occasions.words.on_notice(Notice(version=1, words=FREE))
    hears(world, notice=CLOSED)
    assert notices(world) == [CLOSED, FREE]
    hears(world, 2)
    assert notices(world) == [FREE], "the settings are whole: what is not in them is not said"
    world.core.flow.occasions.words.on_notice(Notice(version=2))
    assert notices(world) == []


def test_a_notice_is_on_no_receipt(world: World) -> None:
    hears(world, notice=CLOSED)
    world.go_to_cash()
    for value in (200, 200, 50, 20):
        world.insert(value)
    world.run(30)
    papers = [str(paper) for paper in world.printer.papers]
    assert papers and not any(CLOSED["hi"] in paper for paper in papers)


def test_the_fleet_knows_better_where_else_a_kiosk_works(world: World) -> None:
    world.door_is_open = True
    world.run(1)
    assert isinstance(world.screen.data, Closed) and world.screen.try_at == OWN
    hears(world, neighbours=FLEET)
    assert world.screen.try_at == FLEET
    hears(world, 2)
    assert world.screen.try_at == OWN, "it says nothing of neighbours any more"


def test_a_fault_of_ours_says_where_else_and_one_of_the_citizen_does_not() -> None:
    ours = Trouble("trouble.printer", ZERO, fault="receipt.link.lost")
    assert try_at(ours, FLEET) == FLEET
    assert try_at(Trouble("trouble.no_such_account", ZERO), FLEET) == []
    assert try_at(replace(ours, safe=rupees(200)), FLEET) == [], "his slip is of this kiosk"


def test_trouble_on_the_screen_says_where_else(world: World) -> None:
    hears(world, neighbours=FLEET)
    world.go_to_bill()
    world.door_is_open = True
    world.run(1)
    world.press(Action.PAY)
    world.run(1)
    assert isinstance(world.screen.data, Trouble), world.screen.data
    assert world.screen.try_at == FLEET


async def test_what_stands_in_for_core_knows_the_neighbours_too(tmp_path: Path) -> None:
    config = config_in(tmp_path, {"notes": Kind.NOTES})
    topics, seen, is_there = Topics("k1"), list[Screen](), asyncio.Event()

    def see(envelope: Envelope) -> None:
        seen.append(msgspec.json.decode(envelope.payload, type=Screen))
        if seen[-1].try_at:
            is_there.set()

    with Broker(config, tmp_path):
        uplink, finger = (Bus(config.bus_address(user)) for user in ("uplink", "ui"))
        uplink.retain(topics.uplink_desired, Desired(kiosk="k1", version=1, neighbours=FLEET))
        finger.on(topics.screen_state, see)
        running = [uplink.run(), finger.run(), say_closed(config, "closed.core", 30.0)]
        tasks = [asyncio.create_task(each) for each in running]
        async with asyncio.timeout(20):
            await is_there.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert isinstance(seen[-1].data, Closed) and seen[-1].try_at == FLEET
