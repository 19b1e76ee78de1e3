"""The families that are installed: entry points, so that a new one touches no code of ours."""

from __future__ import annotations

import difflib
from importlib.metadata import entry_points
from typing import Any

from firmware.runtime.config import ConfigError


def find(group: str, family: str) -> Any:
    """The class behind `family` in `kiosk.drivers` or `kiosk.emulators`; raises ConfigError."""
    found = {point.name: point for point in entry_points(group=group)}
    if family not in found:
        near = difflib.get_close_matches(family, sorted(found), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(found))}"
        raise ConfigError(f"no family {family!r} in {group}; {hint}")
    return found[family].load()
