"""The warden of practice: when its bus is ready for the screen, and when nobody practises any more.

It is a stranger on the bus of practice: it reads, and says one word. Time is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

READY = "ready"  # the screen is there, and there is something to draw
IDLE = "idle"
ALONE = "alone"  # the screen has gone

IDLE_AFTER = 60.0  # seconds on the first screen of practice
FIRST_STAGE = "attract"


@dataclass
class Warden:
    """What was heard last; `word` says what core must know."""

    screen_is_drawn: bool = False  # and something on it can be begun
    ui_is_there: bool = False
    ui_was_there: bool = False
    idle_from: float | None = None
    was_ready: bool = False

    def hear(self, topic: str, document: dict[str, Any], now: float) -> None:
        """A message of `kiosk/practice/...`."""
        match topic.split("/")[2:]:
            case ["screen", "state"]:
                self.screen_is_drawn |= _works(document)
            case ["screen", "press"]:
                self.idle_from = now if self.idle_from is not None else None
            case ["presence", "ui"]:
                self.ui_is_there = bool(document.get("is_alive"))
                self.ui_was_there |= self.ui_is_there
            case ["core", "state"] if document.get("screen") != FIRST_STAGE:
                self.idle_from = None
            case ["core", "state"]:
                self.idle_from = now if self.idle_from is None else self.idle_from
            case _:
                pass

    def word(self, now: float) -> str:
        """READY once, then nothing until it is over: why."""
        if self.ui_was_there and not self.ui_is_there:
            return ALONE
        if self.idle_from is not None and now - self.idle_from >= IDLE_AFTER:
            return IDLE
        if self.screen_is_drawn and self.ui_is_there and not self.was_ready:
            self.was_ready = True
            return READY
        return ""


def _works(document: dict[str, Any]) -> bool:
    """A first screen on which nothing works yet says nothing to who wants to learn."""
    tiles = document.get("data", {}).get("tiles", [])
    return any("why_not" not in tile for tile in tiles)
