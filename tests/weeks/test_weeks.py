"""The weeks and the day after, in a small form; `make weeks` has the large one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.weeks.line import Weather
from tests.weeks.reckoning import MOST_GROWTH, disk, run

ORDERS = 40
SPEED = 20.0  # times as fast
STORMY = Weather(refuses_every=(30.0, 60.0))  # forty orders are posted in two minutes


def test_weeks_without_the_office_end_in_one_booking_each_in_the_order_of_the_receipts() -> None:
    """An order that the office breaks on, one that somebody paid at the counter, core and gateway
    killed on the way, answers lost, cut in the middle, and later than core waits."""
    with tempfile.TemporaryDirectory(prefix="weeks-", dir=disk()) as folder:
        outcome = run(Path(folder), ORDERS, SPEED, seed=7, weather=STORMY)
    assert outcome.faults() == []
    assert outcome.weeks.payments > len(outcome.weeks.unposted) == ORDERS
    befell = outcome.seen.befell
    assert all(befell.get(each) for each in ("cut before", "cut within", "slow", "sick", "stretch"))
    assert max(outcome.growth_kib.values()) < MOST_GROWTH
