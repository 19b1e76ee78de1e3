"""Nobody is here: what this machine does, and in which language to begin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.contract.content import Shown
from firmware.contract.meeting import Announced
from firmware.contract.reading import Language, in_language
from firmware.contract.screen import Action, Attract, Screen
from ui.frame import NO_BUTTON, Button, Look
from ui.languages import languages
from ui.say import Say, sentences


@dataclass(frozen=True)
class Sample:
    """A service in the window: touching it begins the visit too."""

    name: str
    icon: str
    is_on: bool
    action: Action
    value: str


@dataclass(frozen=True)
class AttractModel:
    greeting: str = ""
    line: str = ""
    samples: tuple[Sample, ...] = ()
    languages: tuple[Button, ...] = ()
    working: str = ""
    works: bool = True  # at least one service
    pay_by: str = ""
    helpline: str = ""
    how_to: Button = NO_BUTTON
    practise: Button = NO_BUTTON
    has_padlock: bool = False  # the operator's way in
    slogan: str = ""
    lines: str = ""  # whom to ask, of the district
    logo: str = ""  # a file
    banner: str = ""
    banners: tuple[str, ...] = ()  # that one, and those that take turns with it
    meeting: str = ""
    notice: str = ""  # of the fleet
    padlock: str = ""  # what it is for, spoken

    @property
    def spoken_text(self) -> str:
        return sentences(self.greeting, self.line, self.meeting, self.notice)


def model(data: Attract, screen: Screen, say: Say, pictures: Path | None = None) -> AttractModel:
    working = sum(tile.why_not is None for tile in data.tiles)
    return AttractModel(
        greeting=say("attract.greeting"),
        line=_line(data, say),
        samples=tuple(
            Sample(say(f"{tile.service}.name"), tile.icon, tile.why_not is None,
                   *_touch(screen, tile.service, tile.why_not is None))
            for tile in data.tiles
        ),
        languages=tuple(_language(each, screen) for each in say.offered),
        working=say("attract.working.one" if working == 1 else "attract.working", count=working),
        works=working > 0,
        pay_by=_pay_by(data, say),
        helpline=say("attract.helpline"),
        how_to=_teaches(Action.HOW_TO, screen, say),
        practise=_teaches(Action.PRACTISE, screen, say),
        has_padlock=Action.OPERATOR in screen.actions,
        meeting="" if data.meeting is None else _meeting(data.meeting, say),
        notice="\n".join(in_language(each, say.language, "") for each in data.notices),
        **({} if data.content is None else _content(data, data.content, say, pictures)),
        padlock=say("keys.padlock"),
    )  # fmt: skip


def _content(data: Attract, shown: Shown, say: Say, pictures: Path | None) -> dict[str, Any]:
    """What the district has put here. A meeting that is near takes the room of its lines, and a
    notice of the fleet the room of all its words."""
    words, found = say.language, dict[str, Any]()
    if not data.notices:
        found["slogan"] = "" if shown.slogan is None else shown.slogan.of(words)
        found["lines"] = "\n".join(line.of(words) for line in shown.lines if data.meeting is None)
    if pictures is not None:
        files = {"logo": "" if data.notices else shown.logo, "banner": shown.banner}
        found |= {place: str(pictures / file) for place, file in files.items() if file}
        banners = (shown.banner, *shown.banners)
        found["banners"] = tuple(str(pictures / file) for file in banners if file)
    return found


def _meeting(announced: Announced, say: Say) -> str:
    key = "attract.meeting" if announced.minutes else "attract.meeting.now"
    return say(key, title=announced.title.of(say.language), minutes=announced.minutes)


def _line(data: Attract, say: Say) -> str:
    """What to do here; without cash, how: `attract.line.upi_card`."""
    if data.cash_is_possible:
        return say("attract.line")
    return say(f"attract.line.{'_'.join(data.tenders) or 'no_cash'}")


def _pay_by(data: Attract, say: Say) -> str:
    cash = [say("attract.cash")] if data.cash_is_possible else []
    ways = [*cash, *(say(f"pay.pay_{tender}") for tender in data.tenders)]
    return " · ".join(ways) or say("attract.no_cash")


def _touch(screen: Screen, service: str, is_on: bool) -> tuple[Action, str]:
    """A touched picture goes straight to its service where core lets it; else it says hello."""
    if is_on and Action.CHOOSE_SERVICE in screen.actions:
        return Action.CHOOSE_SERVICE, service
    return Action.CHOOSE_LANGUAGE, screen.language


def _teaches(action: Action, screen: Screen, say: Say) -> Button:
    if action not in screen.actions:
        return NO_BUTTON
    return Button(say(f"button.{action}"), action, look=Look.BARE)


def _language(language: Language, screen: Screen) -> Button:
    name = languages()[language].name
    look = Look.MARIGOLD if language == screen.language else Look.BARE
    return Button(name, Action.CHOOSE_LANGUAGE, language, look=look)
