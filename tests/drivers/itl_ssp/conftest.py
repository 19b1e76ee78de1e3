"""A started acceptor in each story: of present firmware, and of old."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from tests.drivers.itl_ssp.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def old_stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, NoteAcceptorEmulator(supports_poll_ack=False))
