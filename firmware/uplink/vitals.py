"""Numbers of the machine for `up/health`: what can be had without a privilege, and cheaply."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")  # thousandths of a degree
MIB = 1024 * 1024


def vitals(state_folder: Path) -> dict[str, float]:
    """By name; what a machine has not is left out."""
    return dict(_found(state_folder))


def free_mib(folder: Path) -> int:
    """Under `folder`, or where it will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // MIB


def _found(state_folder: Path) -> Iterator[tuple[str, float]]:
    yield "disk_free_mib", free_mib(state_folder)
    yield "uptime_s", round(time.clock_gettime(time.CLOCK_BOOTTIME))
    with suppress(OSError, ValueError):
        yield "cpu_celsius", int(THERMAL.read_text(encoding="ascii")) / 1000
    pages = os.sysconf("SC_AVPHYS_PAGES")  # sysinfo(2), where /proc is not to be seen
    if pages > 0:
        yield "memory_free_mib", pages * os.sysconf("SC_PAGE_SIZE") // MIB
