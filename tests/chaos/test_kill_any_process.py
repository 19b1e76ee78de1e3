"""Any process is killed at any step of the electricity visit, and every paisa is accounted for.

One stage a process; at each visit the kill strikes at another step, at a seeded moment of it.
The citizen does what people do: presses again, puts a returned note in again.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from firmware.contract.screen import Attract
from firmware.demo.account import Account, account
from firmware.demo.citizen import Citizen, StoryFailed
from firmware.demo.stage import Settings, Stage
from firmware.demo.story import electricity_cash

SPEED = 6.0  # of the devices: a note takes a tenth of a second
LONGEST_DELAY = 0.5  # seconds into a step at which the kill strikes
VICTIMS = ("broker", "core", "notes", "coins", "receipt", "panel", "gateway", "health", "sandbox")
SETTLES_WITHIN = 40.0  # seconds


@asynccontextmanager
async def stage_of(settings: Settings) -> AsyncIterator[tuple[Stage, Citizen]]:
    """A running kiosk with a citizen, in a folder short enough for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder, Stage(Path(folder), settings) as s:
        async with Citizen(s) as citizen:
            yield s, citizen


async def visit(stage: Stage, citizen: Citizen, k_number: str, victim: str, at: str) -> None:
    """One visit; `victim` dies somewhere in the step `at`."""
    chance = random.Random(f"{victim}/{at}")
    for name, step in electricity_cash(k_number).items():
        if name == at:
            delay = chance.uniform(0, LONGEST_DELAY)
            strike = asyncio.create_task(_kill(stage, victim, delay))
            await step(citizen)
            await strike
        else:
            await step(citizen)


async def _kill(stage: Stage, victim: str, delay: float) -> None:
    await asyncio.sleep(delay)
    await asyncio.to_thread(stage.kill, victim)


async def settled(stage: Stage, citizen: Citizen) -> Account:
    """Wait until nobody is at the kiosk and every order is closed and posted."""
    await citizen.sees(Attract, SETTLES_WITHIN)
    for _ in range(round(SETTLES_WITHIN / 0.1)):
        result = account(stage)
        if all(order.end and (order.reference or not order.is_paid) for order in result.orders):
            break
        await asyncio.sleep(0.1)
    return result


@pytest.mark.chaos
@pytest.mark.parametrize("victim", VICTIMS)
async def test_the_visit_goes_on_and_no_paisa_is_lost(victim: str) -> None:
    steps = list(electricity_cash())
    async with stage_of(Settings(speed=SPEED, has_ui=False)) as (stage, citizen):
        for count, at in enumerate(steps):
            try:
                await visit(stage, citizen, f"21034499{count:04d}", victim, at)
            except StoryFailed as failure:
                logs = (stage.folder / "logs" / f"{victim}.log").read_text()[-2000:]
                pytest.fail(f"{victim} killed in {at!r}: {failure}\n{logs}")
        result = await settled(stage, citizen)
    assert result.faults() == []
    assert len(result.orders) >= len(steps)
    assert result.posted == result.journalled - result.orphans
