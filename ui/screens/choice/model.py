"""Choose one of a list: large rows, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.options import Option
from firmware.contract.reading import in_language
from firmware.contract.screen import Action, Choice, Screen
from ui.frame import NO_BUTTON, Button
from ui.say import Say, amount, sentences


@dataclass(frozen=True)
class RowModel:
    id: str
    name: str
    by: str = ""
    amount: str = ""
    is_chosen: bool = False  # before: a step back led here

    @property
    def spoken_text(self) -> str:
        return ", ".join(part for part in (self.name, self.by, self.amount) if part)


@dataclass(frozen=True)
class ChoiceModel:
    question: str = ""
    where: str = ""
    rows: tuple[RowModel, ...] = ()
    less: Button = NO_BUTTON
    more: Button = NO_BUTTON
    search: Button = NO_BUTTON
    problem: str = ""
    page: str = ""  # which of how many, or how old the list is

    @property
    def is_wrong(self) -> bool:
        return bool(self.problem)

    @property
    def has_ways(self) -> bool:
        """Whether there is more than the rows to press."""
        return any(each.is_there for each in (self.less, self.more, self.search))

    @property
    def strip(self) -> str:
        return self.problem or self.page

    @property
    def spoken_text(self) -> str:
        rows = [row.spoken_text for row in self.rows]
        return sentences(self.problem, self.question, self.where, *rows, self.page)


def model(data: Choice, screen: Screen, say: Say) -> ChoiceModel:
    where, asks = f"{data.label}.where", f"{data.label}.question"
    is_own = say.has(asks)
    return ChoiceModel(
        question=say(asks) if is_own else say("choice.question", label=say(data.label)),
        where=say(where) if say.has(where) else "",
        rows=tuple(_row(option, data, say) for option in data.options),
        less=_leaf(Action.PREVIOUS_PAGE, screen, say),
        more=_leaf(Action.NEXT_PAGE, screen, say),
        search=_leaf(Action.SEARCH, screen, say),
        problem=say.problem(data.problem, data.service) if data.problem else "",
        page=_page(data, say),
    )


def _row(option: Option, data: Choice, say: Say) -> RowModel:
    """In the language of the screen; in the other, or as its id, where the office has no words."""
    return RowModel(
        id=option.id,
        name=in_language(option.words, say.language, option.id),
        by=in_language(option.by, say.language, ""),
        amount="" if option.amount is None else amount(option.amount),
        is_chosen=option.id == data.chosen,
    )


def _page(data: Choice, say: Say) -> str:
    """An old list says so first: what is chosen may not be had any more."""
    if data.as_of:
        return say("choice.as_of", day=say.month(data.as_of))
    return say("choice.page", page=data.page, pages=data.pages) if data.pages > 1 else ""


def _leaf(action: Action, screen: Screen, say: Say) -> Button:
    return Button(say(f"button.{action}"), action) if action in screen.actions else NO_BUTTON
