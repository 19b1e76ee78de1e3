"""A coin is of the session under whose lease it fell, however late its driver hears of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drivers.cctalk.emulator import INDIAN_COINS
from firmware.contract.device import CoinAccepted, CreditsLost, Lease
from firmware.contract.money import Money
from tests.drivers.cctalk.stage import SlowTill, Stage

STEPS = [step * 0.05 for step in range(16)]  # seconds; a coin falls in 0.15 and is read in 0.4


def lease_of(session: str) -> Lease:
    return Lease(session, 5.0, [Money(paise) for paise in INDIAN_COINS.values()])


def sessions(stage: Stage) -> list[tuple[int, str]]:
    told = stage.till.journal.values()
    return [(e.value.paise, e.session) for e in told if isinstance(e, CoinAccepted)]


def stage_of_first(folder: Path) -> Stage:
    return Stage(folder, till=SlowTill(lease_of("first")))


def dies(stage: Stage, away: float, then: str) -> None:
    """The driver's process is gone for a while; the next one finds another lease."""
    stage.unplug()
    stage.till.lease = None
    stage.wait(away)
    stage.till.lease = lease_of(then)
    stage.start_driver()
    stage.plug()


def passes_on(stage: Stage, session: str) -> None:
    stage.till.lease = lease_of(session)
    stage.device.on_lease(stage.till.lease)


@pytest.mark.parametrize("away", [0.1, 2.0, 60.0])
@pytest.mark.parametrize("dies_after", STEPS)
def test_the_driver_was_away_while_the_next_citizen_came(
    tmp_path: Path, dies_after: float, away: float
) -> None:
    stage = stage_of_first(tmp_path)
    stage.hand("insert", paise=1000)
    stage.wait(dies_after)
    dies(stage, away, then="second")
    stage.wait(3.0)
    stage.hand("insert", paise=500)
    stage.wait(1.0)
    assert sessions(stage) == [(1000, "first"), (500, "second")]


@pytest.mark.parametrize("passes_after", STEPS)
def test_one_lease_follows_the_other_while_a_coin_falls(
    tmp_path: Path, passes_after: float
) -> None:
    stage = stage_of_first(tmp_path)
    stage.hand("insert", paise=1000)
    stage.wait(passes_after)
    passes_on(stage, "second")
    stage.wait(3.0)
    stage.hand("insert", paise=500)
    stage.wait(1.0)
    is_back = stage.physics["returned"].get("1000", 0)  # the gate shut before it
    assert sessions(stage) == [(1000, "first"), (500, "second")][is_back:]


@pytest.mark.parametrize("seed", range(20))
def test_coins_are_pushed_in_all_the_while(tmp_path: Path, seed: int) -> None:
    """Nobody waits for anything: sessions, deaths and coins in any order; none changes hands.

    A coin that enters while the machine's lease is X, or a moment after, is X's or is given back.
    """
    chance = random.Random(seed)
    stage = stage_of_first(tmp_path)
    entered: dict[int, str] = {}
    values = iter(INDIAN_COINS.values())
    for number in range(4):
        session = f"session {number}"
        if chance.random() < 0.5:
            passes_on(stage, session)
            stage.wait(chance.uniform(2.0, 3.0))
        else:
            dies(stage, chance.choice([0.1, 0.5, 5.0]), then=session)
            stage.wait(3.0)
        value = next(values)
        before = stage.physics["returned"].get(str(value), 0)
        stage.hand("insert", paise=value)
        stage.wait(chance.uniform(0.0, 0.5))
        if stage.physics["returned"].get(str(value), 0) == before:
            entered[value] = session
    stage.wait(5.0)
    in_box = {int(paise) for paise in stage.physics["in_box"]}
    assert dict(sessions(stage)) == {v: s for v, s in entered.items() if v in in_box}


def test_a_loss_is_told_with_the_session_that_suffered_it(tmp_path: Path) -> None:
    stage = stage_of_first(tmp_path)
    stage.unplug()
    for _ in range(6):
        stage.hand("insert", paise=500)
        stage.wait(0.02)
    stage.till.lease = lease_of("second")
    stage.wait(0.5)
    stage.plug()
    stage.wait(4.0)
    lost = [e.session for e in stage.till.journal.values() if isinstance(e, CreditsLost)]
    assert lost == ["first"]
    assert sessions(stage) == [(500, "first")] * 5
