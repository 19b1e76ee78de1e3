"""A service that asks more than one thing: one account of all, and no answer is asked twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from firmware.contract.accounts import last_digits
from firmware.contract.money import rupees
from firmware.contract.options import Option
from firmware.contract.screen import (
    MOST_ROWS,
    Action,
    Choice,
    InsertCash,
    Number,
    Press,
    Services,
    ShowBill,
    Trouble,
    Waiting,
)
from firmware.core.snapshot import Snapshot
from firmware.runtime.config import ConfigError, convert
from firmware.runtime.service_words import AskWords
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Ask, Digits, Fetched, Year
from firmware.services.catalogue.asks import Choice as ChoiceOf
from firmware.services.places import District, Places, Tehsil, Village
from tests.firmware.core.world import World

DIVISION, BOOK, CONSUMER = "0417", "88", "7001725"
WATER = f"{DIVISION}-{BOOK}-{CONSUMER}"


def asking(*asks: Ask) -> Service:
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


# --- lists ---------------------------------------------------------------------------------


def begin(world: World, service: str) -> None:
    """A visit to this service, whose paper is left out: this world has no page printer."""
    whole = world.catalogue.services[service]
    world.catalogue.services[service] = replace(whole, kind="bill", paper=None)
    world.press(Action.CANCEL)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, service)


def choice(world: World) -> Choice:
    assert isinstance(world.screen.data, Choice), world.screen.data
    return world.screen.data


def ids(world: World) -> list[str]:
    return [option.id for option in choice(world).options]


def choose(world: World, *answers: str) -> None:
    for answered in answers:
        world.press(Action.CHOOSE, answered)


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
