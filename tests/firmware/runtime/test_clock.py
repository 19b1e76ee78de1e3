"""The clocks: Indian time with its offset, and a monotonic one that a time-set cannot move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firmware.runtime.clock import Clock, FixedClock, SystemClock

NOON = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)


def test_both_clocks_speak_indian_time() -> None:
    clocks: list[Clock] = [SystemClock(), FixedClock(NOON)]
    for clock in clocks:
        assert clock.now().utcoffset() == timedelta(hours=5, minutes=30)
        assert clock.now().tzname() == "Asia/Kolkata"
    assert FixedClock(NOON).now().isoformat() == "2026-01-15T12:00:00+05:30"


def test_network_sets_the_time_and_durations_do_not_jump() -> None:
    clock = FixedClock(NOON, monotonic=5.0)
    clock.set(NOON + timedelta(days=400))
    assert clock.monotonic() == 5.0
    clock.advance(2.5)
    assert clock.monotonic() == 7.5
    assert clock.now() == NOON + timedelta(days=400, seconds=2.5)


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="with its zone"):
        FixedClock(datetime(2026, 1, 15, 12, 0))  # noqa: DTZ001
    with pytest.raises(ValueError, match=">= 0"):
        FixedClock(NOON).advance(-1)
