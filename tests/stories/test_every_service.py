"""Every service of the catalogue on the whole kiosk: with the office there, and with it away.

What is seen is one line each, compared with tests/vectors/services_seen.json; docs/services.md is
drawn from those lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from docs.services import OWN
from firmware.contract.asked import Accepted, Confirm, PutFinger
from firmware.contract.facts import ShowFacts
from firmware.contract.money import rupees
from firmware.contract.reading import ENGLISH
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    ScreenData,
    Services,
    ShowBill,
    Tile,
)
from firmware.contract.screen_ends import PosterOut, Reprinted
from firmware.demo.stage import OFFICE, Settings
from firmware.documents.catalogue import words_of
from firmware.services.catalogue import Service
from tests.stories.errands import ERRANDS, SERVICES, Errand, is_as_before, moments, seen
from tests.stories.kiosk import Kiosk, is_a, words
from tests.stories.test_lookups import takes_a_slip
from tests.stories.test_receipt_again import mobile, pays, to_mobile
from tests.stories.test_requests import THUMB, lit, order_of, registered
from ui.say import Say

# Everything that a kiosk can have; quicker than life, for a card in colour takes 41 s of it.
SETTINGS = Settings(
    speed=24, has_ui=False, has_laser=True, has_reader=True, cards_by="evolis",
    screen=60, cash=60, warning=5, done=60,
)  # fmt: skip
ONLINE, AWAY, AWAY_LATER = 1, 2, 3  # whose number it is: nobody's bill is paid twice
BILLS = [name for name in SERVICES if "away_later" in moments(name)]
LOOKUPS = [name for name, service in SERVICES.items() if service.promise == "cached"]
REQUESTS = [name for name, service in SERVICES.items() if service.kind == "request"]
OFF = "tile.no_back_end"


# --- ways that most errands go -----------------------------------------------------------------


async def to_services(kiosk: Kiosk, category: str) -> Services:
    """The tiles of one kind of service."""
    if isinstance(kiosk.last, Attract):
        await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    is_there = of_category(category)
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, category, until=is_there)
    return await kiosk.citizen.sees(Services)


async def answers(kiosk: Kiosk, service: Service, visit: int) -> None:
    """From the tile up to what follows the last question."""
    await to_services(kiosk, service.category)
    await kiosk.citizen.waits_for(has_open(service.id), f"{service.id} in service")
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, service.id)
    await kiosk.citizen.answers(*ERRANDS[service.id].said(visit))


async def to_mouth(kiosk: Kiosk, service: Service, visit: int) -> None:
    """Until notes are taken for the right sum."""
    errand = ERRANDS[service.id]
    await answers(kiosk, service, visit)
    bill = await kiosk.citizen.sees(ShowBill)
    wanted = (rupees(errand.due), errand.account(service, visit))
    assert (bill.payable, bill.bill.account) == wanted
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")


async def finishes(kiosk: Kiosk) -> None:
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    await kiosk.accounts()


async def the_office_goes(kiosk: Kiosk) -> None:
    """And the kiosk has noticed."""
    kiosk.stage.hold(OFFICE)
    await kiosk.citizen.waits_for(
        lambda data: isinstance(data, Attract) and tile(data.tiles, "bills").why_not == OFF,
        "bills to be off",
    )


def of_category(category: str) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, Services) and data.category == category


def has_open(name: str) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, Services) and tile(data.tiles, name).why_not is None


def tile(tiles: list[Tile], name: str) -> Tile:
    return next(each for each in tiles if each.service == name)


def tray(kiosk: Kiosk) -> dict[str, int]:
    """Sheets and cards that came out so far."""
    count: dict[str, Any] = {
        "page": kiosk.bench.look("page")["printed"], "pvc": kiosk.bench.look("pvc")["given_out"]
    }  # fmt: skip
    return {name: int(each) for name, each in count.items()}


def receipt_of(kiosk: Kiosk, number: str) -> list[str]:
    """What stands on the one that came out first; the QR code on it is its number."""
    assert kiosk.codes_on_paper().count(number) == 1
    return words(kiosk.printed[f"{number}/receipt/1"])


# --- with the office there ---------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
async def test_with_the_office_there(kiosk: Kiosk, name: str) -> None:
    service = SERVICES[name]
    does = {"lookup": looks_up, "request": asks, "verification": is_verified}
    is_as_before(name, "online", await does.get(service.kind, buys)(kiosk, service))


async def buys(kiosk: Kiosk, service: Service) -> str:
    errand, before = ERRANDS[service.id], tray(kiosk)
    await to_mouth(kiosk, service, ONLINE)
    await kiosk.puts_in(*errand.notes, coins=errand.coins)
    done = await kiosk.is_done()
    assert (done.paid, done.is_posted) == (rupees(errand.paid), True)
    out = papers(service, before, tray(kiosk), done)
    assert str(done.paid) in receipt_of(kiosk, done.receipt)
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == [errand.paid]
    return f"{paid(done)}; {out}receipt; booked at once"


def paid(done: Done) -> str:
    advance = f", ₹{done.advance.short()} of it in advance" if done.advance else ""
    return f"₹{done.paid.short()} paid{advance}"


def papers(service: Service, before: dict[str, int], after: dict[str, int], done: Done) -> str:
    """What came out beside the receipt, and out of which printer."""
    out = {name: after[name] - count for name, count in before.items() if after[name] != count}
    assert done.paper == service.gives
    assert set(out) == ({service.gives} - {""})
    assert service.paper is None or out[service.gives] <= service.paper.sheets
    one = {"page": "page", "pvc": "card"}
    return "".join(f"{n} {one[name]}{'s' if n > 1 else ''}, " for name, n in out.items())


async def looks_up(kiosk: Kiosk, service: Service) -> str:
    shown = await to_facts(kiosk, service)
    slip = await takes_a_slip(kiosk)
    assert (shown.is_kept, ERRANDS[service.id].fact in slip) == (False, True)
    await finishes(kiosk)
    assert kiosk.booked() == []
    return f"{len(shown.lines)} facts of today; slip; free"


async def to_facts(kiosk: Kiosk, service: Service) -> ShowFacts:
    await answers(kiosk, service, ONLINE)
    shown = await kiosk.citizen.sees(ShowFacts)
    assert shown.account == ERRANDS[service.id].account(service, ONLINE)
    assert ERRANDS[service.id].fact in [line.said("hi") for line in shown.lines]
    return shown


async def asks(kiosk: Kiosk, service: Service) -> str:
    shown = await submits(kiosk, service, ONLINE)
    assert shown.reference in receipt_of(kiosk, shown.receipt)
    await finishes(kiosk)
    assert (registered(kiosk, shown.receipt), kiosk.booked()) == (1, [])
    return f"accepted; acknowledgement{with_number(shown)}; registered once; free"


async def submits(kiosk: Kiosk, service: Service, visit: int) -> Accepted:
    await answers(kiosk, service, visit)
    await kiosk.citizen.sees(Confirm)
    await kiosk.citizen.presses(Action.SUBMIT, until=is_a(Accepted))
    return await kiosk.citizen.sees(Accepted)


def with_number(shown: Accepted) -> str:
    return f" {'with' if shown.reference else 'without'} the office's number"


async def is_verified(kiosk: Kiosk, service: Service) -> str:
    await answers(kiosk, service, ONLINE)
    await kiosk.citizen.presses(Action.SUBMIT, until=is_a(PutFinger))
    await kiosk.citizen.waits_for(lit, "a lit reader")
    kiosk.bench.do("finger", "put_finger", finger=THUMB)
    shown = await kiosk.citizen.sees(Accepted)
    kiosk.bench.do("finger", "lift")
    assert shown.is_verification and shown.reference in receipt_of(kiosk, shown.receipt)
    await finishes(kiosk)
    assert (registered(kiosk, shown.receipt), kiosk.booked()) == (1, [])
    return f"verified by a finger; acknowledgement{with_number(shown)}; registered once; free"


# --- with the office away ----------------------------------------------------------------------


async def test_with_the_office_away_each_keeps_its_promise_before_any_money(kiosk: Kiosk) -> None:
    """Its tile says so, or what was asked before is shown, or what is asked for waits here."""
    told = {}
    for name in LOOKUPS:
        told[name] = await to_facts(kiosk, SERVICES[name])
        await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    await the_office_goes(kiosk)
    for name, reason in (await tries_each_tile(kiosk)).items():
        text = Say(ENGLISH, "")(reason)
        is_as_before(name, "away", f"its tile is off before any money: “{text}”")
    for name, before in told.items():
        is_as_before(name, "away", await looks_up_again(kiosk, SERVICES[name], before))
    taken = {name: await is_taken_without_the_office(kiosk, SERVICES[name]) for name in REQUESTS}
    kiosk.stage.release(OFFICE)
    for name, shown in taken.items():
        is_as_before(name, "away", await is_posted_later(kiosk, shown))


async def tries_each_tile(kiosk: Kiosk) -> dict[str, str]:
    """Why each service that needs the office cannot be begun; its tile is pressed all the same."""
    said: dict[str, str | None] = {}
    began = len(kiosk.screens)
    for category in dict.fromkeys(service.category for service in SERVICES.values()):
        shown = await to_services(kiosk, category)
        said |= {each.service: each.why_not for each in shown.tiles}
        for each in shown.tiles:
            if each.why_not is not None:
                kiosk.citizen.touch(Action.CHOOSE_SERVICE, each.service)
        await kiosk.citizen.presses(Action.BACK, until=of_category(""))
    begun = [each.data for each in kiosk.screens[began:] if not isinstance(each.data, Services)]
    assert begun == [], "nothing begins"
    assert {name for name, reason in said.items() if reason is None} == {*LOOKUPS, *REQUESTS}
    return {name: reason for name, reason in said.items() if reason is not None}


async def looks_up_again(kiosk: Kiosk, service: Service, before: ShowFacts) -> str:
    shown = await to_facts(kiosk, service)
    assert (shown.lines, shown.as_of) == (before.lines, before.as_of)
    slip = await takes_a_slip(kiosk)
    assert any("छपते समय विभाग से संपर्क नहीं था" in each for each in slip)
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    kept = "kept answer of an earlier visit" if shown.is_kept else "answer of today"
    return f"{kept}, with its date; slip that says so; free"


async def is_taken_without_the_office(kiosk: Kiosk, service: Service) -> Accepted:
    shown = await submits(kiosk, service, AWAY)
    receipt_of(kiosk, shown.receipt)
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    assert registered(kiosk, shown.receipt) == 0
    return shown


async def is_posted_later(kiosk: Kiosk, shown: Accepted) -> str:
    await kiosk.accounts()
    order = order_of(kiosk, shown.receipt)
    assert (registered(kiosk, shown.receipt), bool(order.reference)) == (1, True)
    return f"accepted; acknowledgement{with_number(shown)}; registered once, later; free"


@pytest.mark.parametrize("name", BILLS)
async def test_the_office_goes_after_the_bill_and_is_paid_later(kiosk: Kiosk, name: str) -> None:
    errand: Errand = ERRANDS[name]
    await to_mouth(kiosk, SERVICES[name], AWAY_LATER)
    kiosk.stage.hold(OFFICE)
    await kiosk.puts_in(*errand.notes, coins=errand.coins)
    done = await kiosk.is_done()
    assert words_of("hi")("acknowledgement.promise") in receipt_of(kiosk, done.receipt)
    assert (done.is_posted, kiosk.booked()) == (False, [])
    kiosk.stage.release(OFFICE)
    await kiosk.leaves()
    assert kiosk.booked() == [errand.paid]
    is_as_before(
        name, "away_later", f"{paid(done)}; receipt that says “booked soon”; booked once, later"
    )


# --- the tiles of the kiosk itself ---------------------------------------------------------------


async def test_a_receipt_again_and_a_poster_with_the_office_there_and_away(kiosk: Kiosk) -> None:
    receipt = await pays(kiosk)
    is_as_before("reprint", "online", await prints_again(kiosk, receipt))
    is_as_before("poster", "online", await takes_a_poster(kiosk))
    await the_office_goes(kiosk)
    is_as_before("reprint", "away", await prints_again(kiosk, receipt))
    is_as_before("poster", "away", await takes_a_poster(kiosk))
    assert kiosk.booked() == [470], "once"


async def prints_again(kiosk: Kiosk, receipt: str) -> str:
    before = set(kiosk.printed)
    await to_mobile(kiosk, receipt)
    await kiosk.citizen.presses(Action.ENTER, mobile(kiosk), until=is_a(Reprinted))
    assert await kiosk.citizen.sees(Reprinted) == Reprinted(receipt, "paper")
    (job,) = set(kiosk.printed) - before
    assert any("प्रतिलिपि" in each for each in words(kiosk.printed[job]))
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    return "the same receipt, marked as a duplicate; free"


async def takes_a_poster(kiosk: Kiosk) -> str:
    before = tray(kiosk)
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.waits_for(has_open("poster"), "a poster")
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "poster", until=is_a(PosterOut))
    out = await kiosk.citizen.sees(PosterOut)
    pages = tray(kiosk)["page"] - before["page"]
    await finishes(kiosk)
    return f"{pages} page; the fees of table {out.rates}; free"


# --- the table ---------------------------------------------------------------------------------


def test_each_service_has_its_errand_and_was_seen() -> None:
    assert ERRANDS.keys() == SERVICES.keys(), "a file of the catalogue, and its errand"
    found = {name: set(lines) for name, lines in seen().items()}
    assert found == {name: moments(name) for name in (*SERVICES, *OWN)}
