"""Dates as people here write them: `28 नवम्बर 2026`, `अक्टूबर 2026`, `22 नवम्बर 2026, 14:05 बजे`.

The contract carries ISO 8601; only what a citizen reads has month names.
"""

from __future__ import annotations

from datetime import date, datetime

from firmware.runtime.words import Words


def day(iso: str, words: Words) -> str:
    """`2026-11-28` with the month's name; raises ValueError for what is no date."""
    when = date.fromisoformat(iso)
    return words("date.day", day=when.day, month=words(f"month.{when.month}"), year=when.year)


def month(iso: str, words: Words) -> str:
    """`2026-10` as a billing period; raises ValueError."""
    when = date.fromisoformat(f"{iso}-01")
    return words("date.month", month=words(f"month.{when.month}"), year=when.year)


def moment(iso: str, words: Words) -> str:
    """Date and time of day, in the offset that `iso` carries; raises ValueError."""
    when = datetime.fromisoformat(iso)
    return words("date.moment", day=day(when.date().isoformat(), words), time=f"{when:%H:%M}")
