"""Type some words: what stands there, how much room is left. Typing happens here, not in core."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware.contract.letters import (
    Script,
    is_of,
    letters_of,
    may_follow,
    normalised,
    without_last,
)
from firmware.contract.screen import Screen
from firmware.contract.typed import WriteText
from ui.say import Say, sentences

NEARLY_FULL = 20  # letters that are left when the screen begins to say so


@dataclass(frozen=True)
class WriteTextModel:
    question: str = ""
    where: str = ""
    typed: str = ""
    problem: str = ""
    subject: str = ""  # service and label: the same subject keeps what was typed
    least: int = 0
    most: int = 0
    script: Script = "any"
    language: str = "hi"
    space: str = ""  # the word on that key
    wipe: str = ""  # spoken
    lines: int = 1
    next: str = ""
    left: tuple[str, ...] = ()  # the strip's words by how many letters are left

    @property
    def count(self) -> int:
        """Letters, as core counts them."""
        return len(letters_of(normalised(self.typed)) or "")

    @property
    def is_complete(self) -> bool:
        return self.least <= self.count <= self.most

    @property
    def is_wrong(self) -> bool:
        return bool(self.problem)

    @property
    def strip(self) -> str:
        """What is wrong; else how much room is left where that is little."""
        left = self.most - self.count
        return self.problem or (self.left[left] if 0 <= left < len(self.left) else "")

    @property
    def echo(self) -> str:
        """Said after each key by who cannot see it: the last letter as it stands, what is wrong."""
        letters = letters_of(normalised(self.typed)) or [""]
        return sentences(letters[-1], self.strip)

    @property
    def spoken_text(self) -> str:
        return sentences(self.problem, self.question, self.where)


def model(data: WriteText, screen: Screen, say: Say) -> WriteTextModel:
    where, asks = f"{data.label}.where", f"{data.label}.question"
    is_own = say.has(asks)
    return WriteTextModel(
        question=say(asks) if is_own else say("number.question", label=say(data.label)),
        where=say(where) if say.has(where) else "",
        typed=data.typed,
        problem=_problem(data, say),
        subject=f"{data.service}/{data.label}",
        least=data.least,
        most=data.most,
        script=data.script,
        language=screen.language,
        space=say("key.space"),
        wipe=say("key.wipe"),
        lines=data.lines,
        next=say("button.next"),
        left=tuple(_left(count, say) for count in range(min(NEARLY_FULL, data.most) + 1)),
    )


def _problem(data: WriteText, say: Say) -> str:
    if not data.problem:
        return ""
    return say.problem(data.problem, data.service, least=data.least, most=data.most)


def _left(count: int, say: Say) -> str:
    return say("text.left", count=count) if count else say("text.full")


def write(model: WriteTextModel, letter: str) -> WriteTextModel:
    """One letter more, where it may follow and there is room for it."""
    more = replace(model, typed=model.typed + letter, problem="")
    fits = may_follow(model.typed, letter) and is_of(letter, model.script)
    return more if fits and more.count <= model.most else model


def wipe(model: WriteTextModel) -> WriteTextModel:
    return replace(model, typed=without_last(model.typed), problem="")


def keep_typed(new: WriteTextModel, old: WriteTextModel) -> WriteTextModel:
    """A document about the same question that brings no words must not wipe out half a word."""
    if new.subject != old.subject or new.typed or new.is_wrong:
        return new
    return replace(new, typed=old.typed)
