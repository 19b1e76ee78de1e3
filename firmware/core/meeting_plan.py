"""Which meetings there are: those the district has planned, and those planned at the kiosk.

Kept beside the journal, because the bus forgets and the uplink may be away for weeks. A meeting at
an address that kiosk.toml does not allow is none: whoever writes the schedule does not decide where
camera and microphone go.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import msgspec

from firmware.contract.meeting import MOST_PLANNED, Planned, Schedule
from firmware.runtime.durable import CorruptFile, read_durably, write_durably
from firmware.runtime.outer_sections import origin_of

log = logging.getLogger("core")

FILE = "meetings"  # beside the journal


class Kept(msgspec.Struct, frozen=True):
    version: int = 0  # of the district's
    district: list[Planned] = []
    own: list[Planned] = []


class MeetingPlan:
    """`origins` are those of `[meeting]`."""

    def __init__(self, path: Path, origins: list[str]) -> None:
        self._path, self._origins = path, origins
        self._kept = self._load()

    @property
    def version(self) -> int:
        """Of the fleet's settings; 0 before the first."""
        return self._kept.version

    def is_allowed(self, meeting: Planned) -> bool:
        return origin_of(meeting.url) in self._origins

    def on_now(self, now: datetime) -> Planned | None:
        """The one that is on; of several the one that began first."""
        return next((each for each in self.coming(now) if each.begins_at <= now), None)

    def coming(self, now: datetime) -> list[Planned]:
        """Those that are not over, in the order in which they begin."""
        found = {each.id: each for each in [*self._kept.own, *self._kept.district]}
        ahead = [each for each in found.values() if now < each.ends_at and self.is_allowed(each)]
        return sorted(ahead, key=lambda each: (each.begins_at, each.id))

    def take(self, schedule: Schedule) -> None:
        """The district's, whole; one of before is passed over. Where the disk keeps nothing they
        are good until the next start: then they come again."""
        if schedule.version > self._kept.version:
            for each in schedule.meetings:
                if not self.is_allowed(each):
                    log.warning("meeting %s: %s is not in [meeting] origins", each.id, each.url)
            kept = Kept(schedule.version, schedule.meetings, self._kept.own)
            try:
                self._put(kept)
            except OSError as error:
                log.error("the meetings of the settings %d are not kept: %s", kept.version, error)
                self._kept = kept

    def add(self, meeting: Planned, now: datetime) -> None:
        """One of this kiosk; raises ValueError where there are too many, or for another place, and
        OSError as the disk does."""
        if not self.is_allowed(meeting):
            allowed = ", ".join(self._origins) or "none"
            raise ValueError(f"expected an address at {allowed}, got {origin_of(meeting.url)}")
        own = [each for each in self._kept.own if each.id != meeting.id and now < each.ends_at]
        if len(own) >= MOST_PLANNED:
            raise ValueError(f"expected at most {MOST_PLANNED} meetings")
        self._put(Kept(self._kept.version, self._kept.district, [*own, meeting]))

    def drop(self, name: str) -> bool:
        """Forget one; False where it is not there. Raises OSError as the disk does."""
        own = [each for each in self._kept.own if each.id != name]
        district = [each for each in self._kept.district if each.id != name]
        if (own, district) == (self._kept.own, self._kept.district):
            return False
        self._put(Kept(self._kept.version, district, own))
        return True

    def _put(self, kept: Kept) -> None:
        """On disk, then in force."""
        write_durably(self._path, msgspec.json.encode(kept))
        self._kept = kept

    def _load(self) -> Kept:
        try:
            raw = read_durably(self._path)
            return Kept() if raw is None else msgspec.json.decode(raw, type=Kept)
        except (OSError, CorruptFile, msgspec.DecodeError) as error:
            log.error("the meetings are lost, and come again with the schedule: %s", error)
            return Kept()
