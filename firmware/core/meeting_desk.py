"""A virtual meeting on the kiosk: it begins when nobody stands there, and ends for five reasons.

While it is held the screen is the browser's and no slot is open: the visit is in a stage of its own
that holds no lease. Money is never in play, for a meeting begins from the first screen only, and
whoever is in the middle of something finishes it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from firmware.contract.content import Bilingual
from firmware.contract.device import Outcome, Reply
from firmware.contract.meeting import (
    MOST_PLANNED,
    AddMeeting,
    Announced,
    EndMeeting,
    Planned,
    Schedule,
)
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.meeting_plan import FILE, MeetingPlan
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal.occasion_rows import MeetingBegun, MeetingEnded
from firmware.runtime.outer_sections import MeetingSection
from firmware.till.effects import CloseMeeting, OpenMeeting, Outbox

log = logging.getLogger("core")

OPENS_WITHIN = 90.0  # seconds: a browser on a board, with the screen's own end before it
SEEN_AFTER = 2.0  # seconds until an order that is not there any more was taken away by the unit


class MeetingDesk:
    """`now` is monotonic seconds; the time of day is the book's."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox, section: MeetingSection) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._section = section
        self.plan = MeetingPlan(book.journal.path.with_name(FILE), section.origins)
        self._held: Planned | None = None
        self._since, self._is_over = 0.0, False
        self._joined: set[str] = set()  # by themselves: then the tile brings back who left

    @property
    def held(self) -> str:
        """The id of the meeting that is held now; empty else."""
        return "" if self._held is None else self._held.id

    @property
    def schedule(self) -> Schedule:
        """Those that are not over."""
        return Schedule(self.plan.version, self.plan.coming(self._at)[:MOST_PLANNED])

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """What is due; MEETING and LEFT move the visit."""
        at = self._at
        self._announce(at)
        if visit.stage is Stage.MEETING:
            return self._go_on(at, now)
        if self._held is not None or self._floor.occasion.room.order is not None:
            self._end("closed")
            return None  # the hall is looked at anew before another begins
        self._is_over = False
        due = self._due(at)
        if visit.stage is not Stage.ATTRACT or due is None or due.id in self._joined:
            return None
        return Signal.MEETING

    def on_schedule(self, schedule: Schedule) -> None:
        self.plan.take(schedule)

    def answer(self, command: AddMeeting | EndMeeting) -> Reply:
        """What a technician or the fleet wants."""
        match command:
            case AddMeeting(meeting=meeting):
                return self._add(meeting, command.by)
            case EndMeeting(id=name, by=by):
                is_held = name == self.held
                if is_held:
                    self._end("asked", by)
                try:
                    was_planned = self.plan.drop(name)
                except OSError as error:
                    return Reply(Outcome.REFUSED, f"the plan cannot be kept: {error}")
                log.info("meeting %s ended by %s", name, by)
                is_known = is_held or was_planned
                return Reply(
                    Outcome.DONE if is_known else Outcome.MISSING, "" if is_known else name
                )

    def _add(self, meeting: Planned, by: str) -> Reply:
        if not self._floor.occasion.room.is_possible:
            return Reply(Outcome.REFUSED, "this image has no browser (docs/meeting.md)")
        try:
            self.plan.add(meeting, self._at)
        except (ValueError, OSError) as error:
            return Reply(Outcome.REFUSED, str(error))
        log.info("meeting %s planned by %s: %s to %s", meeting.id, by, meeting.starts, meeting.ends)
        return Reply(Outcome.DONE)

    # --- while it is held --------------------------------------------------------------------

    def _go_on(self, at: datetime, now: float) -> Signal | None:
        if self._is_over or (self._held is None and not self._begin(at, now)):
            return Signal.LEFT
        why = self._why_over(at, now)
        if why:
            self._end(why)
            return Signal.LEFT
        return None

    def _begin(self, at: datetime, now: float) -> bool:
        """Its order, or that of a core before this one."""
        taken_up = self._floor.occasion.room.order
        meeting = taken_up or self._due(at)
        if meeting is None:
            return False
        self._held, self._since = meeting, now
        self._floor.occasion.meeting = meeting
        self._joined.add(meeting.id)
        if taken_up is None:
            self._book.write(MeetingBegun(meeting.id, meeting.url))
            self._outbox.add(OpenMeeting(meeting))
        return True

    def _why_over(self, at: datetime, now: float) -> str:
        held, room, floor = self._held, self._floor.occasion.room, self._floor
        assert held is not None
        if at >= held.ends_at:
            return "time"
        if floor.mains_is_off or floor.power_is_ending:
            return "mains"
        if floor.door_is_open:
            return "door"
        if room.order is None and now - self._since >= SEEN_AFTER:
            return "closed"
        if not room.is_held and now - self._since >= OPENS_WITHIN:
            return "not_opened"
        return ""

    def _end(self, why: str, by: str = "") -> None:
        if self._held is not None:
            self._book.write(MeetingEnded(self._held.id, why, by))
            log.info("meeting %s is over: %s %s", self._held.id, why, by)
        self._held = self._floor.occasion.meeting = None
        self._is_over = True
        self._outbox.add(CloseMeeting())

    # --- before it ---------------------------------------------------------------------------

    @property
    def _at(self) -> datetime:
        return datetime.fromisoformat(self._book.at)

    def _due(self, at: datetime) -> Planned | None:
        """The one that may be held now."""
        return self.plan.on_now(at) if self._why_not() is None else None

    def _why_not(self) -> str | None:
        """A message key: what stands against any meeting."""
        floor = self._floor
        if floor.mains_is_off or floor.power_is_ending:
            return "tile.no_power"
        is_shut = floor.door_is_open or not floor.occasion.room.is_possible
        return "tile.no_meeting" if is_shut else None

    def _announce(self, at: datetime) -> None:
        """On the first screen and on the tile."""
        occasion = self._floor.occasion
        occasion.has_meetings = bool(self._section.origins) and occasion.room.is_possible
        coming = self.plan.coming(at) if occasion.has_meetings else []
        soon = timedelta(minutes=self._section.announced)
        near = next((each for each in coming if each.begins_at - at <= soon), None)
        occasion.announced = None if near is None else _announced(near, at)
        why = "tile.no_meeting" if self.plan.on_now(at) is None else self._why_not()
        occasion.why_no_meeting = why if occasion.has_meetings else "tile.no_meeting"


def _announced(meeting: Planned, at: datetime) -> Announced:
    """Minutes are counted up: at 30 seconds before it is one minute."""
    seconds = (meeting.begins_at - at).total_seconds()
    return Announced(Bilingual(meeting.hi, meeting.en), max(0, -int(-seconds // 60)))
