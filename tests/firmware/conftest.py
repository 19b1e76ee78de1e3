"""The broker that a test's daemons meet on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.demo.broker import Broker
from firmware.runtime.config import Config


@pytest.fixture
def broker(config: Config, tmp_path: Path) -> Iterator[Broker]:
    """Of the module's own `config`."""
    with Broker(config, tmp_path) as broker:
        yield broker
