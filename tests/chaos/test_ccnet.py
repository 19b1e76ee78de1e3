"""The same kiosk with a CashCode acceptor: one section of kiosk.toml differs, the stories do not.

A seeded sample of the driver's deaths is tried in each, as with SSP.
"""

from __future__ import annotations

import random

import pytest

from firmware.demo.stage import TEMPLATE
from tests.chaos.runs import Run, carry_out_all, plan
from tests.chaos.test_every_point_in_memory import ENDS, alone

STORIES = (
    "exact",
    "several notes",
    "cancel, note moving in",
    "cancel after stack",
    "jam in the middle",
    "stacker full in the middle",
    "cash box pulled",
)
SAMPLE = 2  # deaths a story


@pytest.mark.chaos
@pytest.mark.parametrize("story", STORIES)
def test_no_paisa_is_lost_with_a_cashcode_acceptor(
    story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssp = 'family = "itl_ssp"'
    assert TEMPLATE.count(ssp) == 1
    with_ccnet = TEMPLATE.replace(ssp, 'family = "ccnet"')
    monkeypatch.setattr("tests.chaos.memory.TEMPLATE", with_ccnet)
    whole = alone(Run(story))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    of_driver = [run for run in plan(story, whole.points) if run.at and run.at.process == "notes"]
    results = list(carry_out_all(random.Random(story).sample(of_driver, SAMPLE)))
    assert [f"{result.run}: {result.faults}" for result in results if result.faults] == []
    assert all(result.has_struck for result in results)
