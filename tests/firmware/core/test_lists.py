"""Answers that are chosen: lists of the office, of the file, of the places on the kiosk."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.money import rupees
from firmware.contract.options import Option
from firmware.contract.screen import (
    MOST_ROWS,
    Action,
    ShowBill,
    Trouble,
    Waiting,
)
from firmware.services.catalogue.asks import Choice as ChoiceOf
from firmware.services.catalogue.asks import Digits, Fetched
from firmware.services.places import District, Places, Tehsil, Village
from tests.firmware.core.questions import (
    answer,
    asked,
    asking,
    begin,
    choice,
    choose,
    ids,
    number,
    questioned,
)
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return questioned(tmp_path)


def plan(price: int) -> Option:
    return Option(f"p{price}", {"hi": f"{price}", "en": f"{price}"}, amount=rupees(price))


RECHARGE = "maru-9829012345-p299"


@pytest.fixture
def recharge(world: World) -> World:
    """An office with two operators, each with some plans."""
    names = [Option(name, {"hi": name, "en": name}) for name in ("aravali", "maru")]
    world.office.options["operator", ()] = names
    world.office.options["plan", ("maru", "9829012345")] = [plan(99), plan(299)]
    world.office.others[RECHARGE] = rupees(299)
    begin(world, "prepaid")
    return world


def test_a_recharge_is_the_bill_of_operator_number_and_plan(recharge: World) -> None:
    assert ids(recharge) == ["aravali", "maru"]
    choose(recharge, "maru")
    answer(recharge, "9829012345")
    assert ids(recharge) == ["p99", "p299"]
    choose(recharge, "p299")
    assert isinstance(recharge.screen.data, ShowBill)
    assert recharge.screen.data.bill.account == RECHARGE


def test_a_step_back_from_the_plan_forgets_the_plans_of_that_number(recharge: World) -> None:
    choose(recharge, "maru")
    answer(recharge, "9829012345")
    recharge.press(Action.BACK)
    assert asked(recharge) == ("mobile", "9829012345")
    recharge.office.options["plan", ("maru", "9829012346")] = [plan(49)]
    answer(recharge, "9829012346")
    assert ids(recharge) == ["p49"]


def test_a_step_back_from_one_list_of_the_office_to_another_shows_that_one(world: World) -> None:
    world.catalogue.services["electricity"] = asking(Fetched("operator"), Fetched("plan"))
    world.office.options["operator", ()] = [plan(1)]
    world.office.options["plan", ("p1",)] = [plan(99)]
    begin(world, "electricity")
    choose(world, "p1")
    assert ids(world) == ["p99"]
    world.press(Action.BACK)
    assert (ids(world), choice(world).chosen) == (["p1"], "p1")


def test_one_of_the_courts_of_the_file(world: World) -> None:
    courts = [Option(name, {"hi": name, "en": name}) for name in ("RJTK01", "RJTK02")]
    world.catalogue.services["electricity"] = asking(
        ChoiceOf("court", courts), Digits("account", 10)
    )
    world.office.others["RJTK02-0004252025"] = rupees(10)
    begin(world, "electricity")
    assert ids(world) == ["RJTK01", "RJTK02"]
    choose(world, "RJTK02")
    answer(world, "0004252025")
    assert isinstance(world.screen.data, ShowBill)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([Option("a-b", {"hi": "", "en": ""}), Option("c", {"hi": "", "en": ""})], "a-b"),
        ([Option("a", {"hi": "", "en": ""}), Option("a", {"hi": "", "en": ""})], "each once"),
        ([Option("a", {"hi": ""}), Option("b", {"hi": "", "en": ""})], "words in hi and en"),
    ],
)
def test_a_list_of_the_file_that_could_not_be_chosen_from(
    options: list[Option], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        ChoiceOf("court", options)


def test_back_from_the_bill_shows_the_plans_that_were_there(recharge: World) -> None:
    choose(recharge, "maru")
    answer(recharge, "9829012345")
    choose(recharge, "p299")
    recharge.office.is_up = False
    recharge.press(Action.BACK)
    assert (ids(recharge), choice(recharge).chosen) == (["p99", "p299"], "p299")


def test_a_number_that_the_operator_does_not_have_is_typed_again(recharge: World) -> None:
    choose(recharge, "maru")
    answer(recharge, "6000012345")
    assert asked(recharge) == ("mobile", "6000012345")
    assert number(recharge).problem == "number.no_such_account"


def test_an_operator_without_plans_says_so(recharge: World) -> None:
    recharge.office.options["plan", ("aravali", "9829012345")] = []
    choose(recharge, "aravali")
    answer(recharge, "9829012345")
    assert number(recharge).problem == "choice.nothing"


def test_a_landline_is_no_mobile(recharge: World) -> None:
    choose(recharge, "maru")
    answer(recharge, "1432220417")
    assert number(recharge).problem == "number.not_a_mobile"


def test_the_office_is_away_before_the_list_and_is_asked_again(recharge: World) -> None:
    choose(recharge, "maru")
    recharge.office.is_up = False
    answer(recharge, "9829012345")
    assert isinstance(recharge.screen.data, Trouble)
    assert recharge.screen.data.cause == "trouble.back_end_down"
    recharge.office.is_up = True
    recharge.press(Action.AGAIN)
    assert ids(recharge) == ["p99", "p299"]


def test_the_office_never_answers_about_the_list(recharge: World) -> None:
    choose(recharge, "maru")
    recharge.office.is_silent = True
    answer(recharge, "9829012345")
    assert isinstance(recharge.screen.data, Waiting)
    recharge.run(13)
    assert isinstance(recharge.screen.data, Trouble)


def test_core_died_while_the_office_was_asked_for_the_list(recharge: World) -> None:
    choose(recharge, "maru")
    recharge.office.is_silent = True
    answer(recharge, "9829012345")
    recharge.office.is_silent = False
    recharge.crash()
    recharge.settle()
    assert ids(recharge) == ["p99", "p299"]


def test_core_died_on_a_list(recharge: World) -> None:
    choose(recharge, "maru")
    answer(recharge, "9829012345")
    recharge.office.is_up = False
    recharge.crash()
    assert ids(recharge) == ["p99", "p299"]


def test_what_is_not_on_the_list_cannot_be_chosen(recharge: World) -> None:
    choose(recharge, "chambal")
    assert ids(recharge) == ["aravali", "maru"]
    answer(recharge, "9829012345")  # nor typed, by a press that the screen does not offer
    assert ids(recharge) == ["aravali", "maru"]


def test_a_list_of_last_week_says_its_day(recharge: World) -> None:
    recharge.office.as_of = "2026-11-15T18:00:00+05:30"
    begin(recharge, "prepaid")
    assert choice(recharge).as_of == "2026-11-15"


def test_many_villages_are_leafed_through(world: World) -> None:
    begin(world, "naksha")
    assert ids(world) == ["tonk"]
    choose(world, "tonk", "todaraisingh")
    assert (choice(world).page, choice(world).pages, len(ids(world))) == (1, 2, MOST_ROWS)
    assert Action.PREVIOUS_PAGE not in world.screen.actions
    first = ids(world)
    world.press(Action.NEXT_PAGE)
    assert not set(first) & set(ids(world))
    assert Action.NEXT_PAGE not in world.screen.actions
    choose(world, "hamirpur")
    assert asked(world) == ("account", "")


@pytest.fixture
def tehsil(world: World) -> World:
    """One of 150 villages."""
    villages = [Village(f"v{at}", f"ग{at:03d}", f"G{150 - at:03d}") for at in range(150)]
    district = District("tonk", "टोंक", "Tonk", [Tehsil("big", "बड़ी", "Big", villages)])
    whole = Places("2026-11-01", [district])
    world.catalogue = replace(world.catalogue, places=whole)
    world.crash()
    begin(world, "naksha")
    choose(world, "tonk", "big")
    return world


def names(world: World) -> list[str]:
    return [option.words["hi"] for option in choice(world).options]


def test_one_of_150_villages_is_three_touches_away(tehsil: World) -> None:
    assert names(tehsil)[:2] == ["ग000 – ग024", "ग025 – ग049"]
    choose(tehsil, "25:50")
    assert names(tehsil)[0] == "ग025 – ग028"
    choose(tehsil, "45:50")
    assert names(tehsil) == ["ग045", "ग046", "ग047", "ग048", "ग049"]
    choose(tehsil, "v47")
    assert asked(tehsil) == ("account", "")


def test_back_in_a_part_shows_the_whole_list_and_then_the_tehsils(tehsil: World) -> None:
    choose(tehsil, "25:50")
    tehsil.press(Action.BACK)
    assert len(ids(tehsil)) == MOST_ROWS and choice(tehsil).label == "naksha.ask.village"
    tehsil.press(Action.BACK)
    assert choice(tehsil).label == "naksha.ask.tehsil"


def test_another_language_has_another_order(tehsil: World) -> None:
    choose(tehsil, "25:50")
    tehsil.press(Action.CHOOSE_LANGUAGE, "en")
    assert choice(tehsil).options[0].words == {"en": "G001 – G025"}


def test_core_died_in_a_part_of_a_list(tehsil: World) -> None:
    choose(tehsil, "25:50")
    before = ids(tehsil)
    tehsil.crash()
    assert ids(tehsil) == before
