"""700 machines stood dark in an election, for a picture of a politician on their screens."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.content.shelf import Look
from firmware.contract.command import CoreCommand
from firmware.contract.content import ConductSet, SetConduct
from firmware.contract.screen import Action, Done
from firmware.journal.occasion_rows import ConductChanged
from firmware.till.effects import Say
from tests.firmware.core.desk_world import TECHNICIAN_PIN, DeskWorld
from tests.firmware.core.occasion_world import MINISTER, SLOGAN, OccasionWorld, manifest, words_in
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> OccasionWorld:
    world = OccasionWorld(tmp_path)
    world.look = Look(manifest(1))
    world.run(1)
    return world


def moves(world: World) -> list[ConductChanged]:
    rows = [entry.row for entry in world.journal.of_kind(ConductChanged)]
    return [row for row in rows if isinstance(row, ConductChanged)]


def version(world: OccasionWorld) -> int:
    shown = world.first.content
    return 0 if shown is None else shown.version


def pays(world: OccasionWorld) -> None:
    world.go_to_cash()
    for value in (200, 200, 50, 20):
        world.insert(value)
    world.until(lambda: isinstance(world.screen.data, Done))


def takes_the_poster(world: OccasionWorld) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "poster")
    world.run(20)


def test_the_district_is_on_screen_receipt_and_poster(world: OccasionWorld) -> None:
    shown = world.first.content
    assert shown is not None and shown.slogan is not None
    assert (shown.version, shown.slogan.hi) == (1, SLOGAN)
    assert (shown.logo, shown.banner) == ("1/logo.png", "1/banner.png")
    pays(world)
    assert MINISTER in world.papers[-1]
    world.press(Action.FINISH)
    takes_the_poster(world)
    assert MINISTER in world.papers[-1] and "Poster(" in world.papers[-1]
    world.check_money()


def test_with_the_switch_on_nothing_of_it_is_anywhere(world: OccasionWorld) -> None:
    world.conduct(True)
    everything = [world.seen()]
    world.go_to_cash()
    for value in (200, 200, 50, 20):
        world.insert(value)
        everything.append(world.seen())
    world.until(lambda: isinstance(world.screen.data, Done))
    everything.append(world.seen())
    world.press(Action.FINISH)
    takes_the_poster(world)
    everything += [world.seen(), *world.papers]
    assert len(world.papers) == 2, "a receipt and a poster"
    assert words_in("\n".join(everything)) == []
    world.conduct(False)
    world.press(Action.FINISH)
    world.run(1)
    assert version(world) == 1, "it is reversible"


def test_it_is_put_on_while_the_receipt_is_being_paid_for(world: OccasionWorld) -> None:
    """At once, and not after the visit: the paper would be there for ever."""
    world.go_to_cash()
    world.insert(200)
    world.conduct(True)
    for value in (200, 50, 20):
        world.insert(value)
    world.until(lambda: isinstance(world.screen.data, Done))
    assert words_in(world.papers[-1]) == []


def test_it_holds_after_core_died_and_after_a_power_cut(world: OccasionWorld) -> None:
    world.conduct(True)
    world.crash()
    world.run(1)
    assert version(world) == 0
    world.power_cut()
    world.run(1)
    assert version(world) == 0


def test_it_holds_for_a_pack_that_is_installed_later(world: OccasionWorld) -> None:
    world.conduct(True)
    world.look = Look(manifest(2, "नया नारा"))
    world.run(1)
    assert version(world) == 0
    assert "नया नारा" not in world.seen()
    world.conduct(False)
    world.run(1)
    assert version(world) == 2


def test_it_is_on_record_once_and_told(world: OccasionWorld) -> None:
    world.conduct(True)
    world.conduct(True)
    row = ConductChanged(True, "A. Sharma", "order 14")
    assert [entry.row for entry in world.journal.of_kind(ConductChanged)] == [row]
    world.run(0.25)
    assert world.said.count(Say(ConductSet(True, "A. Sharma", "order 14"))) == 1
    said = world.core.flow.occasions.content.conduct.said
    assert said == "2026-11-22 10:00 A. Sharma: order 14"


def test_the_journal_was_lost_in_the_weeks_before_an_election(
    world: OccasionWorld, tmp_path: Path
) -> None:
    world.conduct(True)
    world.journal.close()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    world.power_cut()
    world.run(1)
    assert world.journal.of_kind(ConductChanged) == []
    assert version(world) == 0


def test_the_small_file_is_torn_and_the_journal_is_lost(
    world: OccasionWorld, tmp_path: Path
) -> None:
    """Nobody knows how it stood: a slogan too few is no harm."""
    world.conduct(True)
    world.conduct(False)
    world.journal.close()
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    for name in ("conduct", "conduct.previous"):
        (tmp_path / name).write_bytes(b"torn")
    world.power_cut()
    world.run(1)
    assert version(world) == 0
    assert "nobody knows" in world.core.flow.occasions.content.conduct.said


@pytest.mark.parametrize("was_on", [True, False])
def test_the_power_went_between_row_and_file(world: OccasionWorld, was_on: bool) -> None:
    world.conduct(True)
    if not was_on:
        world.conduct(False)
    world.core.book.write(ConductChanged(not was_on, "A. Sharma", "order 15"))
    world.power_cut()
    world.run(1)
    assert (version(world) == 0) is not was_on, "the row came first, and counts"


def test_a_new_pack_waits_until_the_citizen_has_gone(world: OccasionWorld) -> None:
    world.go_to_cash()
    world.look = Look(manifest(2, "नया नारा"))
    world.insert(200)
    held = world.core.floor.occasion.content
    assert held is not None and held.version == 1
    for value in (200, 50, 20):
        world.insert(value)
    world.until(lambda: isinstance(world.screen.data, Done))
    world.press(Action.FINISH)
    world.run(0.5)
    assert version(world) == 2


def test_a_pack_that_is_over_leaves_the_kiosks_own_words(world: OccasionWorld) -> None:
    world.look = Look(None, "content 1 was valid until 2026-12-31")
    world.run(1)
    assert version(world) == 0
    assert world.core.flow.occasions.content.why == "content 1 was valid until 2026-12-31"


def test_the_operator_switches_it_at_the_kiosk(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path)
    world.run(1)
    world.enter()
    world.task("conduct_on")
    row = moves(world)[-1]
    assert (row.is_on, row.reason) == (True, "at the kiosk")
    assert row.by
    assert "conduct_off" in [task.id for task in world.desk.tasks]
    world.task("conduct_off")
    assert moves(world)[-1].is_on is False


def test_whoever_only_looks_may_put_it_on_and_not_off(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path)
    world.run(1)
    world.enter(TECHNICIAN_PIN)
    world.task("conduct_on")
    off = next(task for task in world.desk.tasks if task.id == "conduct_off")
    assert off.why_not == "desk.not_your_role"
    world.press(Action.CHOOSE_TASK, "conduct_off")
    assert [row.is_on for row in moves(world)] == [True]


def test_a_command_without_a_reason_is_no_command() -> None:
    raw = b'{"type":"SetConduct","is_on":false,"by":"A. Sharma","reason":""}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=CoreCommand)
    assert SetConduct(False, "A. Sharma", "counted").reason == "counted"
