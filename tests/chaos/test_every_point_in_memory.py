"""Every cash story, and a death at every point of it: not a paisa is lost or created (M1 to M11).

The kiosk is the real one on virtual time (memory.py). A run of the tests kills core after every
write of its journal, and a process, the broker and the mains at a seeded sample of the points;
`make chaos` tries them all.
"""

from __future__ import annotations

import random

import pytest

from firmware.journal.journal import Journal
from tests.chaos.cash_stories import CASH_STORIES
from tests.chaos.memory import DEEDS
from tests.chaos.points import KINDS
from tests.chaos.report import Tally
from tests.chaos.runs import Result, Run, carry_out_all
from tests.chaos.wiring import Wire

SAMPLE = 2  # points of a story for each deed, beside every write of the journal
SAYS_EVERY = 200  # runs
ENDS = {
    "cancel, note moving in": ("cancelled",),
    "cancel after stack": ("claimed",),
    "cancel, a little in": ("claimed",),
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
    picked = [run for run in writes if run.deed == "process"]
    chance = random.Random(story)
    for deed in DEEDS:
        picked += chance.sample([run for run in runs if run.deed == deed], SAMPLE)
    return picked


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("story", CASH_STORIES)
def test_no_paisa_is_lost_whoever_dies_wherever(
    story: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = alone(Run(story))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    tallies, faulty = {deed: tally_of(whole, deed) for deed in DEEDS}, list[str]()
    is_full = request.config.getoption("--chaos") == "full"
    for tried, result in enumerate(carry_out_all(chosen(whole.deaths, story, is_full)), 1):
        tally = tallies[result.run.deed]
        tally.add(result.ends, result.has_struck, bool(result.faults))
        faulty += [f"{result.run}: {result.faults}"] if result.faults else []
        if tried % SAYS_EVERY == 0:
            with capsys.disabled():
                print(f"\n{tally}", flush=True)  # noqa: T201
    for tally in tallies.values():
        tally.write()
    assert faulty == []
    for tally in tallies.values():
        assert tally.struck == tally.tried, "a point is reached again: the kiosk is deterministic"


def tally_of(whole: Result, deed: str) -> Tally:
    points = sum(point.kind.startswith(DEEDS[deed]) for point in whole.points)
    return Tally(
        f"{whole.run.story}: {deed}", points, sum(run.deed == deed for run in whole.deaths)
    )


def test_a_point_of_every_kind_is_on_the_way() -> None:
    """Guards the wrapping: a point that is never passed would prove nothing."""
    kinds = {point.kind for point in alone(Run("exact")).points}
    assert kinds == set(KINDS)


def test_a_death_between_booking_and_answer_is_worth_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the choice of deaths: what only the office knows makes another moment of it.

    Without the polls that happen to be on a wire while the bill is fetched: they make one, too.
    """
    monkeypatch.setattr(Wire, "unread", lambda wire: [])
    runs = [run for run in alone(Run("exact")).deaths if run.deed == "process" and run.at]
    of_gateway = [run.at for run in runs if run.at and run.at.process == "gateway"]
    answers = [at.number for at in of_gateway if at.kind == "http.after"]
    assert answers == [2], "the bill is asked twice for nothing; posting is not"


def test_deaths_that_leave_the_same_behind_are_tried_once() -> None:
    whole = alone(Run("exact"))
    assert len({(run.deed, run.at) for run in whole.deaths}) == len(whole.deaths)
    assert len(whole.deaths) < len(whole.points)
    writes = [p for p in whole.points if p.kind.endswith(".after") and p.kind[0] in "jl"]
    tried = [run.at for run in whole.deaths if run.deed == "process"]
    assert set(writes) <= set(tried), "after every write there is something new on disk"


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
    runs = [run for run in whole.deaths if run.at and run.at.process == "notes"]
    assert any(result.faults for result in carry_out_all(runs[::4]))
