"""A lookup is over, or core dies in it: nothing of it is left, and the same screen comes back."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.facts import FetchFacts, ShowFacts
from firmware.contract.screen import (
    Action,
    Attract,
    Services,
    ShowBill,
    Waiting,
)
from firmware.core.snapshot import Snapshot
from firmware.core.visit import Stage
from firmware.documents.facts import FactsSlip
from firmware.journal import rows
from firmware.journal.lookup_rows import LookupShown
from tests.firmware.core.deaths import Mortal, dies_after_each_commit, is_at_rest
from tests.firmware.core.lookup_world import (
    FACTS,
    GRIEVANCE,
    SECRET,
    UNKNOWN,
    LookupWorld,
    number,
    tile,
    written,
)


@pytest.fixture
def world(tmp_path: Path) -> LookupWorld:
    world = LookupWorld(tmp_path)
    world.run(0.5)
    return world


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
    world.office.is_silent = True
    world.press(Action.ENTER, GRIEVANCE)
    assert world.screen.data == Waiting("waiting.asking")
    world.office.is_silent = False
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
