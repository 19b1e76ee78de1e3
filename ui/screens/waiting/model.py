"""Something takes a moment, and which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firmware.contract.meeting import Meeting
from firmware.contract.screen import Screen, Waiting
from ui.say import Say, sentences

ICONS = {
    "waiting.fetching": "magnifying-glass-duotone",
    "waiting.printing": "receipt-fill",
    "waiting.upi": "qr-code-fill",
    "waiting.upi_check": "qr-code-fill",
    "waiting.card": "credit-card-fill",
    "waiting.returning": "money-fill",
    "waiting.opening": "money-fill",
    "waiting.meeting": "video-camera-duotone",
}


@dataclass(frozen=True)
class WaitingModel:
    what: str = ""
    line: str = ""
    icon: str = "hourglass-medium-duotone"

    @property
    def spoken_text(self) -> str:
        return sentences(self.what, self.line)


def model(data: Waiting, screen: Screen, say: Say) -> WaitingModel:
    key = say.known(data.what, "waiting.other")
    line = f"{key}.line"
    return WaitingModel(
        what=say(key),
        line=say(line if say.has(line) else "waiting.line"),
        icon=ICONS.get(key, "hourglass-medium-duotone"),
    )


def meeting(data: Meeting, say: Say) -> WaitingModel:
    """Until its browser has the screen."""
    until = f"{datetime.fromisoformat(data.until):%H:%M}"
    return WaitingModel(
        what=data.title.of(say.language),
        line=say("meeting.line", until=until),
        icon=ICONS["waiting.meeting"],
    )


def one_moment(say: Say) -> WaitingModel:
    """Before core has said anything."""
    return WaitingModel(say("waiting.starting"), say("waiting.line"))
