"""Whether the journal has room to be written: looked at before it is needed (M5).

A write that fails is a JournalFault, which ends core and closes the kiosk; by then a note may be in
the machine. So the disk is looked at while nothing is the matter.
"""

from __future__ import annotations

import os
from pathlib import Path

MIB = 1024 * 1024
LOOK_EVERY = 10.0  # seconds; a log that runs wild fills some megabytes in that time


class DiskWatch:
    """Looks at the file system of one folder. `now` is monotonic seconds."""

    def __init__(self, folder: Path, least_mib: int) -> None:
        self._folder, self._least_mib = folder, least_mib
        self._looked_at: float | None = None
        self.trouble = ""  # of the last look, for a technician; empty: none

    def look(self, now: float) -> str:
        """What is wrong, or nothing; asks the file system at intervals only."""
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self._looked_at, self.trouble = now, self._trouble()
        return self.trouble

    def _trouble(self) -> str:
        try:
            found = os.statvfs(self._folder)
        except OSError as error:
            return f"{self._folder}: {error.strerror}"
        if found.f_flag & os.ST_RDONLY:
            return f"{self._folder}: read-only"
        free = found.f_bavail * found.f_frsize // MIB
        if free >= self._least_mib:
            return ""
        return f"{self._folder}: expected {self._least_mib} MiB free, got {free}"
