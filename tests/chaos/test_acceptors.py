"""Every maker's note acceptor is the same to the rest of the kiosk: the stories do not change.

Whoever adds a family adds a row to acceptors.py. The stories are those of the whole kiosk; a
seeded sample of deaths is tried in each, as with SSP.
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict

import pytest

from firmware.demo.template import TEMPLATE
from tests.chaos.acceptors import OPTIONS, STANDARD, Fitting, with_acceptor
from tests.chaos.runs import Run, carry_out_all
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
TEMPLATE_IN_USE = TEMPLATE.format_map(defaultdict(int))  # the values do not matter here
SAMPLE = 2  # deaths of its driver, and as many of anybody, a story


OTHERS = [family for family in OPTIONS if family != STANDARD]


@pytest.mark.parametrize("family", OTHERS)
def test_one_section_of_the_configuration_is_all_that_differs(family: str) -> None:
    standard, other = (
        tomllib.loads(with_acceptor(TEMPLATE_IN_USE, each)) for each in (STANDARD, family)
    )
    assert other["device"].pop("notes")["family"] == family
    assert standard["device"].pop("notes")["family"] == STANDARD
    assert other == standard


@pytest.mark.chaos
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("family", OTHERS)
def test_no_paisa_is_lost_whoever_made_the_acceptor(family: str, story: str) -> None:
    whole = alone(Run(story, fitting=Fitting(notes=family)))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    planned = whole.deaths
    of_driver = [run for run in planned if run.at and run.at.process == "notes"]
    chance = random.Random(f"{family} {story}")
    runs = chance.sample(of_driver, SAMPLE) + chance.sample(planned, SAMPLE)
    results = list(carry_out_all(runs))
    assert [f"{result.run}: {result.faults}" for result in results if result.faults] == []
    assert all(result.has_struck for result in results)
