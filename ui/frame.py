"""What stands in the same place on every screen: the top bar, the bottom bar, the question of
whether anybody is still here. No Kivy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from firmware.contract.asked import Confirm
from firmware.contract.reading import TextSize, in_language
from firmware.contract.screen import Action, Screen, ScreenData
from ui.languages import after, languages
from ui.say import Say, sentences


class Look(StrEnum):
    """How a button is drawn."""

    PLAIN = "plain"  # white with an ink edge
    GO = "go"  # green: the way on
    MARIGOLD = "marigold"
    BARE = "bare"  # on ink, with a white edge


@dataclass(frozen=True)
class Button:
    """Something to press. Without an action it is not there."""

    text: str = ""
    action: Action | None = None
    value: str = ""
    icon: str = ""
    end_icon: str = ""
    icon_colour: str = ""
    look: Look = Look.PLAIN

    @property
    def is_there(self) -> bool:
        return self.action is not None


NO_BUTTON = Button()
WAYS_ON = (
    Action.PAY,
    Action.SUBMIT,
    Action.AGAIN,
    Action.FINISH,
    Action.CANCEL,
)  # the first one possible, right
WAYS_BACK = (Action.BACK, Action.FINISH, Action.CANCEL, Action.USE_SLIP)  # the same, left
BARE_SCREENS = ("Attract", "Closed", "Commissioning")
WAYS_TO_PAY = {  # with an icon each, and in this order
    Action.PAY: "money-fill",
    Action.PAY_UPI: "qr-code-fill",
    Action.PAY_CARD: "credit-card-fill",
}
# Drawn by the screen, not by the bars
OWN_BUTTONS = {
    **dict.fromkeys(
        ("Done", "Reprinted", "PosterOut", "Accepted"), (Action.ANOTHER, Action.FINISH)
    ),
    "Practice": (Action.FINISH,),
    "ShowFacts": (Action.PRINT, Action.ANOTHER, Action.FINISH),
}


@dataclass(frozen=True)
class Warning:
    """Are you still there? `leaves_in` seconds are left, counted from when it was drawn."""

    question: str = ""
    line: str = ""
    stay: Button = NO_BUTTON
    more_time: Button = NO_BUTTON  # the same, and slower from now on
    leave: Button = NO_BUTTON

    @property
    def spoken_text(self) -> str:
        return self.question


@dataclass(frozen=True)
class Frame:
    place: str = ""
    listen: str = ""
    other_language: Button = NO_BUTTON
    letters: Button = NO_BUTTON
    back: Button = NO_BUTTON
    way_on: Button = NO_BUTTON
    more: str = ""  # what turns a page: with {page} and {pages}
    step: int = 0  # 0: no progress is shown
    steps: int = 0
    is_bare: bool = False
    warning: Warning | None = None
    takes_scans: bool = False  # of a bar code reader
    louder: str = ""  # what the button with the bars does
    help: str = ""  # how to go on with the six keys
    no_way_back: str = ""
    leave: Button = NO_BUTTON  # the help key, pressed twice


def frame(screen: Screen, say: Say) -> Frame:
    name = type(screen.data).__name__
    own = (*OWN_BUTTONS.get(name, ()), *(each.action for each in ways_to_pay(screen, say)))
    possible = [a for a in screen.actions if a not in own]
    way_on = next((a for a in WAYS_ON if a in possible), None)
    back = next((a for a in WAYS_BACK if a in possible and a != way_on), None)
    return Frame(
        place=_place(screen, say),
        listen=say("button.listen"),
        other_language=_other_language(screen, say),
        letters=_letters(screen, say),
        back=button(back, say, is_way_on=False),
        way_on=_in_words_of(screen.data, button(way_on, say, is_way_on=True), say),
        more=say.as_written("page.more"),
        step=screen.step or 0,
        steps=screen.steps,
        is_bare=name in BARE_SCREENS,
        warning=_warning(screen, say) if screen.is_warning else None,
        takes_scans=Action.SCAN in screen.actions,
        louder=say("button.louder"),
        help=_help(screen, say),
        no_way_back=say("keys.no_way_back"),
        leave=_leave(screen, say),
    )


def _in_words_of(data: ScreenData, way_on: Button, say: Say) -> Button:
    """Who is asked whether he agrees, says that he agrees."""
    is_consent = isinstance(data, Confirm) and data.consents and way_on.is_there
    return replace(way_on, text=say("button.agree")) if is_consent else way_on


def ways_to_pay(screen: Screen, say: Say) -> tuple[Button, ...]:
    """A button for each, on the screen itself; none where cash is the only way, for then there is
    one large button in its usual place."""
    possible = [action for action in WAYS_TO_PAY if action in screen.actions]
    if possible in ([], [Action.PAY]):
        return ()
    return tuple(
        Button(say(f"pay.{action}"), action, icon=WAYS_TO_PAY[action], look=Look.GO)
        for action in possible
    )


def button(action: Action | None, say: Say, is_way_on: bool) -> Button:
    """The button of one action, in its own look."""
    match action:
        case None:
            return NO_BUTTON
        case Action.BACK:
            return Button(say("button.back"), action, icon="arrow-left-bold")
        case Action.CANCEL:
            return Button(say("button.cancel"), action, icon="x-bold", icon_colour="#8B1E1E")
        case Action.PAY:
            text = say("button.pay")
            return Button(text, action, end_icon="arrow-right-bold", look=Look.GO)
        case Action.ANOTHER | Action.ADD_BILL:
            return Button(say(f"button.{action}"), action, icon="plus-circle-bold")
        case _:
            look = Look.GO if is_way_on else Look.PLAIN
            return Button(say(f"button.{action.value}"), action, look=look)


def _place(screen: Screen, say: Say) -> str:
    where = in_language(screen.place, screen.language, "")
    return " · ".join(part for part in (say("kiosk.name"), where) if part)


def _other_language(screen: Screen, say: Say) -> Button:
    if Action.CHOOSE_LANGUAGE not in screen.actions:
        return NO_BUTTON
    following = after(screen.language, say.offered)
    if following == screen.language:
        return NO_BUTTON
    name = languages()[following].name
    return Button(name, Action.CHOOSE_LANGUAGE, following, look=Look.BARE)


def _letters(screen: Screen, say: Say) -> Button:
    """Larger letters, and the usual ones again."""
    if Action.TEXT_SIZE not in screen.actions:
        return NO_BUTTON
    is_large = screen.text_size is TextSize.LARGE
    following = TextSize.NORMAL if is_large else TextSize.LARGE
    text = say("button.smaller" if is_large else "button.larger")
    return Button(text, Action.TEXT_SIZE, following, look=Look.BARE)


def _warning(screen: Screen, say: Say) -> Warning:
    return Warning(
        question=say("warning.question"),
        line=say("warning.line"),
        stay=Button(say("button.stay"), Action.STAY, look=Look.GO),
        more_time=_more_time(screen, say),
        leave=_leave(screen, say),
    )


def _more_time(screen: Screen, say: Say) -> Button:
    if Action.MORE_TIME not in screen.actions:
        return NO_BUTTON
    return Button(say("button.more_time"), Action.MORE_TIME, icon="hourglass-medium-duotone")


def try_at(screen: Screen, say: Say, key: str = "try_at") -> str:
    """Where else what is off here may be tried; empty where nobody knows."""
    places = [in_language(each, screen.language, "") for each in screen.try_at]
    return say(key, places=" · ".join(places)) if places else ""


def _leave(screen: Screen, say: Say) -> Button:
    leave = next((a for a in (Action.CANCEL, Action.FINISH) if a in screen.actions), None)
    return button(leave, say, is_way_on=False)


def _help(screen: Screen, say: Say) -> str:
    """How the keys work, whom to call, and what the same key does when it is pressed again."""
    leave = _leave(screen, say)
    again = say("keys.leave", leave=leave.text) if leave.is_there else ""
    return sentences(say("keys.help"), again)
