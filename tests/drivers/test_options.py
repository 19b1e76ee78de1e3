"""A misspelt option of any family is an error that names it, and is not left out in silence."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from drivers.base.registry import find
from firmware.contract.device import Kind
from firmware.runtime.config import ConfigError, DeviceSection

FAMILIES = sorted(entry_points(group="kiosk.drivers").names)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_option_that_nobody_reads_is_an_error(tmp_path: Path, family: str) -> None:
    section = DeviceSection(family, Kind.NOTES, "/dev/null", {"retires": 3})
    with pytest.raises(ConfigError, match="retires"):
        find("kiosk.drivers", family)("notes", section, tmp_path)
