"""SIGKILL at every kind of screen: the next window shows the same one, pixel by pixel.

It is started again as systemd does (`Restart=always`, `RestartSec=200ms` of the units). All kinds:
`make stories`; `make bench` says how long it takes to come back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import get_args

import pytest

from firmware.contract.screen import ScreenData
from tests.bench.window import bare_start
from tests.ui.test_process import Stage
from ui import samples

ALL = "KIOSK_STORIES"  # in the environment: at every kind
log = logging.getLogger(__name__)

RESTARTS_AFTER = 0.2  # seconds; RestartSec= of systemd/system/kiosk-.service.d
AIM = 3.0  # seconds until the citizen sees his money again


def kinds() -> dict[str, ScreenData]:
    """One document of each type that the bus may carry, by its name."""
    found: dict[str, ScreenData] = {}
    for data in (*samples.main_screens().values(), *samples.ways_to_pay().values(),
                 samples.PART, samples.trouble("back_end_down", 200, "screen")):  # fmt: skip
        found.setdefault(type(data).__name__, data)
    return found


WITH_MONEY = ("InsertCash", "Offer", "Trouble")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    try:
        await stage.start()
        yield stage
    finally:
        await stage.stop()


async def comes_back(stage: Stage, serial: int) -> float:
    """Kill, start again; the seconds from the kill until that document is in pixels."""
    drawn, began = len(stage.serials()), time.monotonic()
    stage.process.kill()
    stage.process.wait()
    await asyncio.sleep(RESTARTS_AFTER)
    stage.process = stage._spawn()
    await stage.until(lambda: serial in stage.serials()[drawn:])
    return time.monotonic() - began


async def test_a_citizen_whose_screen_died_saw_other_money(stage: Stage) -> None:
    shown = kinds()
    names = shown if os.environ.get(ALL) else WITH_MONEY
    took = []
    for serial, name in enumerate(names, 1):
        await stage.show(samples.screen(shown[name], serial=serial))
        before = await stage.photograph(f"{serial}-{name}.png")
        (stage.folder / f"{serial}-{name}.png").unlink()
        took.append(await comes_back(stage, serial))
        after = await stage.photograph(f"{serial}-{name}.png")
        assert after.tobytes() == before.tobytes(), f"{name} is drawn otherwise"
    bare = await asyncio.to_thread(bare_start)  # beside it, on the same busy machine
    log.info("back after %.1f s of %.0f; Kivy alone takes %.1f s", median(took), AIM, bare)


def test_every_kind_of_document_has_a_sample_to_be_killed_at() -> None:
    known = {each.__name__ for each in get_args(ScreenData)}
    assert known - kinds().keys() == set()
