"""One kiosk with a window for each way to press; who presses is the test's parameter."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.stories.kiosk import Kiosk
from tests.window.hands import Hands, SixFingers, WindowStage

ALL = "KIOSK_STORIES"  # in the environment: every service, and not one of each kind
WAYS = {"touch": Hands, "keys": SixFingers}
# Everything that a kiosk can have, quicker than life, and more patient with a loaded machine.
FACTS = {
    "speed": 24, "has_laser": True, "has_reader": True, "cards_by": "evolis",
    "screen": 60, "cash": 60, "warning": 5, "done": 60,
}  # fmt: skip
K_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def stage(way: str) -> Iterator[WindowStage]:
    """A kiosk of its own: nobody's bill is paid twice. Not tmp_path: too long for unix sockets."""
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
        WindowStage(Path(folder), **FACTS) as stage,
    ):
        yield stage


@pytest.fixture
async def kiosk(way: str, stage: WindowStage) -> AsyncIterator[Kiosk]:
    """Ready for a visit, and put right after it."""
    k_number = f"21034499{next(K_NUMBERS):04d}"
    async with Kiosk(stage, k_number, WAYS[way](stage)) as kiosk:
        await kiosk.is_ready()
        yield kiosk
        await kiosk.put_right()
