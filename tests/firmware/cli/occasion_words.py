"""The rows of conduct and meetings, and what a technician reads of them."""

from __future__ import annotations

from firmware.journal.occasion_rows import ConductChanged, MeetingBegun, MeetingEnded

URL = "https://meet.example.org/review"
SAID = [
    (ConductChanged(True, "A. Sharma", "order 14"), "code of conduct ON, by A. Sharma: order 14"),
    (ConductChanged(False, "A. Sharma", "counted"), "code of conduct off, by A. Sharma: counted"),
    (MeetingBegun("review", URL), f"the screen goes to meeting review at {URL}"),
    (MeetingEnded("review", "not_opened"), "meeting review is over: not opened"),
    (MeetingEnded("review", "asked", "A. Sharma"), "meeting review is over: asked A. Sharma"),
]
