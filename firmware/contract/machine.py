"""The computer in the kiosk: what it measures of itself."""

from __future__ import annotations

import msgspec


class Machine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Retained by health. `numbers` by name and unit, as far as this board has them:

    cpu_celsius, load_1m, memory_free_mib, disk_free_mib, storage_worn_percent, uptime_s,
    wifi_dbm; and as 0 or 1: undervoltage, throttled, undervoltage_since_start, clock_is_set.
    """

    numbers: dict[str, float] = {}
