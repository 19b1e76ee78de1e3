"""How bright the panel is: the kernel's own file for its lamp (sysfs, ABI class/backlight).

An HDMI screen has none; then its own buttons are all there is, and nothing is done here.
"""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger("ui")

LAMPS = Path("/sys/class/backlight")


def set_brightness(percent: int, lamps: Path = LAMPS) -> int:
    """Every lamp of this machine to `percent` of what it can; how many there are."""
    found = sorted(lamps.iterdir()) if lamps.is_dir() else []
    for lamp in found:
        try:
            most = int((lamp / "max_brightness").read_text())
            level = max(1, most * percent // 100)  # at 0 some lamps go out
            (lamp / "brightness").write_text(f"{level}\n")
        except (OSError, ValueError) as error:
            log.error("%s: cannot be set to %d %%: %s", lamp, percent, error)
    return len(found)
