"""A certificate on the whole kiosk: the office's PDF, signed, through the laser, page by page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from firmware.contract.device import Status
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Choice,
    InsertCash,
    Number,
    Printing,
    ScreenData,
    Services,
    ShowBill,
    Trouble,
)
from firmware.demo.stage import Settings
from firmware.demo.story import FORGED
from tests.stories.kiosk import Kiosk, is_a

SETTINGS = Settings(speed=6, has_ui=False, has_laser=True, screen=30, cash=30, warning=5, done=30)
NUMBERS = itertools.count(1)
LAND = ("tonk", "todaraisingh", "hamirpur", "1234/5")


@pytest.fixture
def application() -> Iterator[str]:
    """Granted, on three pages, and of this story alone."""
    return iter([f"11009900{next(NUMBERS):04d}"])


def printed(kiosk: Kiosk) -> int:
    """Pages that came out over the printer's life."""
    return int(kiosk.bench.look("page")["printed"])


async def to_fee(kiosk: Kiosk, application: str) -> None:
    """Until the mouth for notes is open."""
    await kiosk.waits(lambda: kiosk.devices["page"].status is Status.READY, "the page printer")
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "caste", until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, application, until=is_a(ShowBill))
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")


async def test_three_pages_and_then_the_receipt(kiosk: Kiosk, application: Iterator[str]) -> None:
    before = printed(kiosk)
    await to_fee(kiosk, next(application))
    await kiosk.puts_in(50)
    done = await kiosk.is_done()
    assert (done.paid, done.paper, done.proof) == (rupees(50), "page", "paper")
    assert done.is_posted
    assert printed(kiosk) == before + 3
    assert kiosk.codes_on_paper() == [done.receipt]
    shown = [screen.data for screen in kiosk.screens if isinstance(screen.data, Printing)]
    assert any(each.is_genuine for each in shown)
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_a_forged_certificate_never_reaches_the_printer(kiosk: Kiosk) -> None:
    before = printed(kiosk)
    await to_fee(kiosk, FORGED)
    await kiosk.puts_in(50)
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.document_unsigned", rupees(50))
    assert trouble.proof == "paper"
    assert printed(kiosk) == before
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_the_tray_is_empty_at_page_two_and_is_filled(
    kiosk: Kiosk, application: Iterator[str]
) -> None:
    before = printed(kiosk)
    await to_fee(kiosk, next(application))
    kiosk.bench.do("page", "slow", seconds=0.5)
    await kiosk.puts_in(50)

    def a_page_is_out() -> bool:
        return printed(kiosk) > before

    await kiosk.waits(a_page_is_out, "the first page")
    kiosk.bench.do("page", "pull_paper")
    await kiosk.citizen.waits_for(stands, "a printer that waits for paper")
    kiosk.bench.do("page", "load_paper", sheets=250)
    done = await kiosk.is_done()
    assert done.paper == "page"
    assert printed(kiosk) == before + 3, "each page once"
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_core_is_killed_while_pages_come_out(
    kiosk: Kiosk, application: Iterator[str]
) -> None:
    before = printed(kiosk)
    await to_fee(kiosk, next(application))
    await kiosk.puts_in(50)
    await kiosk.citizen.waits_for(is_a(Printing), "the pages")
    kiosk.stage.kill("core")
    await kiosk.is_done()
    assert printed(kiosk) == before + 3, "each page once"
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_the_roll_is_pulled_in_the_middle_and_the_receipt_is_on_a4(
    kiosk: Kiosk, application: Iterator[str]
) -> None:
    before = printed(kiosk)
    await to_fee(kiosk, next(application))
    await kiosk.puts_in(50)
    await kiosk.citizen.waits_for(is_a(Printing), "the pages")
    kiosk.bench.do("receipt", "pull_paper")
    done = await kiosk.is_done()
    assert done.proof == "page"
    assert printed(kiosk) == before + 4, "the certificate, and the receipt on a page"
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == [50]


async def test_a_map_of_a_khasra_that_was_chosen_by_village(kiosk: Kiosk) -> None:
    before = printed(kiosk)
    await kiosk.waits(lambda: kiosk.devices["page"].status is Status.READY, "the page printer")
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "naksha", until=is_a(Choice))
    await kiosk.citizen.answers(*LAND)
    bill = await kiosk.citizen.sees(ShowBill)
    assert (bill.payable, bill.bill.account) == (rupees(30), "-".join(LAND))
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
    await kiosk.puts_in(20, 10)
    done = await kiosk.is_done()
    assert (done.paid, done.paper, done.is_posted) == (rupees(30), "page", True)
    assert printed(kiosk) == before + 1
    await kiosk.leaves()
    assert kiosk.booked() == [30]


async def test_no_paper_in_the_laser_is_said_on_the_tile(kiosk: Kiosk) -> None:
    kiosk.bench.do("page", "pull_paper")
    await kiosk.citizen.waits_for(
        lambda data: reason(data) == "tile.no_paper", "no certificates without paper"
    )


def stands(data: ScreenData) -> bool:
    return isinstance(data, Trouble) or (isinstance(data, Printing) and data.trouble is not None)


def reason(data: ScreenData) -> str | None:
    if not isinstance(data, Attract):
        return None
    return next(tile.why_not for tile in data.tiles if tile.service == "papers")
