"""A started acceptor in each story: one that repeats its credits, and one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.ccnet.emulator import NoteAcceptorEmulator
from tests.drivers.ccnet.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def forgetful(tmp_path: Path) -> Stage:
    return Stage(tmp_path, NoteAcceptorEmulator(repeats_credit=False))
