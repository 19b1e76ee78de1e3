"""One running stage for the stories of a module; each story has its own K number."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from firmware.demo.stage import Settings, Stage
from tests.stories.kiosk import Kiosk

# Six times as fast as life; patient enough that no screen goes away on a loaded machine.
SETTINGS = Settings(speed=6, has_ui=False, screen=30, cash=30, warning=5, done=30)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A kiosk that runs, with the module's own SETTINGS where it has some."""
    settings: Settings = getattr(request.module, "SETTINGS", SETTINGS)
    # Not tmp_path: its names are too long for unix sockets.
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
        Stage(Path(folder), settings) as stage,
    ):
        yield stage


@pytest.fixture(scope="module")
def k_numbers() -> Iterator[str]:
    return (f"21034499{count:04d}" for count in itertools.count(1))


@pytest.fixture
async def kiosk(stage: Stage, k_numbers: Iterator[str]) -> AsyncIterator[Kiosk]:
    """Ready for a visit, and put right after it."""
    async with Kiosk(stage, next(k_numbers)) as kiosk:
        await kiosk.is_ready()
        yield kiosk
        await kiosk.put_right()
