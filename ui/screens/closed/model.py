"""Out of service altogether: why, in both languages at once, and whom to call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware.contract.screen import Action, Closed, Screen
from ui.frame import try_at
from ui.say import Say, sentences

GENERAL = "closed.core"


@dataclass(frozen=True)
class ClosedModel:
    title: str = ""
    line: str = ""
    title_too: str = ""  # the same in the other language
    line_too: str = ""
    helpline: str = ""
    has_padlock: bool = False  # the operator's way in
    padlock: str = ""  # what it is for, spoken

    @property
    def spoken_text(self) -> str:
        return sentences(self.title, self.line)


def model(data: Closed, screen: Screen, say: Say, too: Say) -> ClosedModel:
    shown = closed(data.cause, say, too, data.fault)
    near = try_at(screen, say)
    return replace(
        shown,
        line=f"{shown.line}\n{near}" if near else shown.line,
        has_padlock=Action.OPERATOR in screen.actions,
    )


def closed(cause: str, say: Say, too: Say, fault: str = "") -> ClosedModel:
    """Also drawn when there is no document at all, because the bus is gone."""
    key = cause if say.has(f"{cause}.title") else GENERAL
    return ClosedModel(
        title=say(f"{key}.title"),
        line=_line(key, fault, say),
        title_too=too(f"{key}.title"),
        line_too=_line(key, fault, too),
        helpline=say("attract.helpline"),
        padlock=say("keys.padlock"),
    )


def _line(key: str, fault: str, say: Say) -> str:
    """What the fault is and what it means for the money; without one the words of the cause."""
    told = say.of_fault(fault)
    return say(f"{key}.line") if told is None else f"{told.text} {told.money}"
