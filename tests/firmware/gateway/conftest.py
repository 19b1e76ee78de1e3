"""A sandbox on a port, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.gateway.bad_day import Day
from tests.firmware.gateway.running_sandbox import RunningSandbox


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with RunningSandbox(tmp_path / "sandbox") as sandbox:
        day = Day(sandbox)
        yield day
        day.close()
