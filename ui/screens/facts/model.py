"""What the office knows of a number: its facts, when it knew them, and a slip for who wants one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firmware.contract.accounts import as_one_word
from firmware.contract.facts import ShowFacts
from firmware.contract.screen import Action, Screen
from ui.frame import NO_BUTTON, Button, button
from ui.say import Say, in_fours, sentences

ROOM = 6.6  # rows of one line in a card, on the panel that has less room for it
PAGED = 5.4  # the same above the button to the next page
FURTHER = 0.6  # of a row: each line more of a value
WIDE = 34  # letters of a value in one line
TAKE = "facts.slip.take"


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class FactsModel:
    """`more` is the text of the button to the next page, with {page}."""

    title: str = ""
    account: str = ""
    as_of: str = ""
    is_kept: bool = False
    pages: tuple[tuple[Row, ...], ...] = ()
    more: str = ""
    strip: str = ""
    strip_icon: str = "info-fill"
    print: Button = NO_BUTTON
    another: Button = NO_BUTTON
    finish: Button = NO_BUTTON
    subject: str = ""  # the same subject keeps its page

    @property
    def spoken_text(self) -> str:
        said = (f"{row.label}: {row.value}" for page in self.pages for row in page)
        return sentences(self.title, *said, self.as_of, self.strip)


def model(data: ShowFacts, screen: Screen, say: Say) -> FactsModel:
    pages = _pages(_rows(data, say))
    more = say("facts.more", page="{page}", pages=len(pages)) if len(pages) > 1 else ""
    key = "facts.kept" if data.is_kept else "facts.as_of"
    return FactsModel(
        title=say(f"{data.service}.name"),
        account=f"{say(f'{data.service}.account')}: {in_fours(as_one_word(data.account))}",
        as_of=say(key, when=_moment(data.as_of, say)),
        is_kept=data.is_kept,
        pages=pages,
        more=more,
        strip=say(say.known(data.slip, "facts.slip.not_now")) if data.slip else "",
        strip_icon="receipt-fill" if data.slip == TAKE else "info-fill",
        print=_print(screen, say),
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        subject=f"{data.service} {data.account} {data.as_of}",
    )


def _rows(data: ShowFacts, say: Say) -> list[Row]:
    """An office that is newer than this screen may tell what has no label here."""
    return [
        Row(say(label if say.has(label) else "facts.other"), line.said(say.language))
        for line in data.lines
        for label in [f"facts.{data.service}.{line.id}"]
    ]


def _pages(rows: list[Row]) -> tuple[tuple[Row, ...], ...]:
    """As many rows a page as fit, by the lines of their values."""
    if sum(map(_takes, rows)) <= ROOM:
        return (tuple(rows),)
    pages: list[list[Row]] = [[]]
    for row in rows:
        if pages[-1] and sum(map(_takes, [*pages[-1], row])) > PAGED:
            pages.append([])
        pages[-1].append(row)
    return tuple(map(tuple, pages))


def _takes(row: Row) -> float:
    """So many rows of one line."""
    return 1 + FURTHER * ((len(row.value) - 1) // WIDE)


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
