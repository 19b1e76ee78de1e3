"""Virtual meetings on the kiosk: when, where, and what is seen of them.

A row of the schedule is all text, because the fleet sends it as such (`Desired.meetings`).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from firmware.contract.content import Bilingual, Line, Name
from firmware.contract.uplink import Desired

log = logging.getLogger("meeting")

LONGEST = timedelta(hours=8)  # a day of office; what is longer is a wrong date
MOST_PLANNED = 50
MeetingId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[\x21-\x7e]+$", max_length=500)]


class Planned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One meeting. `starts` and `ends` are ISO 8601 with offset; `hi` and `en` are its name.

    Raises ValueError for times without a zone, in the wrong order or too far apart, and for an
    address with a user or a password in it.
    """

    id: MeetingId
    url: Url
    starts: str
    ends: str
    hi: Line
    en: Line

    def __post_init__(self) -> None:
        begins, ends = self.begins_at, self.ends_at
        if begins.tzinfo is None or ends.tzinfo is None:
            raise ValueError(f"meeting {self.id}: expected times with their zone")
        if not timedelta(0) < ends - begins <= LONGEST:
            raise ValueError(f"meeting {self.id}: expected an end within {LONGEST} of its start")
        if "@" in urlsplit(self.url).netloc:
            raise ValueError(f"meeting {self.id}: an address with a user in it")

    @property
    def begins_at(self) -> datetime:
        return datetime.fromisoformat(self.starts)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(self.ends)

    @property
    def title(self) -> Bilingual:
        return Bilingual(self.hi, self.en)


class Schedule(msgspec.Struct, frozen=True):
    """Retained: the meetings that are to come. `version` is that of the fleet's settings which they
    are of (`Desired`); those that were planned at the kiosk itself are among them."""

    version: int
    meetings: Annotated[list[Planned], msgspec.Meta(max_length=MOST_PLANNED)] = []


def rows_of(desired: Desired) -> Schedule:
    """The meetings of the fleet's settings; a row that is none is left out, and the log says so."""
    found: list[Planned] = []
    for row in desired.meetings[:MOST_PLANNED]:
        try:
            found.append(msgspec.convert(row, Planned))
        except msgspec.ValidationError as error:
            log.error("settings %d: no meeting: %s", desired.version, error)
    return Schedule(desired.version, found)


class Announced(msgspec.Struct, frozen=True, omit_defaults=True):
    """On the first screen: a meeting begins in so many minutes; 0 while it is on."""

    title: Bilingual
    minutes: int = 0


class Meeting(msgspec.Struct, frozen=True, tag=True):
    """The screen goes over to a meeting, and comes back at its end: `until` is ISO 8601."""

    title: Bilingual
    until: str


class AddMeeting(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` plans a meeting at this kiosk alone; one of the same id is replaced."""

    meeting: Planned
    by: Name


class EndMeeting(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` ends the meeting that is on, and takes it out of what was planned here."""

    id: MeetingId
    by: Name
