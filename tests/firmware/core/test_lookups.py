"""Lookups cost nothing and keep nothing: what is seen, what comes out of the roll, what is left."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.facts import LONGEST_FACT, MOST_FACTS, FactLine, Facts, FetchFacts
from firmware.contract.gateway import Problem
from firmware.contract.screen import (
    Action,
    Attract,
    Number,
    Services,
    ShowBill,
    ShowFacts,
    Trouble,
    Waiting,
)
from firmware.contract.ticket import Pair, Text
from firmware.core.lookups import MOST_SLIPS
from firmware.core.visit import Snapshot, Stage
from firmware.documents.facts import FactsSlip
from firmware.journal import rows
from firmware.journal.lookup_rows import LookupMissed, LookupShown
from firmware.till.access import LOOKUPS
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.lookup_world import FACTS, GRIEVANCE, SECRET, LookupWorld
from tests.firmware.core.test_note_waits import guides_told

UNKNOWN = "112600000999"


@pytest.fixture
def world(tmp_path: Path) -> LookupWorld:
    world = LookupWorld(tmp_path)
    world.run(0.5)
    return world


def written(world: LookupWorld) -> list[object]:
    return [entry.row for entry in world.journal.entries()]


def number(world: LookupWorld) -> Number:
    shown = world.screen.data
    assert isinstance(shown, Number), shown
    return shown


def tile(world: LookupWorld) -> str | None:
    """What the tile of all lookups says."""
    return world.tiles["status"]


def trouble(world: LookupWorld) -> Trouble:
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    return shown


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


@pytest.mark.parametrize("is_silent", [False, True])
def test_the_office_is_away_and_nothing_was_kept(world: LookupWorld, is_silent: bool) -> None:
    world.office.is_up, world.office.is_silent = False, is_silent
    world.looks_up()
    world.run(13)
    assert trouble(world).cause == "trouble.lookup_away"
    world.office.is_up, world.office.is_silent = True, False
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
    asked = world.office.asked[-1]
    world.run(13)
    world.press(Action.FINISH)
    world.core.on_answer(asked, FACTS, world.now)
    assert isinstance(world.screen.data, Attract)
    assert not world.has_secret()


# --- who only guesses --------------------------------------------------------------------------


def test_a_wrong_number_has_a_sentence_and_can_be_put_right(world: LookupWorld) -> None:
    world.looks_up(UNKNOWN)
    assert (number(world).problem, number(world).typed) == ("number.nothing_found", UNKNOWN)
    world.press(Action.ENTER, GRIEVANCE)
    assert world.facts.account == GRIEVANCE


def test_somebody_tries_one_number_after_the_other(world: LookupWorld) -> None:
    world.to_number()
    for _ in range(LOOKUPS.tries):
        world.press(Action.ENTER, UNKNOWN)
    assert number(world).problem == "number.nothing_found"
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
    assert number(world).problem == "number.nothing_found"
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


# --- what is left ------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [Action.FINISH, Action.ANOTHER, None])
def test_the_next_visitor_saw_what_the_office_knows_of_the_one_before(
    world: LookupWorld, way: Action | None
) -> None:
    world.looks_up()
    assert world.has_secret()
    if way is None:
        world.run(120)
    else:
        world.press(way)
    assert isinstance(world.screen.data, Services if way is Action.ANOTHER else Attract)
    assert not world.has_secret()


def test_a_name_reached_the_log_or_the_journal(
    world: LookupWorld, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        world.looks_up()
        world.press(Action.PRINT)
        world.run(1)
        world.press(Action.ANOTHER)
        world.press(Action.CANCEL)
        world.office.facts["sampark_status", GRIEVANCE] = replace(FACTS, as_of="yesterday")
        world.looks_up()
    said = caplog.text + "".join(map(str, written(world)))
    assert SECRET not in said and "कार्रवाई" not in said and GRIEVANCE not in said
    assert LookupShown("sampark_status") in written(world)
    assert not [row for row in written(world) if isinstance(row, rows.OrderCreated)]


def test_an_assertion_that_prints_its_values_tells_nothing() -> None:
    slip = FactsSlip(
        kiosk="tdr-0417", place="टोडारायसिंह", service="scheme", account=GRIEVANCE,
        lines=FACTS.lines, as_of=FACTS.as_of,
    )  # fmt: skip
    shown = ShowFacts("scheme", GRIEVANCE, FACTS.lines, FACTS.as_of)
    for value in (FACTS, FACTS.lines[0], FetchFacts("scheme", GRIEVANCE), shown, slip):
        assert SECRET not in repr(value)
        assert GRIEVANCE not in repr(value)


def test_the_machine_is_about_to_stop(world: LookupWorld) -> None:
    world.core.on_records("the disk is full")
    world.run(0.5)
    assert tile(world) == "tile.no_records"
    world.core.on_records("")
    world.run(0.5)
    world.looks_up()
    world.printer.is_there = False
    world.press(Action.PRINT)
    world.switches = {"mains_is_off": True, "battery_is_low": True}
    world.run(10)
    assert not world.core.may_halt(world.now), "a slip is on its way"
    world.run(40)
    assert world.facts.slip == "facts.slip.not_now"
    world.press(Action.FINISH)
    world.run(0.5)
    assert tile(world) == "tile.no_power"


def test_a_bill_after_a_lookup_is_paid_as_ever(world: LookupWorld) -> None:
    world.looks_up()
    world.press(Action.ANOTHER)
    world.press(Action.CHOOSE_SERVICE, "electricity")
    world.press(Action.ENTER, "210344001725")
    assert isinstance(world.screen.data, ShowBill)
    world.press(Action.PAY)
    world.run(1)
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    world.check_money()
    assert len(world.printer.papers) == 1


# --- deaths ------------------------------------------------------------------------------------


def test_core_dies_at_each_screen_and_the_same_one_comes_back(world: LookupWorld) -> None:
    world.to_number()
    world.crash()
    assert number(world).service == "sampark_status"
    world.office.is_slow = True
    world.press(Action.ENTER, GRIEVANCE)
    assert world.screen.data == Waiting("waiting.asking")
    world.office.is_slow = False
    world.crash()
    world.settle()
    before = world.facts
    world.crash()
    assert world.facts == before
    world.printer.is_there = False
    world.press(Action.PRINT)
    world.printer.is_there = True
    world.crash()
    assert world.facts == before, "the slip may be asked for again"
    world.press(Action.PRINT)
    world.run(1)
    assert world.facts.slip == "facts.slip.take"
    world.crash()
    assert world.facts.slip == "facts.slip.take"


def test_a_power_cut_leaves_nothing_of_it(world: LookupWorld) -> None:
    world.looks_up()
    world.power_cut()
    assert isinstance(world.screen.data, Attract)
    assert not world.has_secret()


def test_facts_of_a_service_that_a_release_took_away_are_not_shown(world: LookupWorld) -> None:
    world.looks_up()
    del world.catalogue.services["sampark_status"]
    world.crash()
    assert world.core.flow.visit.stage is Stage.ATTRACT


def test_what_is_in_ram_lacks_its_facts(world: LookupWorld) -> None:
    """Torn, or of another release: there is no such screen."""
    world.looks_up()
    kept = Snapshot.decode(world.core.flow.snapshot())
    world.crash_with(replace(kept, facts=None).encode())
    assert isinstance(world.screen.data, Attract)


class Short(Mortal, LookupWorld):
    """Dies, and is back."""


def a_slip(world: Short) -> None:
    world.looks_up(UNKNOWN)
    world.press(Action.ENTER, GRIEVANCE)
    world.press(Action.PRINT)
    world.run(2)
    world.press(Action.FINISH)


def check(world: Short) -> None:
    """Whatever was under way, nobody waits for it, and each job was printed once."""
    is_at_rest(world, 120)
    assert not world.has_secret()
    assert len(set(world.printer.printed)) == len(world.printer.printed) <= 1
    world.looks_up()
    assert world.facts.lines == FACTS.lines


def test_core_or_the_power_dies_after_each_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {"LookupMissed", "LookupShown", "PrintIntended", "Printed"}
    dies_after_each_commit(Short, a_slip, kinds, check, tmp_path, monkeypatch, 1)
