"""Every cash story, and a death at every point of it: not a paisa is lost or created (M1 to M11).

The kiosk is the real one on virtual time (memory.py). A run of the tests kills core after every
write of its journal, and everybody at a seeded sample of the other points; `make chaos` tries them
all.
"""

from __future__ import annotations

import random

import pytest

from firmware.journal.journal import Journal
from tests.chaos.cash_stories import CASH_STORIES
from tests.chaos.points import KINDS
from tests.chaos.report import Tally
from tests.chaos.runs import Result, Run, carry_out_all, plan

SAMPLE = 4  # points of a story, beside every write of the journal
SAYS_EVERY = 200  # runs
ENDS = {
    "cancel, note moving in": ("cancelled",),
    "cancel after stack": ("claimed",),
    "jam in the middle": ("claimed",),
    "stacker full in the middle": ("claimed",),
    "cash box pulled": ("claimed",),
    "two orders": ("fulfilled", "claimed"),
    "slip pays a bill": ("claimed", "fulfilled"),
}  # without a death; the rest end fulfilled


def alone(run: Run) -> Result:
    return next(carry_out_all([run]))


def chosen(runs: list[Run], story: str, is_full: bool) -> list[Run]:
    if is_full:
        return runs
    writes = [run for run in runs if run.at and run.at.kind == "journal.after"]
    of_core = [run for run in writes if run.deed == "process"]
    return of_core + random.Random(story).sample(runs, SAMPLE)


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("story", CASH_STORIES)
def test_no_paisa_is_lost_whoever_dies_wherever(
    story: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = alone(Run(story))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    planned = list(plan(Run(story), whole.points))
    tally, faulty = Tally(story, len(planned)), list[str]()
    runs = chosen(planned, story, request.config.getoption("--chaos") == "full")
    for result in carry_out_all(runs):
        tally.add(result.ends, result.has_struck, bool(result.faults))
        faulty += [f"{result.run}: {result.faults}"] if result.faults else []
        if tally.tried % SAYS_EVERY == 0:
            with capsys.disabled():
                print(f"\n{tally}", flush=True)  # noqa: T201
    tally.write()
    assert faulty == []
    assert tally.struck == tally.tried, "every point is reached again: the kiosk is deterministic"


def test_a_point_of_every_kind_is_on_the_way() -> None:
    """Guards the wrapping: a point that is never passed would prove nothing."""
    kinds = {point.kind for point in alone(Run("exact")).points}
    assert kinds == set(KINDS)


def test_a_credit_that_is_not_written_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the account: a journal that swallows one row is a fault in it."""
    inner = Journal.append

    def forgetful(journal: Journal, at: object, *rows: object) -> str:
        kept = [row for row in rows if type(row).__name__ != "CoinCredited"]
        return inner(journal, at, *kept) if kept else "2026-11-22T10:00:00.000+05:30"  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", forgetful)
    assert any("inside" in fault for fault in alone(Run("coins and notes")).faults)


def test_an_acknowledgement_before_the_write_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the crash: with the ledger's write taken away (M2), some death must lose money."""
    monkeypatch.setattr("firmware.runtime.slots.Slots.write", lambda slots, content: None)
    whole = alone(Run("exact"))
    runs = [run for run in plan(Run("exact"), whole.points) if run.at and run.at.process == "notes"]
    assert any(result.faults for result in carry_out_all(runs[::4]))
