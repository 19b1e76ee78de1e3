"""What the office knows of a number: its facts, when it knew them, and a slip for who wants one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firmware.contract.accounts import as_one_word
from firmware.contract.facts import ShowFacts
from firmware.contract.screen import Action, Screen
from ui.frame import NO_BUTTON, Button, button
from ui.say import Say, in_fours, sentences

TAKE = "facts.slip.take"


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class FactsModel:
    title: str = ""
    account: str = ""
    as_of: str = ""
    is_kept: bool = False
    rows: tuple[Row, ...] = ()
    strip: str = ""
    strip_icon: str = "info-fill"
    print: Button = NO_BUTTON
    another: Button = NO_BUTTON
    finish: Button = NO_BUTTON
    subject: str = ""  # the same subject keeps its page

    @property
    def spoken_text(self) -> str:
        said = (f"{row.label}: {row.value}" for row in self.rows)
        return sentences(self.title, *said, self.as_of, self.strip)

    @property
    def aloud_text(self) -> str:
        """Not what the office knows of a person."""
        return sentences(self.title, self.as_of, self.strip)


def model(data: ShowFacts, screen: Screen, say: Say) -> FactsModel:
    key = "facts.kept" if data.is_kept else "facts.as_of"
    return FactsModel(
        title=say(f"{data.service}.name"),
        account=f"{say(f'{data.service}.account')}: {in_fours(as_one_word(data.account))}",
        as_of=say(key, when=_moment(data.as_of, say)),
        is_kept=data.is_kept,
        rows=_rows(data, say),
        strip=say(say.known(data.slip, "facts.slip.not_now")) if data.slip else "",
        strip_icon="receipt-fill" if data.slip == TAKE else "info-fill",
        print=_print(screen, say),
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        subject=f"{data.service} {data.account} {data.as_of}",
    )


def _rows(data: ShowFacts, say: Say) -> tuple[Row, ...]:
    """An office that is newer than this screen may tell what has no label here."""
    return tuple(
        Row(say(label if say.has(label) else "facts.other"), line.said(say.language))
        for line in data.lines
        for label in [f"facts.{data.service}.{line.id}"]
    )


def _moment(iso: str, say: Say) -> str:
    when = datetime.fromisoformat(iso)
    return say("facts.time", day=say.month(when.date().isoformat()), time=f"{when:%H:%M}")


def _print(screen: Screen, say: Say) -> Button:
    if Action.PRINT not in screen.actions:
        return NO_BUTTON
    return Button(say("button.print"), Action.PRINT, icon="printer-fill")


def _own(action: Action, screen: Screen, say: Say) -> Button:
    if action not in screen.actions:
        return NO_BUTTON
    return button(action, say, is_way_on=action is Action.FINISH)
