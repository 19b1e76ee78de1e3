"""A service that asks more than one thing: one account of all, and no answer is asked twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from firmware.contract.accounts import last_digits
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    InsertCash,
    Press,
    Services,
    ShowBill,
    Trouble,
)
from firmware.core.snapshot import Snapshot
from firmware.runtime.config import ConfigError, convert
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Digits, Year
from tests.firmware.core.questions import (
    BOOK,
    CONSUMER,
    DIVISION,
    WATER,
    answer,
    asked,
    asking,
    begin,
    choice,
    choose,
    number,
    questioned,
)
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return questioned(tmp_path)


def test_three_answers_are_one_account_of_the_back_end(world: World) -> None:
    assert asked(world) == ("division", "")
    answer(world, DIVISION)
    assert asked(world) == ("book", "")
    answer(world, BOOK)
    assert asked(world) == ("account", "")
    answer(world, CONSUMER)
    assert isinstance(world.screen.data, ShowBill)
    assert world.screen.data.bill.account == WATER


def test_back_leads_to_the_question_before_with_its_answer(world: World) -> None:
    answer(world, DIVISION, BOOK)
    world.press(Action.BACK)
    assert asked(world) == ("book", BOOK)
    world.press(Action.BACK)
    assert asked(world) == ("division", DIVISION)
    world.press(Action.BACK)
    assert isinstance(world.screen.data, Services)


def test_back_from_the_bill_asks_only_the_last_again(world: World) -> None:
    answer(world, DIVISION, BOOK, CONSUMER)
    world.press(Action.BACK)
    assert asked(world) == ("account", CONSUMER)
    answer(world, CONSUMER)
    assert isinstance(world.screen.data, ShowBill)


def test_a_wrong_answer_stays_where_it_is(world: World) -> None:
    answer(world, DIVISION, "08")
    assert asked(world) == ("book", "08")
    assert number(world).problem == "electricity.ask.book.problem"
    world.press(Action.BACK)
    assert number(world).problem is None


def test_an_account_that_nobody_knows_leads_to_the_last_question(world: World) -> None:
    answer(world, DIVISION, BOOK, "7009999")
    assert asked(world) == ("account", "7009999")
    assert number(world).problem == "number.no_such_account"


def test_a_finger_felt_twice_does_not_answer_the_next_question(world: World) -> None:
    world.catalogue.services["electricity"] = asking(Digits("district", 4), Digits("account", 4))
    pressed = Press(world.screen.serial, Action.ENTER, DIVISION)
    for _ in range(2):
        world.core.on_press(pressed, world.now)
        world.settle()
        world.core.screen(world.now)
    assert asked(world) == ("account", "")


def test_core_died_between_two_questions(world: World) -> None:
    answer(world, DIVISION, BOOK)
    world.crash()
    assert asked(world) == ("account", "")
    answer(world, CONSUMER)
    assert isinstance(world.screen.data, ShowBill)


def test_the_office_was_away_and_the_questions_are_not_asked_anew(world: World) -> None:
    world.office.is_up = False
    answer(world, DIVISION, BOOK, CONSUMER)
    assert isinstance(world.screen.data, Trouble)
    world.office.is_up = True
    world.press(Action.AGAIN)
    assert asked(world) == ("account", CONSUMER)


def test_one_more_bill_is_asked_for_from_the_first_question_on(world: World) -> None:
    answer(world, DIVISION, BOOK, CONSUMER)
    world.press(Action.ADD_BILL)
    assert asked(world) == ("division", "")


def test_power_was_cut_with_money_in_and_its_citizen_knows_the_end_of_his_number(
    world: World,
) -> None:
    answer(world, DIVISION, BOOK, CONSUMER)
    world.press(Action.PAY)
    world.run(1)
    world.insert(100)
    world.power_cut()
    answer(world, DIVISION)
    assert number(world).problem == "resumed.wrong"
    answer(world, last_digits(WATER))
    assert isinstance(world.screen.data, InsertCash)


def test_a_release_that_asks_less_drops_the_visit_of_the_one_before(world: World) -> None:
    answer(world, DIVISION, BOOK)
    kept = Snapshot.decode(Snapshot.of(world.core.flow.visit).encode())
    assert kept.is_possible(world.catalogue.services)
    assert not kept.is_possible(load_catalogue().services)


def test_the_longest_number_of_an_account_is_the_one_that_tells() -> None:
    assert last_digits("rajcell-9829012345-p199") == "2345"
    assert last_digits("tonk-bhasu-57") == "57"


def test_a_question_without_words_is_refused_at_the_start() -> None:
    document = msgspec.to_builtins(load_catalogue().services["electricity"])
    document["ask"].append({"kind": "digits", "id": "book", "digits": 4})
    with pytest.raises(ConfigError, match=r"words\.hi\.asks.*book"):
        convert(document, Service, where="electricity.toml")


@pytest.mark.parametrize("word", ["where", "problem"])
def test_a_question_that_could_say_nothing_is_refused_at_the_start(word: str) -> None:
    document = msgspec.to_builtins(load_catalogue().services["electricity"])
    del document["words"]["hi"]["asks"]["account"][word]
    with pytest.raises(ConfigError, match=rf"words\.hi\.asks\.account: expected `{word}`"):
        convert(document, Service, where="electricity.toml")


def test_villages_of_no_tehsil_are_refused_at_the_start() -> None:
    document = msgspec.to_builtins(load_catalogue().services["naksha"])
    del document["ask"][1]
    with pytest.raises(ConfigError, match=r"largest on.*'district', 'village'"):
        convert(document, Service, where="naksha.toml")


def test_a_khasra_is_part_of_the_account_with_its_stroke(world: World) -> None:
    world.office.others["tonk-todaraisingh-bhasu-123/4"] = rupees(30)
    begin(world, "naksha")
    choose(world, "tonk", "todaraisingh", "bhasu")
    answer(world, "123/")
    assert number(world).problem == "naksha.ask.account.problem"
    answer(world, "123/4")
    assert isinstance(world.screen.data, ShowBill)


def test_a_tehsil_whose_villages_nobody_listed_says_so(world: World) -> None:
    begin(world, "naksha")
    choose(world, "tonk", "malpura")
    assert (choice(world).label, choice(world).problem) == ("naksha.ask.tehsil", "choice.nothing")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("30022008", "number.not_a_date"),
        ("23112026", "number.date_to_come"),
        ("14021899", "number.not_a_date"),
        ("1402200", "number.too_short"),
    ],
)
def test_a_day_that_never_was(world: World, typed: str, problem: str) -> None:
    begin(world, "admit_card")
    answer(world, "26104417", typed)
    assert (asked(world), number(world).problem) == (("born", typed), problem)


def test_a_birthday_is_typed_as_people_write_it_and_kept_as_offices_sort_it(world: World) -> None:
    world.office.others["26104417-20080214"] = rupees(10)
    begin(world, "admit_card")
    answer(world, "26104417", "14022008")
    assert isinstance(world.screen.data, ShowBill)
    world.press(Action.BACK)
    assert asked(world) == ("born", "14022008")


@pytest.mark.parametrize(("typed", "problem"), [("2027", "number.not_a_year"), ("2026", None)])
def test_a_year_that_has_not_begun(typed: str, problem: str | None) -> None:
    assert Year("passed").problem_of(typed, date(2026, 11, 22)) == problem


def test_a_district_puts_its_own_places_there(tmp_path: Path) -> None:
    own = tmp_path / "places.toml"
    own.write_text('as_of = "2026-10-01"\n[[district]]\nid = "101"\nhi = "अजमेर"\nen = "Ajmer"\n')
    catalogue = load_catalogue(own)
    assert [option.id for option in catalogue.places.under([])] == ["101"]


def test_a_list_of_places_with_a_slip_names_file_and_key(tmp_path: Path) -> None:
    own = tmp_path / "places.toml"
    own.write_text('as_of = "2026-10-01"\n[[district]]\nid = "101"\nhi = "अजमेर"\nenn = "Ajmer"\n')
    with pytest.raises(ConfigError, match=r"places\.toml: .*`enn`.*en"):
        load_catalogue(own)
