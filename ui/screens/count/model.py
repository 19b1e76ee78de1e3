"""How much was counted by hand: whole rupees, as they are typed."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Count, Screen
from ui.frame import NO_BUTTON, Button
from ui.say import Say, amount, sentences

LONGEST = 7  # digits: under a crore


@dataclass(frozen=True)
class CountModel:
    question: str = ""
    line: str = ""
    next: str = ""
    wipe: str = ""  # spoken
    skip: Button = NO_BUTTON
    subject: str = ""  # another one begins with no digits

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, self.line)


def model(data: Count, screen: Screen, say: Say) -> CountModel:
    return CountModel(
        question=say(data.what),
        line=say("desk.count.line"),
        next=say("button.next"),
        wipe=say("keys.wipe"),
        skip=Button(say("button.skip"), Action.SKIP),
        subject=data.what,
    )


def shown(typed: str) -> str:
    """`₹ 13,450`; an empty field is not zero rupees."""
    return amount(rupees(int(typed))) if typed else ""


def with_digit(typed: str, digit: str) -> str:
    """No zero stands in front of another digit."""
    return (typed.lstrip("0") + digit)[:LONGEST]
