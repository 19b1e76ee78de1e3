"""Real processes on the real bus kill themselves at points of the cash stories; all is accounted.

The points are those that test_every_point_in_memory.py tries one and all; here a seeded sample of
them shows that the kiosk in memory does not flatter. A point that the real timing does not come by
leaves its process alive: the table counts how many struck.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from firmware.contract.screen import Attract
from firmware.demo.account import Account, account
from firmware.demo.stage import Settings, Stage
from tests.chaos.cash_stories import CASH_STORIES
from tests.chaos.memory import PROCESSES, SPEED
from tests.chaos.points import Point
from tests.chaos.report import Tally
from tests.chaos.runs import Run, carry_out_all
from tests.chaos.test_kill_any_process import stage_of
from tests.chaos.visitor import Visit

ROOT = Path(__file__).parents[2]
SAMPLED_STORIES = ("exact", "over-payment")
POINTS_EACH, POINTS_EACH_IN_FULL = 1, 4  # of a process, a story
SETTLES_WITHIN = 60.0  # seconds


@asynccontextmanager
async def doomed(victim: str, armed: Path) -> AsyncIterator[Visit]:
    """A running kiosk; `victim` obeys the file `armed`."""
    path = os.pathsep.join([str(ROOT / "tests/chaos/crash"), str(ROOT)])
    environment = {victim: {"PYTHONPATH": path, "KIOSK_CRASH": str(armed)}}
    settings = Settings(speed=SPEED, has_ui=False, done=5.0, environment_of=environment)
    async with stage_of(settings) as (stage, citizen):
        yield Visit(stage, citizen, "", time.monotonic)


def points(victim: str, story: str, how_many: int) -> list[Point]:
    """A seeded sample of the points that the kiosk in memory comes by."""
    passed = next(carry_out_all([Run(story)])).points
    known = [point for point in passed if point.process == victim]
    return random.Random(f"{victim}/{story}").sample(known, min(how_many, len(known)))


def chosen(victim: str, is_full: bool) -> Iterator[tuple[str, Point]]:
    for story in CASH_STORIES if is_full else SAMPLED_STORIES:
        for point in points(victim, story, POINTS_EACH_IN_FULL if is_full else POINTS_EACH):
            yield story, point


async def settled(visit: Visit) -> Account:
    def is_settled() -> bool:
        return isinstance(visit.shown, Attract) and all(
            order.end and (order.reference or order.refusal or not order.is_paid)
            for order in account(visit.stage).orders
        )

    await visit.until(is_settled, SETTLES_WITHIN)
    return account(visit.stage)


def mend(stage: Stage, visit: Visit) -> None:
    """Whatever the story left broken."""
    stage.release("sandbox")
    for action in ("clear_jam", "replace_cash_box", "empty_stacker"):
        visit.hand("notes", action)
    visit.hand("receipt", "load_paper")


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("victim", PROCESSES)
async def test_a_process_that_kills_itself_loses_nothing(
    victim: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    is_full = request.config.getoption("--chaos") == "full"
    wanted, numbers = list(chosen(victim, is_full)), count(100)
    tally, armed = Tally(f"real processes: {victim}", len(wanted), len(wanted)), tmp_path / "armed"
    async with doomed(victim, armed) as visit:
        for story, point in wanted:
            visit.k_number = f"21034499{next(numbers):04d}"
            await visit.is_open()
            seen = len(account(visit.stage).orders)
            armed.with_suffix(".new").write_text(f"{point.kind}:{point.number}")
            armed.with_suffix(".new").rename(armed)
            await CASH_STORIES[story](visit)
            has_struck = not armed.exists()
            armed.unlink(missing_ok=True)
            mend(visit.stage, visit)
            found = await settled(visit)
            ends = tuple(str(order.end) for order in found.orders[seen:])
            tally.add(ends, has_struck, bool(found.faults()))
            assert found.faults() == [], f"{story}: {point}"
    tally.write()
    assert tally.struck or not is_full, "no process ever died"
