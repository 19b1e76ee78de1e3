"""Type the name of a place: what was found by it so far. Core finds; the letters stay here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware.contract.letters import may_follow, without_last
from firmware.contract.reading import in_language
from firmware.contract.screen import Screen
from firmware.contract.typed import LONGEST_SEARCH, FindPlace
from ui.say import Say, sentences
from ui.screens.choice.model import RowModel

LOST_AFTER = 1.0  # seconds; what core has not answered by then is asked again with the next letter


@dataclass(frozen=True)
class FindPlaceModel:
    question: str = ""
    where: str = ""
    rows: tuple[RowModel, ...] = ()
    sought: str = ""  # what the rows were found by
    typed: str = ""
    subject: str = ""  # service and label: the same subject keeps what was typed
    nothing: str = ""
    language: str = "hi"
    space: str = ""  # the word on that key
    wipe: str = ""  # spoken

    @property
    def hint(self) -> str:
        """In place of rows."""
        if self.rows:
            return ""
        return self.nothing if self.sought else self.where

    @property
    def echo(self) -> str:
        """Said after each key by who cannot see it: what is typed."""
        return sentences(self.typed)

    @property
    def spoken_text(self) -> str:
        """Not the names, which change at every key: who needs them hears each by the keys."""
        return sentences(self.question, self.hint)


def model(data: FindPlace, screen: Screen, say: Say) -> FindPlaceModel:
    place = data.label.rpartition(".")[2]
    return FindPlaceModel(
        question=say.own("find.question", place, label=say(data.label)),
        where=say("find.where"),
        rows=tuple(
            RowModel(
                each.id,
                in_language(each.words, say.language, each.id),
                in_language(each.by, say.language, ""),
            )
            for each in data.options
        ),
        sought=data.sought,
        typed=data.sought,
        subject=f"{data.service}/{data.label}",
        nothing=say("find.nothing"),
        language=screen.language,
        space=say("key.space"),
        wipe=say("key.wipe"),
    )


def write(model: FindPlaceModel, letter: str) -> FindPlaceModel:
    """One letter more, where it may follow."""
    typed = model.typed + letter
    fits = may_follow(model.typed, letter) and len(typed) <= LONGEST_SEARCH
    return replace(model, typed=typed) if fits else model


def wipe(model: FindPlaceModel) -> FindPlaceModel:
    return replace(model, typed=without_last(model.typed))


@dataclass
class Asking:
    """One question to core at a time, the newest: whoever types faster than a slow board finds is
    answered for his last letter, and no press lands on a screen that has gone. `now` is
    monotonic seconds."""

    asked: str = ""  # what core was last asked for
    at: float = 0.0

    def due(self, shown: FindPlaceModel, now: float) -> bool:
        """Whether to ask now for what is typed; then it counts as asked."""
        is_waiting = self.asked != shown.sought and now - self.at < LOST_AFTER
        if is_waiting or shown.typed == shown.sought:
            return False
        self.asked, self.at = shown.typed, now
        return True


def keep_typed(new: FindPlaceModel, old: FindPlaceModel) -> FindPlaceModel:
    """What core found for a letter of before; the letters since are still there."""
    return new if new.subject != old.subject else replace(new, typed=old.typed)
