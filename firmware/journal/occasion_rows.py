"""Rows about what the kiosk shows beside its services: the code of conduct, meetings held on it."""

from __future__ import annotations

from firmware.journal.row import Row


class ConductChanged(Row, frozen=True):
    """From here on the code of conduct before an election holds at this kiosk, or no longer."""

    is_on: bool
    by: str
    reason: str


class MeetingBegun(Row, frozen=True):
    """The screen was given over to a meeting; no service could be had meanwhile."""

    meeting: str
    url: str


class MeetingEnded(Row, frozen=True):
    """And came back: `why` is time, asked, mains, door, closed or not_opened."""

    meeting: str
    why: str
    by: str = ""


OccasionRow = ConductChanged | MeetingBegun | MeetingEnded
