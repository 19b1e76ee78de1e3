"""Rows about lookups: how many there were, of which service; never of whom."""

from __future__ import annotations

from firmware.journal.row import Row


class LookupShown(Row, frozen=True):
    """What an office knows of an account was shown to whoever typed its number."""

    service: str


class LookupMissed(Row, frozen=True):
    """A number that the office does not know; it is not written down. `boot` counts the machine's
    starts, `uptime_ms` is since that one."""

    boot: int
    uptime_ms: int


LookupRow = LookupShown | LookupMissed
