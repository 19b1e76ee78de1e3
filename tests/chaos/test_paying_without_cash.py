"""UPI and cards, and a death at every write and at a sample of the other points (M2, M3, M7)."""

from __future__ import annotations

import pytest

from tests.chaos.cashless_stories import CASHLESS_STORIES
from tests.chaos.memory import DEEDS
from tests.chaos.runs import Run, carry_out_all
from tests.chaos.test_every_point_in_memory import alone, chosen, tally_of

ENDS = {"upi late": ("claimed",), "card line dead after authorise": ("cancelled",)}


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("story", CASHLESS_STORIES)
def test_no_paisa_is_lost_on_its_way_to_the_office(
    story: str, request: pytest.FixtureRequest
) -> None:
    whole = alone(Run(story))
    assert whole.faults == []
    assert whole.ends == ENDS.get(story, ("fulfilled",))
    tallies, faulty = {deed: tally_of(whole, deed) for deed in DEEDS}, list[str]()
    is_full = request.config.getoption("--chaos") == "full"
    for result in carry_out_all(chosen(whole.deaths, story, is_full)):
        tallies[result.run.deed].add(result.ends, result.has_struck, bool(result.faults))
        faulty += [f"{result.run}: {result.faults}"] if result.faults else []
    for tally in tallies.values():
        tally.write()
    assert faulty == []
    assert all(tally.struck == tally.tried for tally in tallies.values())
