"""A citizen takes the list of services and fees home: free, and not the last sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.document import DocumentFailed
from firmware.contract.screen import (
    Action,
    Attract,
    ScreenData,
    Services,
    Trouble,
    Waiting,
)
from firmware.contract.screen_ends import PosterOut
from firmware.core.poster_desk import GIVE_UP_AFTER, KEPT_SHEETS, MOST_A_DAY
from firmware.core.visit import Stage
from firmware.documents.sheet import Poster
from firmware.journal import rows
from firmware.journal.paper_rows import PosterAsked
from firmware.till.effects import Effect, LayOut
from tests.firmware.core.paper_world import PaperWorld
from tests.firmware.core.world import World

DAY = 86_400.0  # seconds


class PosterWorld(PaperWorld):
    def __init__(self, folder: Path) -> None:
        self.laid_out: list[LayOut] = []
        super().__init__(folder)

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, LayOut):
            self.laid_out.append(effect)
        super().carry_out(effect)

    def ask(self) -> None:
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        self.press(Action.CHOOSE_SERVICE, "poster")

    def take(self) -> None:
        self.ask()
        self.until(lambda: isinstance(self.screen.data, PosterOut))
        self.press(Action.FINISH)

    def why_not(self) -> str | None:
        self.press(Action.CHOOSE_LANGUAGE, "hi")
        why = self.tiles["poster"]
        self.press(Action.CANCEL)
        return why

    def kinds(self) -> list[str]:
        return [type(entry.row).__name__ for entry in self.journal.entries()]


@pytest.fixture
def world(tmp_path: Path) -> PosterWorld:
    world = PosterWorld(tmp_path)
    world.run(1)
    return world


def shows(world: PosterWorld, data: ScreenData) -> bool:
    return world.screen.data == data


def test_a_citizen_takes_the_list_home(world: PosterWorld) -> None:
    world.ask()
    assert shows(world, Waiting("waiting.printing_poster"))
    assert world.screen.actions == [Action.CHOOSE_LANGUAGE, Action.TEXT_SIZE]
    world.until(lambda: isinstance(world.screen.data, PosterOut))
    assert shows(world, PosterOut(1))
    paper = world.laid_out[0].ticket
    assert isinstance(paper, Poster)
    assert paper.rates is not None, "of the table in force"
    assert world.pages.tray == ["A4 1"]
    assert world.kinds() == ["PosterAsked", "PrintIntended", "Printed"]
    world.press(Action.ANOTHER)
    assert isinstance(world.screen.data, Services)
    assert world.pages.spooled == {}
    world.check_money()


def test_children_press_the_picture_all_day(world: PosterWorld) -> None:
    for _ in range(MOST_A_DAY):
        assert world.why_not() is None
        world.take()
        world.run(1)
    assert world.why_not() == "tile.poster_tomorrow"
    world.ask()
    assert world.core.flow.visit.stage is Stage.SERVICES, "a press that was on its way"
    world.press(Action.CANCEL)
    world.crash()
    world.run(1)
    assert world.why_not() == "tile.poster_tomorrow", "a restart gives no more of them"
    assert len(world.pages.tray) == MOST_A_DAY
    world.clock.advance(DAY)
    world.run(1)
    assert world.why_not() is None


def test_the_last_sheets_are_for_papers_that_are_paid_for(world: PosterWorld) -> None:
    world.pages.sheets = KEPT_SHEETS
    world.run(1)
    assert world.why_not() is None
    world.pages.sheets = KEPT_SHEETS - 1
    world.run(1)
    assert world.why_not() == "tile.no_paper"
    world.pages.sheets, world.pages.is_there = 250, False
    world.run(1)
    assert world.why_not() == "tile.no_printer"


def test_a_kiosk_without_a_page_printer_does_not_speak_of_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.run(1)
    shown = world.screen.data
    assert isinstance(shown, Attract)
    assert "poster" not in [tile.service for tile in shown.tiles]
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "poster")
    assert isinstance(world.screen.data, Services)


@pytest.mark.parametrize("after", range(8))
def test_core_dies_while_the_list_is_printed_and_there_is_one_list(
    world: PosterWorld, after: int
) -> None:
    world.ask()
    world.run(0.25 * after)
    world.crash()
    world.until(lambda: isinstance(world.screen.data, PosterOut))
    assert world.pages.tray == ["A4 1"]
    assert world.kinds().count("PosterAsked") == 1
    assert world.kinds().count("Printed") == 1


def test_core_dies_between_the_row_of_the_end_and_the_next_screen(world: PosterWorld) -> None:
    world.ask()
    world.run(0.25)
    kept = world.core.flow.snapshot()
    world.until(lambda: isinstance(world.screen.data, PosterOut))
    job = world.core.flow.visit.proof
    world.crash_with(kept)
    world.until(lambda: isinstance(world.screen.data, PosterOut))
    assert (world.core.flow.visit.proof, world.pages.tray) == (job, ["A4 1"])
    assert world.kinds().count("Printed") == 1


def test_the_laser_stops_and_nobody_waits_for_ever(world: PosterWorld) -> None:
    world.ask()
    world.until(lambda: world.pages.open is not None)
    world.pages.is_jammed = True
    world.run(GIVE_UP_AFTER)
    shown = world.screen.data
    assert isinstance(shown, Trouble) and shown.cause == "trouble.no_poster"
    assert not shown.safe and Action.AGAIN not in world.screen.actions
    world.pages.is_jammed = False
    world.press(Action.FINISH)
    world.run(10)
    assert world.pages.tray == [], "nothing comes out before the next citizen"


def test_the_printer_says_no_at_once(world: PosterWorld) -> None:
    world.ask()
    world.pages.is_jammed = True
    world.run(0.5)
    job = world.core.flow.visit.proof
    world.core.on_device_event("page", DocumentFailed(job, 0, "page.jam"), world.now)
    world.until(lambda: isinstance(world.screen.data, Trouble))
    assert world.kinds() == ["PosterAsked", "PrintIntended", "PrintFailed"]
    assert isinstance(world.journal.of_kind(PosterAsked)[0].row, PosterAsked)
    assert isinstance(world.journal.of_kind(rows.PrintFailed)[0].row, rows.PrintFailed)
