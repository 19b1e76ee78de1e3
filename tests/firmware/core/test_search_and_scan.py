"""A place found by its name, and a number read by a bar code reader: what core makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Choice, InsertCash, Number, Press, ShowBill
from firmware.contract.ticket import Code
from firmware.contract.typed import FindPlace
from firmware.core.keypad import RECEIPT, SLIP
from firmware.services.catalogue.asks import Digits, Place, scanned
from firmware.services.places import District, Places, Tehsil, Village
from tests.firmware.core.questions import asked, asking, begin, choice, choose, ids, questioned
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.test_slips_pay_bills import slip_of
from tests.firmware.core.world import World

ACCOUNT = "210344001725"

TODAY: Any = None  # digits ask for none


def a_list() -> Places:
    """Two tehsils of 30 villages each, one without any."""
    tehsils = [
        Tehsil(
            name, hi, en, [Village(f"{name}{at}", f"{hi} {at}", f"{en} {at}") for at in range(30)]
        )
        for name, hi, en in (("bassi", "बस्सी", "Bassi"), ("todri", "टोड्री", "Todri"))
    ]
    todri = tehsils[1].village
    todri[7] = Village("lamba", "लाम्बा कलां", "Lamba Kalan")
    district = District("tonk", "टोंक", "Tonk", [*tehsils, Tehsil("empty", "खाली", "Khali", [])])
    return Places("2026-11-01", [district])


@pytest.fixture
def land(tmp_path: Path) -> World:
    world = questioned(tmp_path)
    world.catalogue = replace(world.catalogue, places=a_list())
    world.crash()
    begin(world, "naksha")
    return world


def found(world: World) -> FindPlace:
    assert isinstance(world.screen.data, FindPlace), world.screen.data
    return world.screen.data


def names(world: World) -> list[str]:
    return [option.id for option in found(world).options]


def search(world: World, typed: str) -> list[str]:
    world.press(Action.SEARCH, typed)
    return names(world)


# --- a village by its name -----------------------------------------------------------------


def test_a_village_typed_at_the_first_question_answers_all_three(land: World) -> None:
    assert Action.SEARCH in land.screen.actions
    search(land, "")
    assert found(land).label == "naksha.ask.village", "it may be any place down to the village"
    assert search(land, "लाम")[0] == "tonk/todri/lamba"
    assert search(land, "lamba kal") == ["tonk/todri/lamba"]
    choose(land, "tonk/todri/lamba")
    assert asked(land) == ("account", "")
    assert land.core.flow.visit.answers == ["tonk", "todri", "lamba"]


def test_a_tehsil_that_was_found_goes_on_with_its_villages(land: World) -> None:
    search(land, "todri")
    choose(land, "tonk/todri")
    assert choice(land).label == "naksha.ask.village"


def test_within_a_tehsil_only_its_own_villages_are_found(land: World) -> None:
    choose(land, "tonk", "bassi")
    assert search(land, "lamba") == [] and search(land, "bassi 2")[0] == "bassi2"
    choose(land, "bassi2")
    assert asked(land) == ("account", "")


def test_a_place_without_villages_says_so_where_it_is_listed(land: World) -> None:
    search(land, "khali")
    choose(land, "tonk/empty")
    assert (choice(land).label, choice(land).problem) == ("naksha.ask.tehsil", "choice.nothing")


def test_back_from_the_search_shows_the_list(land: World) -> None:
    choose(land, "tonk")
    search(land, "lam")
    land.press(Action.BACK)
    assert choice(land).label == "naksha.ask.tehsil"
    assert ids(land) == ["bassi", "todri", "empty"]


def test_a_finger_felt_twice_on_back_leaves_the_search_and_not_the_list(land: World) -> None:
    choose(land, "tonk")
    search(land, "lam")
    old = land.screen.serial
    land.press(Action.BACK)
    assert choice(land).label == "naksha.ask.tehsil", "drawn"
    land.core.on_press(Press(old, Action.BACK), land.now)
    assert choice(land).label == "naksha.ask.tehsil"


def test_no_deeper_than_the_service_asks(land: World) -> None:
    land.catalogue.services["electricity"] = asking(
        Place("district", "district"), Place("tehsil", "tehsil"), Digits("account", 7)
    )
    begin(land, "electricity")
    assert search(land, "lamba") == []
    choose(land, "tonk/todri/lamba")
    assert land.core.flow.visit.answers == []
    assert search(land, "todri") == ["tonk/todri"]


def test_back_from_the_question_behind_it_shows_the_villages(land: World) -> None:
    search(land, "lamba")
    choose(land, "tonk/todri/lamba")
    land.press(Action.BACK)
    assert (choice(land).label, choice(land).chosen) == ("naksha.ask.village", "lamba")


def test_a_finger_on_a_name_of_the_letter_before(land: World) -> None:
    """The list changes while a thumb is on its way: what it touched was what it saw."""
    search(land, "l")
    seen = land.screen
    search(land, "todri")
    assert names(land) != [option.id for option in _options(seen.data)]
    land.core.on_press(Press(seen.serial, Action.CHOOSE, "tonk/todri/lamba"), land.now)
    assert land.core.flow.visit.answers == ["tonk", "todri", "lamba"]


def _options(data: object) -> list[Any]:
    assert isinstance(data, FindPlace)
    return data.options


def test_a_letter_typed_as_the_list_closed_opens_nothing(land: World) -> None:
    search(land, "l")
    old = land.screen.serial
    choose(land, "tonk/todri/lamba")
    land.core.on_press(Press(old, Action.SEARCH, "la"), land.now)
    assert land.core.flow.visit.sought is None and asked(land) == ("account", "")


@pytest.mark.parametrize("path", ["", "/", "tonk/nowhere", "tonk/todri/lamba/x", "0:3", "tonk//"])
def test_what_is_in_no_list_is_not_chosen(land: World, path: str) -> None:
    search(land, "tonk")
    choose(land, path)
    assert names(land)[0] == "tonk" and land.core.flow.visit.answers == []


def test_core_died_in_a_search(land: World) -> None:
    before = search(land, "todri")
    land.crash()
    assert names(land) == before and found(land).sought == "todri"


def test_one_page_however_many_there_are(land: World) -> None:
    assert len(search(land, "bassi")) == 6
    assert len(found(land).sought) == 5
    land.press(Action.SEARCH, "b" * 5000)
    assert len(found(land).sought) == 40


def test_a_short_list_is_read_and_not_searched(tmp_path: Path) -> None:
    world = questioned(tmp_path)
    begin(world, "naksha")
    choose(world, "tonk", "todaraisingh")
    assert isinstance(world.screen.data, Choice)
    assert (Action.SEARCH in world.screen.actions) == (choice(world).pages > 3)
    world.press(Action.SEARCH, "b")
    assert isinstance(world.screen.data, Choice), "not on offer"


# --- a reader ------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    return world


def number(world: World) -> Number:
    assert isinstance(world.screen.data, Number), world.screen.data
    return world.screen.data


@pytest.mark.parametrize(
    "read",
    [
        ACCOUNT,
        f" {ACCOUNT}\r\n",
        f"https://bill.example/pay?id=7&kno={ACCOUNT}&amt=470.00",
        f"KNO:{ACCOUNT}",
        f"Name=R Meena;K No: {ACCOUNT};Due=470",
        f"K.NUMBER={ACCOUNT}",
    ],
)
def test_a_bill_held_to_the_reader_shows_its_amount(world: World, read: str) -> None:
    world.press(Action.SCAN, read)
    assert isinstance(world.screen.data, ShowBill)
    assert world.screen.data.bill.account == ACCOUNT


@pytest.mark.parametrize(
    "read",
    [
        "", "hello", ACCOUNT[:11], ACCOUNT + "5", "8901234567894", f"kno={ACCOUNT}9",
        f"bank={ACCOUNT}", f"upi://pay?pa=x@y&tr={ACCOUNT}", "0" * 12, f"https://x.example/{ACCOUNT}/1",
        f"kno={ACCOUNT}&" + "x" * 600, "\u0967" * 12,
    ],
)  # fmt: skip
def test_another_code_gives_a_sentence_and_no_wrong_number(world: World, read: str) -> None:
    world.press(Action.SCAN, read)
    assert (number(world).problem, number(world).typed) == ("scan.unknown", "")
    world.press(Action.ENTER, ACCOUNT)
    assert isinstance(world.screen.data, ShowBill)


def test_a_scan_on_a_screen_that_asks_for_nothing_changes_nothing(world: World) -> None:
    world.press(Action.SCAN, ACCOUNT)
    before = world.screen
    world.press(Action.SCAN, ACCOUNT)
    assert world.screen == before


def test_the_first_rule_that_fits_decides() -> None:
    ask = Digits("account", 4, scan=["A([0-9]{4})(?:B[0-9]{4})?", "A[0-9]{4}B([0-9]{4})"])
    assert scanned(ask, "A1111B2222", TODAY) == "1111"
    assert scanned(ask, "1111", TODAY) == "1111"
    assert scanned(ask, "xA1111", TODAY) is None, "a rule fits the whole code"


def test_what_fails_the_check_of_the_number_is_not_taken_from_a_code() -> None:
    ask = Digits("account", 4, check="verhoeff", scan=["N=([0-9]+)"])
    assert scanned(ask, "N=2363", TODAY) == "2363"
    assert scanned(ask, "N=2364", TODAY) is None
    assert ask.problem_of("2364", TODAY) == "number.check_digit"


@pytest.mark.parametrize(
    ("rule", "told"), [("[0-9]{4}", "one group"), ("(a)(b)", "one group"), ("([0-9]", "scan")]
)
def test_a_rule_that_could_find_no_number_stops_the_start(rule: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Digits("account", 4, scan=[rule])


def test_a_check_digit_of_a_number_of_any_length_is_refused() -> None:
    with pytest.raises(ValueError, match="check digit"):
        Digits("account", 10, least=4, check="verhoeff")


def test_a_date_is_not_scanned(tmp_path: Path) -> None:
    from firmware.services.catalogue.asks import Date

    world = questioned(tmp_path)
    world.catalogue.services["electricity"] = asking(Date("born"))
    begin(world, "electricity")
    assert Action.SCAN not in world.screen.actions


# --- what this kiosk printed itself --------------------------------------------------------


def test_the_code_of_a_receipt_fills_its_number(world: World) -> None:
    assert (match := RECEIPT.fullmatch("TDR 0417 0001")) and match.groups() == ("0417", "0001")
    assert RECEIPT.fullmatch("TDR 0417 0001 C1") is None, "a claim is no receipt"


def test_the_code_behind_the_token_is_what_is_typed() -> None:
    assert (match := SLIP.fullmatch("KC1:AEEHIZDS/407199231188")) and match[1] == "407199231188"
    assert (match := SLIP.fullmatch("C SN1/7/1/407199231188")) and match[1] == "407199231188"
    assert SLIP.fullmatch("KC1:AEEHIZDS") is None, "a slip without code is no money here"


@pytest.fixture
def till(tmp_path: Path) -> World:
    """A slip of ₹200 is out, and its citizen stands before the till again."""
    world = World(tmp_path, keys=KEYS)
    slip_of(world, 200)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    return world


def test_a_slip_held_to_the_reader_pays(till: World) -> None:
    printed = [line for line in till.printer.papers[-1].lines if isinstance(line, Code)]
    till.press(Action.SCAN, printed[0].content)
    till.run(0.25)
    cash = till.screen.data
    assert isinstance(cash, InsertCash) and cash.inserted == rupees(200)


def test_a_photograph_of_the_screen_is_no_slip(till: World) -> None:
    """The QR of the screen has no code; nor is it a guess: five of those end the slips."""
    for _ in range(9):
        till.press(Action.SCAN, "KC1:AEEHIZDSFUYDIMJX")
    assert number(till).problem == "scan.unknown"
    assert Action.SCAN in till.screen.actions
