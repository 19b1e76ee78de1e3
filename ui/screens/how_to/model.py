"""How this is used: one picture with one sentence, page after page."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Action, Screen
from firmware.contract.teach import HOW_TO_PAGES, HowTo
from ui.frame import NO_BUTTON, Button, Look
from ui.say import Say, sentences


@dataclass(frozen=True)
class HowToModel:
    picture: str = ""
    sentence: str = ""
    page: str = ""
    less: Button = NO_BUTTON
    more: Button = NO_BUTTON
    helpline: str = ""

    @property
    def spoken_text(self) -> str:
        return sentences(self.sentence)


def model(data: HowTo, screen: Screen, say: Say) -> HowToModel:
    picture = data.picture if data.picture in HOW_TO_PAGES else HOW_TO_PAGES[0]
    return HowToModel(
        picture=picture,
        sentence=say(f"how_to.{picture}"),
        page=say("choice.page", page=data.page, pages=data.pages),
        less=_leaf(Action.PREVIOUS_PAGE, screen, say),
        more=_leaf(Action.NEXT_PAGE, screen, say),
        helpline=say("attract.helpline"),
    )


def _leaf(action: Action, screen: Screen, say: Say) -> Button:
    if action not in screen.actions:
        return NO_BUTTON
    if action is Action.NEXT_PAGE:
        return Button(say("button.next"), action, end_icon="arrow-right-bold", look=Look.GO)
    return Button(say("button.back"), action, icon="arrow-left-bold")
