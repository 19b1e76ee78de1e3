"""A panel's bench for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.panel.emulator import PanelEmulator
from tests.drivers.panel.rig import Rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path / "bench.sock", "panel", PanelEmulator())
    await rig.start()
    yield rig
    await rig.stop()
