"""An operator's PIN: what is asked, and why it was not taken. The digits are not in here (M10)."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Pin, Screen
from ui.say import Say, sentences

SHORTEST, LONGEST = 4, 8  # digits


@dataclass(frozen=True)
class PinModel:
    question: str = ""
    line: str = ""
    problem: str = ""
    next: str = ""
    wipe: str = ""  # spoken
    digit: str = ""  # spoken for any of them
    taken: str = ""  # with {count}, spoken
    key: str = ""  # to seal the digits for; without one nothing can be typed

    @property
    def strip(self) -> str:
        return self.problem or self.line

    @property
    def spoken_text(self) -> str:
        return sentences(self.problem, self.question)


def model(data: Pin, screen: Screen, say: Say) -> PinModel:
    problem = ""
    if data.problem is not None:
        problem = say(say.known(data.problem, "pin.wrong"), minutes=data.minutes or 0)
    return PinModel(
        question=say("pin.question"),
        line=say("pin.line"),
        problem=problem,
        next=say("button.next"),
        wipe=say("keys.wipe"),
        digit=say("pin.digit"),
        taken=say("pin.taken", count="{count}"),
        key=data.key,
    )
