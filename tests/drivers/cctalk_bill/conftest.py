"""A started validator in each story."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers.cctalk_bill.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)
