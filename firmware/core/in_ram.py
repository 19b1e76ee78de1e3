"""What core leaves beside itself in RAM, below `[paths] run`: the visit that is on the screen.

A full or read-only /run costs the visit at core's next restart, and nothing else: money stands in
the journal.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

import msgspec

log = logging.getLogger("core")

SERIAL_LEAP = 1000  # after a restart: no press meant for the screen before may fit


class Kept(msgspec.Struct, frozen=True):
    """What lives in RAM beside core, so that its restart is not seen by the citizen."""

    serial: int
    visit: msgspec.Raw


class VisitInRam:
    """`path` is a file that only core reads and writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._why_not = ""

    def load(self) -> tuple[int, bytes | None]:
        """The serial number of the screen to go on from, and the visit; None where none is kept."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return 0, None  # the kiosk itself was restarted: nobody stands before this screen
        return kept.serial + SERIAL_LEAP, bytes(kept.visit)

    def keep(self, serial: int, visit: bytes) -> None:
        """Where it cannot be kept, the visit before it must not be shown to whoever stands there
        after a restart either."""
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(Kept(serial, msgspec.Raw(visit))))
            fresh.replace(self._path)
            self._why_not = ""
        except OSError as error:
            if str(error) != self._why_not:
                log.error("a restart would lose the visit on the screen: %s", error)
            self._why_not = str(error)
            for path in (fresh, self._path):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
