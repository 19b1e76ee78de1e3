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
STEPS = list(electricity_cash())


@asynccontextmanager
async def stage_of(settings: Settings) -> AsyncIterator[tuple[Stage, Citizen]]:
    """A running kiosk with a citizen, in a folder short enough for unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder, Stage(Path(folder), settings) as s:
        async with Citizen(s) as citizen:
            yield s, citizen


async def visit(
    stage: Stage, citizen: Citizen, k_number: str, victim: str, at: str, seed: int
) -> None:
    """One visit; `victim` dies somewhere in the step `at`."""
    delay = random.Random(f"{victim}/{at}/{seed}").uniform(0, LONGEST_DELAY)
    for name, step in electricity_cash(k_number).items():
        strike = asyncio.create_task(_kill(stage, victim, delay)) if name == at else None
        await step(citizen)
        if strike is not None:
            await strike


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
async def test_the_visit_goes_on_and_no_paisa_is_lost(victim: str, chaos_seed: int) -> None:
    async with stage_of(Settings(speed=SPEED, has_ui=False)) as (stage, citizen):
        for count, at in enumerate(STEPS):
            try:
                await visit(stage, citizen, f"21034499{count:04d}", victim, at, chaos_seed)
            except StoryFailed as failure:
                pytest.fail(f"{victim} killed in {at!r}: {failure}\n{last_words(stage)}")
        result = await settled(stage, citizen)
    assert result.faults() == []
    assert len(result.orders) >= len(STEPS)
    assert result.posted == result.journalled - result.orphans


@pytest.mark.chaos
async def test_a_killed_screen_shows_the_same_visit_again(tmp_path: Path, chaos_seed: int) -> None:
    """The UI dies in every step; after each death it draws the screen that core shows."""
    frames = tmp_path / "frames"
    pixels = {"SDL_VIDEODRIVER": "offscreen", "KIOSK_FRAME_LOG": str(frames)}
    async with stage_of(Settings(speed=SPEED, environment=pixels)) as (stage, citizen):
        for count, at in enumerate(STEPS):
            await visit(stage, citizen, f"21034499{count:04d}", "ui", at, chaos_seed)
            await drawn(frames, citizen)
        result = await settled(stage, citizen)
    assert result.faults() == []
    assert result.posted == result.journalled


async def drawn(frames: Path, citizen: Citizen) -> None:
    """Wait until the screen that core shows is the one in pixels."""
    for _ in range(round(SETTLES_WITHIN / 0.1)):
        if citizen.screen is not None and last_drawn(frames) == citizen.screen.serial:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{citizen.screen} was never drawn, but {last_drawn(frames)}")


def last_drawn(frames: Path) -> int | None:
    """The serial of the last frame: the UI adds `<serial> <time>` a frame to this file."""
    lines = frames.read_text().splitlines() if frames.exists() else []
    return int(lines[-1].split()[0]) if lines else None


def last_words(stage: Stage) -> str:
    """The end of every log: what a technician would read first."""
    logs = sorted((stage.folder / "logs").iterdir())
    return "\n".join(f"--- {log.name}\n{log.read_text()[-1500:]}" for log in logs)
