"""The same kiosk with a coin changer in the place of the coin acceptor: the stories, and change.

One section of kiosk.toml differs. A note that exceeds the bill enters where the tubes can give the
rest back; what was put in before a cancel comes back, if it is little.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest

from firmware.contract.money import ZERO, Money, rupees
from tests.chaos.acceptors import Fitting
from tests.chaos.memory import kiosk_in
from tests.chaos.runs import Run, carry_out_all, forked, tell
from tests.chaos.test_every_point_in_memory import alone

ENDS = {
    "coins and notes": ("fulfilled",),
    "change": ("fulfilled",),
    "cancel, a little in": ("cancelled",),
}
CHANGER = Fitting(coins="mdb_coins")


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", ENDS)
def test_no_paisa_is_lost_whoever_dies_beside_a_changer(story: str) -> None:
    """One death of its driver, one of core after a write, one of anybody."""
    whole = alone(Run(story, fitting=CHANGER))
    assert (whole.faults, whole.ends) == ([], ENDS[story])
    planned = whole.deaths
    of_driver = [run for run in planned if run.at and run.at.process == "coins"]
    of_core = [run for run in planned if run.at and run.at.kind == "journal.after"]
    chance = random.Random(story)
    runs = [chance.choice(group) for group in (of_driver, of_core, planned)]
    results = list(carry_out_all(runs))
    assert [f"{result.run}: {result.faults}" for result in results if result.faults] == []
    assert all(result.has_struck for result in results)


def tray(story: str) -> tuple[Money, Money, int]:
    """Of the order: change and advance; and the paise that came out. Ends with its process."""
    with tempfile.TemporaryDirectory() as place, kiosk_in(Path(place), fitting=CHANGER) as kiosk:
        (order,) = kiosk.loop.run_until_complete(tell(kiosk, story)).orders
        paid = kiosk.bench().look("coins")["paid_out"]
    out = sum(int(paise) * count for paise, count in paid.items())
    return order.changed, order.advance, out


@pytest.mark.parametrize(("story", "due"), [("change", 30), ("cancel, a little in", 25)])
def test_the_coins_lie_in_the_tray(story: str, due: int) -> None:
    with forked() as pool:
        assert pool.apply(tray, (story,)) == (rupees(due), ZERO, due * 100)
