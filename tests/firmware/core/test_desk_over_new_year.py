"""The same story with a new year's first start in the middle of it, and without: one answer.

Whatever an operator is shown, prints or asks `kioskctl` for, whatever was collected and is inside.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from firmware.cli.__main__ import parser
from firmware.contract.device import CoinAccepted
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.core.daemon import journal_path
from firmware.journal import recovery
from firmware.journal.desk_rows import (
    BookingsCompared,
    CollectionClosed,
    CollectionDiffers,
    CountersDiffer,
    DayClosed,
    How,
)
from firmware.journal.past import archives, files_of, verify_all
from firmware.journal.recovery import open_journal
from firmware.journal.rows import AnyRow
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config, PathsSection
from tests.firmware.core.desk_world import TECHNICIAN_PIN, WRONG, DeskWorld
from tests.firmware.core.world import CONFIG
from tests.firmware.journal.year import dies_at

SUMS = (CollectionClosed, CollectionDiffers, BookingsCompared, CountersDiffer, DayClosed)


class Desk(DeskWorld):
    """A kiosk whose journal is opened as `kiosk-core` opens it; `turns` with the year, or never."""

    def __init__(self, state: Path, turns: bool) -> None:
        self.state, self.turns = state, turns
        folder = journal_path(self.as_config).parent
        folder.mkdir(parents=True)
        self.year = 2026
        super().__init__(folder)
        self.run(7)  # the acceptors are read

    @property
    def as_config(self) -> Config:
        return replace(CONFIG, paths=PathsSection(state=str(self.state)))

    def _boot(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            if not self.turns:
                patch.setattr(recovery, "turn_the_year", lambda journal, at: journal)
            self.journal = open_journal(self.path, self.clock.now(), "1", "boot")
        self.core = Core(Book(self.journal, self.clock), self.config, self.catalogue)
        self.core.start(self.serial, self.visit, self.now)
        self._tell_states()

    def new_year(self) -> None:
        """The first morning of it: mains are back, nobody has come yet."""
        self.year += 1
        self.clock.set(datetime(self.year, 1, 1, 6, 0, tzinfo=INDIA))
        self.power_cut()
        assert len(archives(self.path)) == (self.year - 2026 if self.turns else 0)

    def rests(self) -> None:
        """Everybody has gone, the office is there, the box is in."""
        self.office.is_up, self.box_is_out = True, False
        self.run(12)
        for _ in range(6):
            if isinstance(self.screen.data, Attract):
                return
            self.press(Action.FINISH)
            self.press(Action.CANCEL)
            self.run(70)
        raise AssertionError(self.screen.data)

    # --- what people do --------------------------------------------------------------------

    def drop_unseen(self, value: int) -> None:
        """Core dies with the coin on its way: its driver tells it to the next start."""
        coin = CoinAccepted(self.acceptors.new_id("SN2"), rupees(value), "")
        self.acceptors.coins[rupees(value)] += 1
        self.acceptors.untold[str(coin.id)] = ("coins", coin)

    def leaves_money_in(self) -> None:
        self.go_to_cash()
        self.insert(200)
        self.press(Action.CANCEL)

    def is_emptied(self, notes: int | None = None, coins: int | None = None) -> None:
        self.enter()
        self.collect(notes, coins)

    def is_emptied_while_the_office_is_away(self) -> None:
        """Nobody has compared its bookings when the year ends."""
        self.enter()
        self.task("collect")
        self.empty_box()
        self.task("emptied")
        self.office.is_up = False
        self.count(None)
        self.count(None)
        self.run(12)
        self.press(Action.FINISH)

    def closes_the_day(self) -> None:
        self.enter()
        self.task("report")
        self.task("close_day")
        self.run(2)

    def is_robbed(self) -> None:
        self.empty_box()
        self.run(5)

    def miscounts(self) -> None:
        self.miscount["notes"] += 1

    def wrong_pin(self) -> None:
        self.hold_padlock()
        if self.pin.key:
            self.type_pin(WRONG)

    def looks(self) -> None:
        self.hold_padlock()
        if self.pin.key:
            self.type_pin(TECHNICIAN_PIN)

    # --- what is asked ---------------------------------------------------------------------

    def of_kinds(self, *kinds: type[AnyRow]) -> list[AnyRow]:
        return [e.row for kind in kinds for e in self.journal.of_kind(kind)]  # type: ignore[misc]

    def sums(self) -> list[AnyRow]:
        """All rows of the desk; where they count from is another number in another file."""
        found = self.of_kinds(*SUMS)
        return [replace(row, since=0) if hasattr(row, "since") else row for row in found]

    def answers(self) -> dict[str, object]:
        desk, journal = self.core.flow.desk, self.journal
        self.hold_padlock()
        pin = (self.pin.problem, self.pin.minutes)
        self.press(Action.BACK)
        return {
            "sums": self.sums(),
            "money": (journal.credited_paise, journal.collected_paise, journal.inside_paise),
            "inside": desk.papers.expected,
            "day": desk.papers.figures(),
            "x": [paper.make(0) for paper in desk.papers.x_report("R. Meena")],
            "slips": [paper.make(0) for paper in desk.papers.last_slip()],
            "numbers": (desk.vault.next_collection, journal.next_order, journal.claims_count),
            "boxes": (desk.vault.box_is_out, desk.vault.open_collection is None),
            "alarms": desk.vault.alarms,
            "readings": desk.vault.readings(),
            "told": self.told,
            "pin": pin,
            "kioskctl": [self.kioskctl(*words) for words in ASKED],
        }

    def kioskctl(self, *words: str) -> list[object]:
        options: argparse.Namespace = parser().parse_args([*words, "--json"])
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = asyncio.run(options.run(self.as_config, options))
        found = json.loads(said.getvalue() or "[]")
        told = found if isinstance(found, list) else [found]
        return [code, *({**each, "since": 0} for each in told)]

    def check_money(self) -> None:
        """What was ever in is inside or in a collection; the rows say the same (M8)."""
        taken = sum(value.paise * count for value, count in self.taken.items())
        assert self.journal.credited_paise == self.acceptors.total_in + taken
        closed = [row for row in self.sums() if isinstance(row, CollectionClosed)]
        collected = sum(row.collected.paise for row in closed)
        inside = self.core.flow.desk.papers.expected.amount.paise
        assert collected + inside == self.journal.credited_paise
        assert inside == self.journal.inside_paise


ASKED = [("collections",), ("report",), *(("report", "--z", str(n)) for n in (1, 2, 3)),
         ("report", "--day", "2026-11-22"), ("report", "--day", "2027-01-01")]  # fmt: skip
ACTS: dict[str, Callable[[Desk], object]] = {
    "pays": Desk.pay,
    "leaves money in": Desk.leaves_money_in,
    "is emptied": Desk.is_emptied,
    "is emptied, and ten rupees lack": lambda world: world.is_emptied(440, 20),
    "is emptied while the office is away": Desk.is_emptied_while_the_office_is_away,
    "closes the day": Desk.closes_the_day,
    "is robbed": Desk.is_robbed,
    "counts one too many": Desk.miscounts,
    "wrong pin": Desk.wrong_pin,
    "looks": Desk.looks,
    "power cut": Desk.power_cut,
    "new year": Desk.new_year,
}


def told(story: list[str], turns: bool) -> tuple[dict[str, object], int]:
    """What a kiosk answers after a story, and how many files its journal has."""
    with tempfile.TemporaryDirectory() as folder:
        world = Desk(Path(folder), turns)
        for name in story:
            ACTS[name](world)
            world.rests()
            world.check_money()
        answers = world.answers()
        world.journal.close()
        assert len(list(verify_all(world.path))) == len(files_of(world.path))
        return answers, len(files_of(world.path))


HALF = st.lists(st.sampled_from([name for name in ACTS if name != "new year"]), max_size=5)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(before=HALF, between=HALF, after=HALF)
def test_the_desk_answers_as_if_no_year_had_ended(
    before: list[str], between: list[str], after: list[str]
) -> None:
    story = ["pays", *before, "new year", *between, "new year", *after]
    (with_turns, files), (without, one) = told(story, True), told(story, False)
    assert (files, one) == (3, 1)
    for question, answer in without.items():
        assert with_turns[question] == answer, question


STORIES = {
    "money inside, and a day that is not closed": ["pays", "new year", "pays"],
    "its pieces are counted after the new year": [
        "pays", "new year", "pays", "is emptied, and ten rupees lack"],
    "emptied at the very end": ["pays", "is emptied", "new year", "pays", "is emptied"],
    "nothing was ever collected in two years": [
        "pays", "new year", "pays", "new year", "is emptied"],
    "bookings are compared after it": [
        "pays", "is emptied", "pays", "is emptied while the office is away", "new year", "looks"],
    "robbed before it, found after it": ["pays", "is robbed", "new year", "pays", "is emptied"],
    "days before and after it": [
        "pays", "closes the day", "pays", "new year", "pays", "closes the day", "closes the day"],
    "tries at the lock count on": ["looks", *["wrong pin"] * 4, "new year"],
    "tries at the lock, and nobody was ever let in": ["pays", *["wrong pin"] * 4, "new year"],
    "a count that went wrong over night": ["pays", "counts one too many", "new year", "looks"],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_a_story_over_the_new_year(story: str) -> None:
    (with_turns, files), (without, _) = told(STORIES[story], True), told(STORIES[story], False)
    assert files > 1
    assert with_turns == without


# --- what stands open when the year ends ------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> Desk:
    world = Desk(tmp_path, turns=True)
    world.pay()
    world.rests()
    return world


def closings(world: Desk) -> list[tuple[int, How, int]]:
    closed = [row for row in world.sums() if isinstance(row, CollectionClosed)]
    return [(row.number, row.how, row.collected.paise) for row in closed]


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_collection_that_the_mains_ended_is_closed_in_the_new_year(
    world: Desk, is_taken: bool
) -> None:
    world.enter()
    world.task("collect")
    if is_taken:
        world.empty_box()
    world.new_year()
    how = How.INTERRUPTED if is_taken else How.CANCELLED
    assert closings(world) == [(1, how, 47000 if is_taken else 0)]
    world.rests()
    world.check_money()
    world.pay()
    world.rests()
    world.is_emptied()
    assert closings(world)[1:] == [(2, How.COLLECTED, 47000 if is_taken else 94000)]
    world.check_money()


def test_a_box_that_is_out_over_the_new_year_is_out_after_it(world: Desk) -> None:
    world.pull_box()
    world.new_year()
    assert world.core.flow.desk.vault.box_is_out
    assert "₹470.00 inside" in world.core.flow.desk.vault.alarms["till.box_pulled"]
    world.push_box()
    world.is_emptied()
    assert len(world.last_closed.pulled) == 2  # panel and acceptor
    assert world.last_closed.inside_when_pulled == rupees(470)


def test_a_coin_of_the_old_year_that_is_told_in_the_new_one_is_in_one_collection(
    world: Desk,
) -> None:
    world.is_emptied()
    world.rests()
    world.drop_unseen(5)
    world.new_year()
    world.run(5)
    world.rests()
    world.is_emptied()
    assert [paise for _, _, paise in closings(world)] == [47000, 500]
    world.check_money()


def test_the_mains_fail_at_every_step_of_the_turn_and_the_desk_knows_what_is_inside(
    world: Desk,
) -> None:
    world.is_emptied()
    world.rests()
    world.pay()
    world.rests()
    world.journal.close()
    kept = {file: file.read_bytes() for file in world.path.parent.iterdir() if file.is_file()}
    step, turned, at = 0, set[int](), datetime(2027, 1, 1, 6, 0, tzinfo=INDIA)
    world.clock.set(at)
    while True:
        step += 1
        world.journal.close()
        for file in world.path.parent.iterdir():
            file.unlink()
        for file, content in kept.items():
            file.write_bytes(content)
        if not dies_at(world.path, step, lambda path: open_journal(path, at, "1", "boot")):
            break
        turned.add(len(archives(world.path)))
        world.power_cut()
        world.check_money()
        papers = world.core.flow.desk.papers
        assert [pieces.count for pieces in papers.expected.notes] == [2, 1], f"step {step}"
        assert papers.figures().notes == rupees(900)
        assert (world.core.flow.desk.vault.next_collection, len(papers.last_slip())) == (2, 2)
    assert turned == {0, 1}
    assert step > 12
