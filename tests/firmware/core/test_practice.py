"""Practice beside the real machine: no money, two rows, and no longer than nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.cli.practice import Beginning
from firmware.contract.command import StartPractice, StopPractice
from firmware.contract.device import Outcome, Reply
from firmware.contract.gateway import GatewayState
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Press, Services, Tile, Trouble
from firmware.contract.teach import HOW_TO_PAGES, HowTo, Practice
from firmware.core.elsewhere import try_at
from firmware.core.leash import LEASH
from firmware.core.teaching import LONGEST, READY_WITHIN
from firmware.journal.practice_rows import PracticeBegan, PracticeEnded
from firmware.runtime.config import PracticeSection
from firmware.till.effects import Effect, Practise
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.world import World

NEIGHBOURS = [{"hi": "भासू", "en": "Bhasu"}]


@pytest.fixture
def world(tmp_path: Path) -> World:
    found = World(tmp_path)
    found.run(1)
    return found


def begin(world: World, by: str = "S. Gurjar") -> None:
    assert world.core.on_command(StartPractice(by)).outcome is Outcome.DONE
    world.run(1)
    assert isinstance(world.screen.data, Practice)


def ends(world: World) -> list[str]:
    found = [entry.row for entry in world.journal.of_kind(PracticeEnded)]
    return [row.why for row in found if isinstance(row, PracticeEnded)]


def kinds(world: World) -> list[str]:
    return [type(entry.row).__name__ for entry in world.journal.entries()]


class Leashed(World):
    """Remembers what the daemon was told to do with the leash."""

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Practise):
            self.leash = [*getattr(self, "leash", []), effect.is_on]
        super().carry_out(effect)


def test_play_money_came_into_the_journal(world: World) -> None:
    before = kinds(world)
    begin(world)
    world.core.flow.teaching.on_word("ready")
    for note in (500, 100):
        world.acceptors.insert_note(rupees(note))
    world.run(30)
    assert world.acceptors.leases == {}
    assert world.acceptors.total_in == 0
    world.press(Action.FINISH)
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert kinds(world)[len(before) :] == ["PracticeBegan", "PracticeEnded"]
    assert ends(world) == ["pressed"]
    began = world.journal.last_of(PracticeBegan)
    assert began is not None
    assert began.row == PracticeBegan("S. Gurjar")


def test_a_practice_that_did_not_come_up_left_its_screen_for_ever(world: World) -> None:
    begin(world)
    world.run(READY_WITHIN + 1)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.cause == "trouble.practice_late"
    world.press(Action.FINISH)
    assert isinstance(world.screen.data, Attract)
    assert ends(world) == ["late"]


@pytest.mark.parametrize("is_ready", [True, False])
def test_a_practice_that_dies_is_told_and_the_real_machine_is_back(
    world: World, is_ready: bool
) -> None:
    begin(world)
    if is_ready:
        world.core.flow.teaching.on_word("ready")
    world.core.flow.teaching.on_word("")
    world.run(1)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.cause == "trouble.practice_lost"
    world.run(60)
    assert isinstance(world.screen.data, Attract)


def watched(world: World, seconds: float) -> Reply | None:
    """What `kioskctl practice start` says after so long."""
    reply, beginning = world.core.on_command(StartPractice("S. Gurjar")), Beginning(world.now)
    assert reply.outcome is Outcome.DONE, "the wish is good; what comes of it nobody knows"
    until, found = world.now + seconds, None
    while found is None and world.now < until:
        world.run(0.5)
        beginning.hear(world.screen.data, world.now)
        found = beginning.look(world.now)
    return found


def test_a_desk_that_nobody_leaves_begins_no_practice_and_it_is_said(tmp_path: Path) -> None:
    """The wish was granted, forgotten after five seconds, and reported as done."""
    world = DeskWorld(tmp_path)
    world.run(1)
    world.enter()
    found = watched(world, 20.0)
    assert found is not None and found.outcome is Outcome.REFUSED
    assert found.detail.startswith("nothing began")
    assert PracticeBegan.__name__ not in kinds(world)


def test_a_practice_that_does_not_come_up_is_not_reported_as_done(world: World) -> None:
    found = watched(world, 30.0)
    assert found is not None and found.outcome is Outcome.REFUSED
    assert found.detail == "practice ended before it was ready: trouble.practice_late"


def test_a_practice_that_stands_there_is_done(world: World) -> None:
    reply, beginning = world.core.on_command(StartPractice("S. Gurjar")), Beginning(world.now)
    world.run(1)
    beginning.hear(world.screen.data, world.now)
    assert reply.outcome is Outcome.DONE and beginning.look(world.now) is None
    world.core.flow.teaching.on_word("ready")
    world.run(1)
    beginning.hear(world.screen.data, world.now)
    assert beginning.look(world.now) == Reply(Outcome.DONE, "practice is on")


@pytest.mark.parametrize("word", ["idle", "alone"])
def test_nobody_practises_any_more(world: World, word: str) -> None:
    begin(world)
    world.core.flow.teaching.on_word("ready")
    assert isinstance(world.screen.data, Practice)
    assert world.screen.data.is_ready
    world.core.flow.teaching.on_word(word)
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert ends(world) == [word]


def test_the_mains_fail_while_somebody_practises(world: World) -> None:
    begin(world)
    world.switches["mains_is_off"] = True
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert ends(world) == ["mains_off"]


def test_a_fault_of_a_real_device_ends_it_and_one_of_before_does_not(world: World) -> None:
    world.acceptors.jam = True
    world.run(1)
    begin(world)
    world.run(5)
    assert isinstance(world.screen.data, Practice)
    world.printer.has_paper = False
    world.run(1)
    assert ends(world) == ["receipt.paper.end"]


def test_practice_is_not_for_a_whole_morning(world: World) -> None:
    begin(world)
    world.core.flow.teaching.on_word("ready")
    world.run(LONGEST + 1)
    assert ends(world) == ["long"]


def test_practice_never_comes_between_a_citizen_and_his_bill(world: World) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert world.core.on_command(StartPractice("S. Gurjar")).outcome is Outcome.REFUSED
    world.run(1)
    assert not isinstance(world.screen.data, Practice)


def test_citizens_practise_only_where_the_kiosk_says_so(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.run(1)
    assert Action.PRACTISE not in world.screen.actions
    world.config = replace(world.config, practice=PracticeSection(citizens_may=True))
    world.crash()
    world.run(1)
    world.press(Action.PRACTISE)
    world.run(1)
    assert isinstance(world.screen.data, Practice)
    began = world.journal.last_of(PracticeBegan)
    assert began is not None
    assert began.row == PracticeBegan("citizen")


def test_core_dies_while_somebody_practises(world: World) -> None:
    """Its leash broke with it: practice is over, and the journal says so."""
    begin(world)
    world.crash()
    world.run(1)
    assert isinstance(world.screen.data, Attract)
    assert ends(world) == ["restarted"]
    world.crash()
    assert ends(world) == ["restarted"]


def test_the_technician_stops_it(world: World) -> None:
    begin(world)
    assert world.core.on_command(StopPractice("S. Gurjar")).outcome is Outcome.DONE
    world.run(1)
    assert ends(world) == ["stopped"]


def test_the_leash_is_held_once_and_let_go_once(tmp_path: Path) -> None:
    world = Leashed(tmp_path)
    world.run(1)
    begin(world)
    world.press(Action.FINISH)
    world.run(1)
    assert world.leash == [True, False]


def test_the_operator_lets_somebody_practise(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path)
    world.run(1)
    world.enter()
    world.task("practise")
    world.run(1)
    assert isinstance(world.screen.data, Practice)
    began = world.journal.last_of(PracticeBegan)
    assert began is not None
    assert began.row == PracticeBegan("R. Meena")


# --- how this is used ---------------------------------------------------------------------------


def test_the_pictures_go_on_and_back_and_leave_by_themselves(world: World) -> None:
    world.press(Action.HOW_TO)
    seen = []
    while Action.NEXT_PAGE in world.screen.actions:
        assert isinstance(world.screen.data, HowTo)
        seen.append(world.screen.data.picture)
        world.press(Action.NEXT_PAGE)
    assert [*seen, HOW_TO_PAGES[-1]] == list(HOW_TO_PAGES)
    world.press(Action.PREVIOUS_PAGE)
    assert isinstance(world.screen.data, HowTo)
    assert world.screen.data.page == len(HOW_TO_PAGES) - 1
    world.press(Action.CHOOSE_LANGUAGE, "en")
    assert isinstance(world.screen.data, HowTo)
    world.run(46)
    assert isinstance(world.screen.data, Attract)


# --- elsewhere ----------------------------------------------------------------------------------


def test_what_is_off_here_is_said_with_where_it_may_be_tried(tmp_path: Path) -> None:
    world = World(tmp_path)
    kiosk = replace(world.config.kiosk, neighbours=NEIGHBOURS)
    world.config = replace(world.config, kiosk=kiosk)
    world.crash()
    world.run(1)
    world.core.on_gateway_state(GatewayState(is_online=False), world.now)
    assert world.screen.try_at == NEIGHBOURS


def test_what_works_or_is_still_to_come_sends_nobody_away() -> None:
    tiles = [Tile("bills", "lightning"), Tile("papers", "file-text", "tile.not_yet")]
    assert try_at(Services(tiles), NEIGHBOURS) == []
    assert try_at(Services([*tiles, Tile("status", "x", "tile.no_paper")]), NEIGHBOURS * 9) != []
    assert len(try_at(Services([Tile("status", "x", "tile.no_paper")]), NEIGHBOURS * 9)) == 2


def test_an_old_press_on_practice_is_dropped(world: World) -> None:
    begin(world)
    world.core.on_press(Press(world.screen.serial + 7, Action.FINISH), world.now)
    world.run(1)
    assert isinstance(world.screen.data, Practice)


def test_the_leash_is_a_name_below_the_run_folder() -> None:
    assert "/" not in LEASH
