"""A coin whose driver was away over two visits belongs to who dropped it, not to who pays next."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from firmware.core.daemon import journal_path
from firmware.demo.account import account
from firmware.demo.citizen import Citizen
from firmware.journal import rows
from firmware.journal.journal import read_entries
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.runs import RAM, forked
from tests.chaos.visitor import Visit

AWAY = 60.0  # seconds


async def _two_visits(kiosk: Kiosk) -> list[str]:
    """The first citizen's coin falls while its driver is dead; the second one stands there when
    it is back. Returns the orders, then the order of the coin."""
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, "210344990001", kiosk.loop.time)
        await visit.is_open()
        await visit.to_cash()
        await visit.until(lambda: bool(visit.look("coins")["accepting"]))
        kiosk.kill("coins", AWAY)
        assert await visit.tries("coins", 1000)
        await visit.until(lambda: not visit.look("coins")["falling"])
        assert visit.look("coins")["in_box"] == {"1000": 1}
        await visit.cancels()
        await visit.goes_home()
        visit.k_number = "210344990002"
        await visit.to_cash()
        await visit.until(lambda: "coins" in kiosk.running, AWAY)
        await visit.until(lambda: account(kiosk.as_stage).journalled.paise == 1000, 15.0)
    written = [entry.row for entry in read_entries(journal_path(kiosk.config))]
    orders = [row.order for row in written if isinstance(row, rows.OrderCreated)]
    return orders + [str(row.order) for row in written if isinstance(row, rows.CoinCredited)]


def _run(_: int) -> list[str]:
    folder = tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM)
    with folder as place, kiosk_in(Path(place)) as kiosk:
        return kiosk.loop.run_until_complete(_two_visits(kiosk))


def test_a_coin_told_late_is_not_credited_to_the_next_citizen() -> None:
    with forked() as pool:
        first, second, *coins = pool.map(_run, [0])[0]
    if len(coins) != 1 or first == second:
        pytest.fail(f"the story went another way: {first}, {second}, {coins}", pytrace=False)
    assert coins == [first]
