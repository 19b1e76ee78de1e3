"""A receipt is lost, and its citizen prints it again, on the real bus and on real bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from firmware.contract.screen import (
    Action,
    Attract,
    Number,
    ScreenData,
    Services,
    Waiting,
)
from firmware.contract.screen_ends import Reprinted
from firmware.contract.topics import Topics
from firmware.gateway.sandbox.bills import mobile_of
from firmware.runtime.bus import Bus, Envelope
from tests.stories.kiosk import Kiosk, is_a, is_one_of, words

RETAINED_WITHIN = 1.0  # seconds: the broker tells whoever comes all that it keeps, at once
SOMEBODY_ELSE = "9876512345"


async def pays(kiosk: Kiosk) -> str:
    """The number of the receipt; its citizen has gone."""
    await kiosk.to_cash()
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    done = await kiosk.is_done()
    await kiosk.leaves()
    return done.receipt


async def to_mobile(kiosk: Kiosk, receipt: str) -> None:
    """The digits of `TDR 0417 0001` are typed."""
    if isinstance(kiosk.last, Attract):
        await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
        await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "reprint", until=is_a(Number))
    digits = receipt.replace(" ", "")[-8:]
    await kiosk.citizen.presses(Action.ENTER, digits, until=asks_for("reprint.mobile"))


def asks_for(label: str, problem: str | None = None) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, Number) and (data.label, data.problem) == (label, problem)


def mobile(kiosk: Kiosk) -> str:
    found = mobile_of("electricity", kiosk.k_number)
    assert found is not None
    return found


async def retained(kiosk: Kiosk) -> dict[str, bytes]:
    """Every document that the broker keeps, as it tells them to whoever comes later."""
    found: dict[str, bytes] = {}

    def keep(envelope: Envelope) -> None:
        found[envelope.topic] = envelope.payload

    bus = Bus(kiosk.stage.config.bus_address("recorder"), name="later")
    bus.on("#", keep)
    task = asyncio.create_task(bus.run())
    await bus.connected()
    await asyncio.sleep(RETAINED_WITHIN)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return found


def places_with(kiosk: Kiosk, text: str) -> list[str]:
    """Every file of the kiosk that has this text in it: journal, ledgers, logs, what is in RAM."""
    files = (path for path in kiosk.stage.folder.rglob("*") if path.is_file())
    return [str(path) for path in files if text.encode() in path.read_bytes()]


async def test_core_dies_while_it_prints_and_no_mobile_is_left_anywhere(kiosk: Kiosk) -> None:
    receipt = await pays(kiosk)
    await to_mobile(kiosk, receipt)
    wrong = asks_for("reprint.account", "reprint.wrong")
    await kiosk.citizen.presses(Action.ENTER, SOMEBODY_ELSE, until=wrong)
    await to_mobile(kiosk, receipt)
    await kiosk.citizen.presses(Action.ENTER, mobile(kiosk), until=is_one_of(Waiting, Reprinted))
    kiosk.stage.kill("core")
    assert await kiosk.citizen.sees(Reprinted) == Reprinted(receipt, "paper")
    assert list(kiosk.printed) == [f"{receipt}/receipt/1", f"{receipt}/receipt/2"]
    assert any("प्रतिलिपि" in each for each in words(kiosk.printed[f"{receipt}/receipt/2"]))
    assert kiosk.codes_on_paper() == [receipt, receipt], "each on paper once"
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    await kiosk.leaves()
    assert kiosk.booked() == [470]
    documents = await retained(kiosk)
    assert Topics(kiosk.stage.config.kiosk.id).screen_state in documents
    assert places_with(kiosk, kiosk.k_number), "the search finds what is there"
    for number in (mobile(kiosk), SOMEBODY_ELSE):
        assert places_with(kiosk, number) == []
        assert [topic for topic, raw in documents.items() if number.encode() in raw] == []
        assert number not in repr(kiosk.screens)


async def test_the_power_fails_before_the_copy_and_he_asks_again(kiosk: Kiosk) -> None:
    receipt = await pays(kiosk)
    await to_mobile(kiosk, receipt)
    kiosk.stage.power_cut()
    kiosk.stage.power_on()
    await kiosk.is_ready()
    await to_mobile(kiosk, receipt)
    await kiosk.citizen.presses(Action.ENTER, mobile(kiosk), until=is_a(Reprinted))
    assert list(kiosk.printed) == [f"{receipt}/receipt/1", f"{receipt}/receipt/2"]
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))


async def test_no_paper_is_said_on_the_tile(kiosk: Kiosk) -> None:
    kiosk.bench.do("receipt", "pull_paper")
    await kiosk.citizen.waits_for(lambda data: reason(data) == "tile.no_paper", "no receipt again")


def reason(data: ScreenData) -> str | None:
    if not isinstance(data, Attract):
        return None
    return next(tile.why_not for tile in data.tiles if tile.service == "reprint")
