"""When something is said, in which life of the machine, and whether the clock may be believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware.contract.uplink import Moment
from firmware.journal.clockwatch import EARLIEST
from firmware.runtime.clock import Clock

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd.service(8)
LATE_AFTER = 60.0  # seconds, as the contract has it


@dataclass(frozen=True)
class Stamp:
    boot: int
    t: Moment
    t_ok: bool
    up: float = 0.0  # seconds since the machine started

    @property
    def fields(self) -> dict[str, object]:
        """As every stamped type of the contract has them."""
        return {"boot": self.boot, "t": self.t, "t_ok": self.t_ok}


def moment(at: datetime) -> Moment:
    """`2026-11-22T10:15:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_late(t: str, now: Moment) -> bool:
    """Whether it waited before it is first sent; `t` is ISO 8601."""
    try:
        waited = datetime.fromisoformat(now) - datetime.fromisoformat(t)
    except (ValueError, TypeError):  # a clock that nobody can read back
        return False
    return waited.total_seconds() > LATE_AFTER


class Stamper:
    """`is_set` says whether the network has set the clock since the machine started."""

    def __init__(
        self, clock: Clock, boot: int, is_set: Callable[[], bool] = SYNCHRONISED.exists
    ) -> None:
        self._clock, self.boot, self._is_set = clock, boot, is_set

    @property
    def clock_is_set(self) -> bool:
        return self._clock.now() >= EARLIEST and self._is_set()

    def now(self) -> Stamp:
        up = round(self._clock.monotonic(), 1)  # CLOCK_MONOTONIC begins with the machine
        return Stamp(self.boot, moment(self._clock.now()), self.clock_is_set, up)
