"""What must be there before money and at every note (M5): power, disk, room in the stacker."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action, Attract, Done, Hint, InsertCash, Press, Trouble
from firmware.core.disk import LOOK_EVERY, DiskWatch
from firmware.core.floor import NOTES_OF_A_VISIT
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def mains_off(world: World) -> None:
    world.switches = {"mains_is_off": True, "battery_is_low": False}


def battery_low(world: World) -> None:
    world.switches = {"mains_is_off": True, "battery_is_low": True}


def disk_full(world: World) -> None:
    world.core.on_records("/var/lib/kiosk: expected 64 MiB free, got 3")


Mishap = Callable[[World], None]
BEFORE: list[tuple[Mishap, str, str]] = [
    (mains_off, "trouble.mains_off", "tile.no_power"),
    (battery_low, "trouble.battery_low", "tile.no_power"),
    (disk_full, "trouble.records", "tile.no_records"),
]


@pytest.mark.parametrize(("happens", "cause", "tile"), BEFORE)
def test_no_payment_begins_and_the_tile_says_why(
    world: World, happens: Mishap, cause: str, tile: str
) -> None:
    happens(world)
    world.run(0.5)
    screen = world.screen.data
    assert isinstance(screen, Attract)
    assert (screen.tiles[0].why_not, screen.cash_is_possible) == (tile, False)
    world.core.flow.on_press(Press(0, Action.CHOOSE_SERVICE, "electricity"), world.now)
    assert isinstance(world.screen.data, Attract)


@pytest.mark.parametrize(("happens", "cause", "tile"), BEFORE)
def test_it_happened_while_the_bill_was_read(
    world: World, happens: Mishap, cause: str, tile: str
) -> None:
    world.go_to_bill()
    happens(world)
    world.run(0.5)
    world.press(Action.PAY)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert (trouble.cause, trouble.safe) == (cause, ZERO)
    assert world.journal.length == 0


@pytest.mark.parametrize("happens", [battery_low, disk_full])
def test_it_happened_between_two_notes(world: World, happens: Mishap) -> None:
    world.go_to_cash()
    world.insert(200)
    happens(world)
    world._tell_states()
    world.insert(100)
    assert world.acceptors.given_back == {rupees(100): 1}
    world.run(12)
    trouble = world.screen.data
    assert isinstance(trouble, Trouble)
    assert trouble.safe == rupees(200)
    world.check_money()


def test_the_mains_fail_in_a_visit_and_a_good_battery_carries_it_to_its_end(world: World) -> None:
    world.go_to_cash()
    world.insert(200)
    mains_off(world)
    for note in (200, 50, 20):
        world.insert(note)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    world.check_money()


def test_a_low_battery_on_mains_is_only_charging(world: World) -> None:
    world.switches = {"mains_is_off": False, "battery_is_low": True}
    world.run(0.25)
    world.go_to_cash()
    assert world.acceptors.leases.keys() == {"notes", "coins"}


def test_power_that_is_back_in_a_moment_is_waited_for(world: World) -> None:
    world.go_to_cash()
    battery_low(world)
    world.run(3)
    world.switches = {}
    world.run(1)
    world.insert(200)
    assert world.acceptors.in_box == {rupees(200): 1}


class OnlyNotes(World):
    def drop_coins(self) -> None:
        self.core.on_device_unknown("coins")

    def run(self, seconds: float) -> None:
        super().run(seconds)
        self.drop_coins()

    def _tell_states(self) -> None:
        super()._tell_states()
        self.drop_coins()


def test_a_stacker_without_room_for_a_visit_is_emptied_between_two_visits(tmp_path: Path) -> None:
    world = OnlyNotes(tmp_path)
    world.go_to_cash()
    world.stacker_room = NOTES_OF_A_VISIT - 1
    world.insert(200)
    assert world.acceptors.in_box == {rupees(200): 1}  # this visit still fits
    for note in (200, 50, 20):
        world.insert(note)
    world.run(3)
    world.press(Action.FINISH)
    world.run(0.5)
    screen = world.screen.data
    assert isinstance(screen, Attract)
    assert screen.tiles[0].why_not == "tile.no_cash"
    assert world.core.floor.obstacle_before() == "trouble.stacker_full"


def test_the_last_place_in_the_stacker_is_gone_in_the_middle(tmp_path: Path) -> None:
    world = OnlyNotes(tmp_path)
    world.go_to_cash()
    world.stacker_room = 0
    world._tell_states()
    world.insert(200)
    assert world.acceptors.given_back == {rupees(200): 1}
    assert world.core.floor.obstacle() == "trouble.stacker_full"


def test_a_full_stacker_leaves_the_coins(world: World) -> None:
    world.stacker_room = 0
    world.go_to_cash()
    assert world.acceptors.leases.keys() == {"coins"}
    screen = world.screen.data
    assert isinstance(screen, InsertCash)
    assert (screen.notes, screen.hint) == ([], Hint("cash.only_coins"))


# --- the disk ---------------------------------------------------------------------------------


def test_the_disk_is_asked_at_intervals_and_says_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, asked = [100], 0

    def statvfs(_: Path) -> SimpleNamespace:
        nonlocal asked
        asked += 1
        return SimpleNamespace(f_bavail=free[0] * 256, f_frsize=4096, f_flag=0)

    monkeypatch.setattr(os, "statvfs", statvfs)
    watch = DiskWatch(tmp_path, 64)
    assert watch.look(0.0) == ""
    free[0] = 63
    assert watch.look(LOOK_EVERY - 0.1) == ""
    assert watch.look(LOOK_EVERY) == f"{tmp_path}: expected 64 MiB free, got 63"
    assert asked == 2
    free[0] = 64
    assert watch.look(2 * LOOK_EVERY) == ""


def test_a_card_that_turned_read_only_is_seen_before_a_note_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a worn memory card does: the file system protects itself, and writes fail."""
    found = SimpleNamespace(f_bavail=10**6, f_frsize=4096, f_flag=os.ST_RDONLY)
    monkeypatch.setattr(os, "statvfs", lambda _: found)
    assert DiskWatch(tmp_path, 64).look(0.0) == f"{tmp_path}: read-only"


def test_a_folder_that_is_away_is_no_room(tmp_path: Path) -> None:
    assert "No such file" in DiskWatch(tmp_path / "gone", 1).look(0.0)


def test_a_real_disk_is_read(tmp_path: Path) -> None:
    assert DiskWatch(tmp_path, 1).look(0.0) == ""
    assert "expected 999999999 MiB" in DiskWatch(tmp_path, 999_999_999).look(0.0)
