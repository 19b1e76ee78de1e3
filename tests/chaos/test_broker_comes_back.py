"""The broker goes away and comes back, and again: nobody takes that for an order to end."""

from __future__ import annotations

import tempfile
from pathlib import Path

from firmware.demo.citizen import Citizen
from tests.chaos.memory import PROCESSES, Kiosk, kiosk_in
from tests.chaos.runs import RAM, forked
from tests.chaos.visitor import Visit

AWAY = 2.0  # seconds
BACK_WITHIN = 10.0  # seconds


async def _two_deaths(kiosk: Kiosk) -> list[int]:
    """How many are connected: before, and after each death."""
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, "210344990001", kiosk.loop.time)
        await visit.is_open()
        counted = [len(kiosk.broker.clients)]
        for _ in range(2):
            kiosk.broker.die()
            await visit.until(lambda: False, AWAY)
            kiosk.broker.is_up = True
            await visit.until(lambda: len(kiosk.broker.clients) >= counted[0], BACK_WITHIN)
            counted.append(len(kiosk.broker.clients))
    return counted


def _run(_: int) -> list[int]:
    folder = tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM)
    with folder as place, kiosk_in(Path(place)) as kiosk:
        return kiosk.loop.run_until_complete(_two_deaths(kiosk))


def test_everybody_connects_again_however_often_the_broker_dies() -> None:
    with forked() as pool:
        before, once, twice = pool.map(_run, [0])[0]
    assert before > len(PROCESSES), "the citizen's finger, too"
    assert (once, twice) == (before, before)
