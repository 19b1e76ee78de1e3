"""Rows of people at the kiosk: who was there from when to when, who shut it, who restarted what.

They move no money. That the kiosk is shut stands in the journal and not in a file beside it, so
that no restart opens it and the district reads who did it and why.
"""

from __future__ import annotations

import msgspec

from firmware.journal.row import Row


class ShiftBegan(Row, frozen=True):
    """`by` says that he is at the kiosk."""

    by: str


class ShiftEnded(Row, frozen=True):
    """`by` says that he leaves; `began` is the time (ISO 8601) of his ShiftBegan."""

    by: str
    began: str


class ServiceStopped(Row, frozen=True):
    """`by` has put the kiosk out of service; `reason` is a word of firmware/contract/desk.py."""

    by: str
    reason: str


class ServiceResumed(Row, frozen=True):
    """`by` has put it into service again."""

    by: str


class RestartAsked(Row, frozen=True):
    """`by` had a program, or `machine`, started anew."""

    by: str
    what: str


class Shift(msgspec.Struct, frozen=True):
    """One person's presence. Times are ISO 8601 with offset; `ended` is empty while it lasts."""

    by: str
    began: str
    ended: str = ""


ShiftRow = ShiftBegan | ShiftEnded | ServiceStopped | ServiceResumed | RestartAsked
