"""What the machine says of itself, read from the kernel's own files. A file that a board does not
have is a number that is not there.

    /sys/class/thermal/thermal_zone0/temp              thousandths of a degree
    /sys/devices/platform/soc/soc:firmware/get_throttled   bits of the Raspberry Pi's firmware
    /sys/block/mmcblk0/device/life_time                JEDEC eMMC 5.0: tenths of the life used
    /proc/net/wireless /proc/meminfo /proc/loadavg /proc/uptime
    /run/systemd/timesync/synchronized                 there once the clock was set
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from firmware.contract.health import Finding
from firmware.contract.machine import Machine

UNDERVOLTAGE, CAPPED, THROTTLED = 1 << 0, 1 << 1, 1 << 2  # raspberrypi.com, "get_throttled"
UNDERVOLTAGE_WAS = 1 << 16
FEW_MIB_OF_MEMORY = 64
FEW_MIB_OF_DISK = 256
WORN = 90  # percent of the life that the maker gives
PART = "machine"


class MachineFiles:
    """Reads below `root` (`/`); `state` is the folder whose disk matters."""

    def __init__(self, root: Path, state: Path) -> None:
        self._root, self._state = root, state

    def look(self) -> Machine:
        numbers = {name: value for name, value in self._numbers() if value is not None}
        return Machine(dict(sorted(numbers.items())))

    def _numbers(self) -> Iterator[tuple[str, float | None]]:
        yield "cpu_celsius", celsius(self._text("sys/class/thermal/thermal_zone0/temp"))
        firmware = self._text("sys/devices/platform/soc/soc:firmware/get_throttled")
        yield from throttling(firmware).items()
        yield "storage_worn_percent", worn(self._text("sys/block/mmcblk0/device/life_time"))
        yield "memory_free_mib", memory_free(self._text("proc/meminfo"))
        yield "load_1m", first_number(self._text("proc/loadavg"))
        yield "uptime_s", first_number(self._text("proc/uptime"))
        yield "wifi_dbm", signal(self._text("proc/net/wireless"))
        yield "disk_free_mib", self._disk_free()
        synchronized = self._root / "run/systemd/timesync/synchronized"
        yield "clock_is_set", float(synchronized.exists())

    def _text(self, name: str) -> str:
        try:
            return (self._root / name).read_text()
        except OSError:
            return ""

    def _disk_free(self) -> float | None:
        try:
            found = os.statvfs(self._state)
        except OSError:
            return None
        return float(found.f_bavail * found.f_frsize // 2**20)


def celsius(text: str) -> float | None:
    """`48312` is 48.3."""
    return round(int(text) / 1000, 1) if text.strip().lstrip("-").isdigit() else None


def throttling(text: str) -> dict[str, float]:
    """`50005`, hexadecimal: under voltage and throttled now, and both once since the start."""
    try:
        bits = int(text, 16)
    except ValueError:
        return {}
    return {
        "undervoltage": float(bool(bits & UNDERVOLTAGE)),
        "throttled": float(bool(bits & (CAPPED | THROTTLED))),
        "undervoltage_since_start": float(bool(bits & UNDERVOLTAGE_WAS)),
    }


def worn(text: str) -> float | None:
    """`0x01 0x03`: the worse of two kinds of cells, in tenths of their life, counted from 1; 0 is
    "not told"."""
    try:
        tenths = max(int(each, 16) for each in text.split())
    except ValueError:
        return None
    return None if tenths == 0 else min(100.0, tenths * 10.0)


def memory_free(text: str) -> float | None:
    """`MemAvailable` in MiB."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return float(int(value.split()[0]) // 1024)
    return None


def first_number(text: str) -> float | None:
    word = text.split(maxsplit=1)[:1]
    return float(word[0]) if word else None


def signal(text: str) -> float | None:
    """The level of the first wireless interface, in dBm."""
    for line in text.splitlines()[2:]:
        fields = line.split()
        if len(fields) > 3:
            return float(fields[3].rstrip("."))
    return None


def findings(machine: Machine, now: str) -> Iterator[Finding]:
    """What of it a person must look into; `now` is ISO 8601. Heat is the panel's to tell."""

    def number(name: str, otherwise: float) -> float:
        return machine.numbers.get(name, otherwise)

    if number("undervoltage", 0):
        yield Finding(PART, "machine.undervoltage", now, "below 4.63 V: the supply or its cable")
    if number("throttled", 0):
        yield Finding(PART, "machine.throttled", now, "slowed down by heat or voltage")
    if (free := number("disk_free_mib", FEW_MIB_OF_DISK)) < FEW_MIB_OF_DISK:
        yield Finding(PART, "machine.disk_low", now, f"{free:.0f} MiB left")
    if (memory := number("memory_free_mib", FEW_MIB_OF_MEMORY)) < FEW_MIB_OF_MEMORY:
        yield Finding(PART, "machine.memory_low", now, f"{memory:.0f} MiB left")
    if (life := number("storage_worn_percent", 0)) >= WORN:
        yield Finding(PART, "machine.storage_worn", now, f"{life:.0f} % of its life used")
