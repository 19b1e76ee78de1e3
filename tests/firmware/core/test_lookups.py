"""Lookups cost nothing and keep nothing: what is seen, what comes out of the roll, what is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.facts import LONGEST_FACT, MOST_FACTS, FactLine, Facts, FetchFacts, ShowFacts
from firmware.contract.gateway import Problem
from firmware.contract.screen import Action, Attract, Choice, Waiting
from firmware.contract.ticket import Pair, Style, Text
from firmware.core.lookups import MOST_SLIPS
from firmware.journal.lookup_rows import LookupMissed, LookupShown
from firmware.till.access import LOOKUPS
from tests.firmware.core.lookup_world import (
    FACTS,
    GRIEVANCE,
    SECRET,
    UNKNOWN,
    LookupWorld,
    number,
    tile,
    trouble,
    written,
)
from tests.firmware.core.test_note_waits import guides_told


@pytest.fixture
def world(tmp_path: Path) -> LookupWorld:
    world = LookupWorld(tmp_path)
    world.run(0.5)
    return world


# --- what is seen ------------------------------------------------------------------------------


def test_a_grievance_is_seen_in_the_language_of_the_visit_and_printed(world: LookupWorld) -> None:
    world.looks_up()
    assert (world.facts.lines, world.facts.as_of) == (FACTS.lines, FACTS.as_of)
    assert (world.facts.account, world.facts.is_kept, world.facts.slip) == (GRIEVANCE, False, "")
    assert {Action.PRINT, Action.ANOTHER, Action.FINISH} <= set(world.screen.actions)
    world.press(Action.PRINT)
    assert world.screen.data == Waiting("waiting.printing")
    world.run(1)
    assert world.facts.slip == "facts.slip.take"
    assert Action.PRINT not in world.screen.actions, "one is enough"
    (ticket,) = world.printer.papers
    assert Pair("विषय", SECRET) in ticket.lines
    texts = [line.text for line in ticket.lines if isinstance(line, Text)]
    assert "यह केवल जानकारी है, प्रमाण पत्र नहीं।" in texts
    assert any("टोडारायसिंह" in text for text in texts)
    assert "receipt_guide" not in guides_told(world), "it shines, as for a receipt"
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)


def test_another_language_changes_the_screen_and_the_slip(world: LookupWorld) -> None:
    world.looks_up()
    world.press(Action.CHOOSE_LANGUAGE, "en")
    assert isinstance(world.screen.data, ShowFacts)
    world.press(Action.PRINT)
    world.run(1)
    assert world.printer.papers[0].language == "en"
    assert Pair("About", "S*** Devi") in world.printer.papers[0].lines


def test_nobody_who_looks_something_up_needs_cash_a_card_or_paper(world: LookupWorld) -> None:
    world.acceptors.jam, world.printer.is_there = True, False
    world.run(0.5)
    assert tile(world) is None
    assert world.tiles["bills"] is not None
    world.looks_up()
    assert world.facts.slip == "facts.slip.not_now"
    assert Action.PRINT not in world.screen.actions
    assert world.acceptors.leases == {}


def test_the_office_tells_more_than_a_screen_can_hold(world: LookupWorld) -> None:
    line = FactLine("status", {"hi": "क" * 900, "en": "tehsil " * 90})
    world.office.facts["sampark_status", GRIEVANCE] = replace(FACTS, lines=[line] * 90)
    world.looks_up()
    assert len(world.facts.lines) == MOST_FACTS
    shown = world.facts.lines[0]
    assert shown.said("hi") == "क" * (LONGEST_FACT - 1) + "…"
    assert shown.said("en") == " ".join(["tehsil"] * 17) + "…"
    assert replace(line, text={"hi": "हाँ"}).said("en") == "हाँ", "better than nothing"
    world.press(Action.PRINT)
    world.run(1)
    assert len(world.printer.papers) == 1


@pytest.mark.parametrize("broken", [Facts([], FACTS.as_of), replace(FACTS, as_of="yesterday")])
def test_an_answer_that_cannot_be_shown_stops_nobody_but_this_visit(
    world: LookupWorld, broken: Facts
) -> None:
    world.office.facts["sampark_status", GRIEVANCE] = broken
    world.looks_up()
    assert trouble(world).cause == "trouble.lookup_refused"
    assert LookupShown("sampark_status") not in written(world)


def test_a_court_is_chosen_and_the_rest_of_the_cnr_is_typed(world: LookupWorld) -> None:
    world.office.facts["court_case", "RJTK01-0004172026"] = FACTS
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "court_case")
    assert isinstance(world.screen.data, Choice)
    world.press(Action.CHOOSE, "RJTK01")
    for typed, problem in (
        ("0004170026", "court_case.ask.number.problem"),
        ("0000002026", "court_case.ask.number.problem"),
        ("0004172025", "number.no_such_account"),
    ):
        world.press(Action.ENTER, typed)
        assert number(world).problem == problem
    world.press(Action.ENTER, "0004172026")
    assert world.facts.account == "RJTK01-0004172026"
    world.press(Action.PRINT)
    world.run(1)
    assert Pair("CNR नंबर", "RJTK010004172026", Style.STRONG) in world.printer.papers[0].lines


# --- the back end is away ----------------------------------------------------------------------


def test_what_was_asked_before_is_seen_with_its_date_while_the_office_is_away(
    world: LookupWorld,
) -> None:
    world.looks_up()
    world.press(Action.FINISH)
    world.office.is_up = False
    world.run(0.5)
    assert tile(world) is None, "it works: it may have been kept"
    world.looks_up()
    assert (world.facts.is_kept, world.facts.as_of) == (True, FACTS.as_of)
    world.press(Action.PRINT)
    world.run(1)
    texts = [line.text for line in world.printer.papers[0].lines if isinstance(line, Text)]
    assert any("संपर्क नहीं था" in text for text in texts)


@pytest.mark.parametrize("how", ["says so", "is silent", "is given up"])
def test_the_office_is_away_and_nothing_was_kept(world: LookupWorld, how: str) -> None:
    office = world.office
    office.is_up = False
    office.is_silent, office.is_given_up = how == "is silent", how == "is given up"
    world.looks_up()
    world.run(13)
    assert trouble(world).cause == "trouble.lookup_away"
    office.is_up, office.is_silent, office.is_given_up = True, False, False
    world.press(Action.AGAIN)
    assert number(world).typed == GRIEVANCE
    world.press(Action.ENTER, GRIEVANCE)
    assert world.facts.lines == FACTS.lines


def test_a_service_that_keeps_nothing_is_grey_while_the_office_is_away(world: LookupWorld) -> None:
    services = world.catalogue.services
    for name in [name for name, each in services.items() if each.kind == "lookup"]:
        services[name] = replace(services[name], promise="none")
    world.office.is_up = False
    world.run(0.5)
    assert tile(world) == "tile.no_back_end"


def test_the_office_says_no(world: LookupWorld) -> None:
    world.office.refuses = Problem.REFUSED
    world.looks_up()
    assert trouble(world).cause == "trouble.lookup_refused"


def test_an_answer_that_comes_after_its_citizen_has_gone_is_shown_to_nobody(
    world: LookupWorld,
) -> None:
    world.office.is_silent = True
    world.looks_up()
    world.run(13)
    world.press(Action.FINISH)
    world.core.on_answer(FetchFacts("sampark_status", GRIEVANCE), FACTS, world.now)
    assert isinstance(world.screen.data, Attract)
    assert not world.has_secret()


# --- who only guesses --------------------------------------------------------------------------


def test_a_wrong_number_has_a_sentence_and_can_be_put_right(world: LookupWorld) -> None:
    world.looks_up(UNKNOWN)
    assert (number(world).problem, number(world).typed) == ("number.no_such_account", UNKNOWN)
    world.press(Action.ENTER, GRIEVANCE)
    assert world.facts.account == GRIEVANCE


def test_somebody_tries_one_number_after_the_other(world: LookupWorld) -> None:
    world.to_number()
    for _ in range(LOOKUPS.tries):
        world.press(Action.ENTER, UNKNOWN)
    assert number(world).problem == "number.no_such_account"
    world.press(Action.ENTER, GRIEVANCE)
    assert number(world).problem == "tile.too_many_tries"
    assert world.office.asked[-1].account == UNKNOWN
    world.crash()
    world.press(Action.ENTER, GRIEVANCE)
    assert number(world).problem == "tile.too_many_tries", "a restart forgot the tries"
    world.press(Action.CANCEL)
    world.run(0.5)
    assert tile(world) == "tile.too_many_tries"
    world.run(900)
    assert tile(world) is None
    world.looks_up()
    assert world.facts.account == GRIEVANCE


def test_who_finds_his_number_in_the_end_has_not_guessed(world: LookupWorld) -> None:
    world.to_number()
    for _ in range(LOOKUPS.tries - 1):
        world.press(Action.ENTER, UNKNOWN)
    world.press(Action.ENTER, GRIEVANCE)
    world.press(Action.FINISH)
    world.looks_up(UNKNOWN)
    world.press(Action.ENTER, UNKNOWN)
    assert number(world).problem == "number.no_such_account"
    assert len([row for row in written(world) if isinstance(row, LookupMissed)]) == 11


# --- the roll ----------------------------------------------------------------------------------


def test_the_roll_ends_in_the_middle_of_a_slip(world: LookupWorld) -> None:
    world.looks_up()
    world.printer.has_paper = False
    world.press(Action.PRINT)
    world.run(1)
    assert world.facts.slip == "facts.slip.no_paper"
    assert Action.PRINT not in world.screen.actions
    world.printer.has_paper = True
    world.run(0.5)
    assert world.facts.slip == "facts.slip.failed"
    world.press(Action.PRINT)
    world.run(1)
    assert world.facts.slip == "facts.slip.take"


def test_the_cable_is_pulled_and_no_slip_comes_out_before_the_next_visitor(
    world: LookupWorld,
) -> None:
    world.looks_up()
    world.printer.is_there = False
    world.press(Action.PRINT)
    world.run(41)
    assert world.facts.slip == "facts.slip.not_now"
    world.press(Action.FINISH)
    world.printer.is_there = True
    world.run(60)
    assert world.printer.printed == []


def test_the_last_of_the_roll_is_for_receipts(world: LookupWorld) -> None:
    world.printer.paper_mm = 300
    world.run(0.5)
    world.looks_up()
    assert world.facts.slip == "facts.slip.no_paper"
    assert Action.PRINT not in world.screen.actions


def test_a_child_wants_one_slip_after_the_other(world: LookupWorld) -> None:
    for _ in range(MOST_SLIPS):
        world.looks_up()
        world.press(Action.PRINT)
        world.run(1)
        world.press(Action.ANOTHER)
        world.press(Action.CANCEL)
    world.looks_up()
    assert world.facts.slip == "facts.slip.enough"
    world.press(Action.PRINT)
    world.run(1)
    assert len(world.printer.papers) == MOST_SLIPS
    world.crash()
    assert world.facts.slip == "facts.slip.enough", "a restart forgot the slips"
    world.press(Action.FINISH)
    world.run(3600)
    world.looks_up()
    assert world.facts.slip == ""
