"""A service that asks more than one thing: one account of all, and no answer is asked twice."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from firmware.contract.accounts import last_digits
from firmware.contract.money import rupees
from firmware.contract.screen import Action, InsertCash, Number, Press, Services, ShowBill, Trouble
from firmware.core.visit import Snapshot
from firmware.runtime.config import ConfigError, convert
from firmware.runtime.service_words import AskWords
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Digits
from tests.firmware.core.world import World

DIVISION, BOOK, CONSUMER = "0417", "88", "7001725"
WATER = f"{DIVISION}-{BOOK}-{CONSUMER}"


def asking(*asks: Digits) -> Service:
    """The electricity bill of an office that has no one number for its customers."""
    whole = load_catalogue().services["electricity"]
    named = {ask.id: AskWords(ask.id, "{digits} digits", problem="?") for ask in asks}
    words = {language: replace(said, asks=named) for language, said in whole.words.items()}
    return replace(whole, asks=list(asks), words=words)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    asks = (Digits("division", 4), Digits("book", 2, pattern="^[1-9]"), Digits("account", 7))
    world.catalogue.services["electricity"] = asking(*asks)
    world.office.others[WATER] = rupees(470)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "bills")
    world.press(Action.CHOOSE_SERVICE, "electricity")
    return world


def answer(world: World, *answers: str) -> None:
    for typed in answers:
        world.press(Action.ENTER, typed)


def number(world: World) -> Number:
    assert isinstance(world.screen.data, Number), world.screen.data
    return world.screen.data


def asked(world: World) -> tuple[str, str]:
    """Which question is on the screen, and what stands in it."""
    return number(world).label.rpartition(".")[2], number(world).typed


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
