"""Type a number: grouped by four, with what is still missing. Typing happens here, not in core."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate

from firmware.contract.check_digit import has_verhoeff_check
from firmware.contract.screen import Number, Screen
from ui.say import Say, amount, sentences

GROUP = 4  # digits
KEYS = "123456789"


@dataclass(frozen=True)
class NumberModel:
    question: str = ""
    where: str = ""
    digits: int = 0
    typed: str = ""
    problem: str = ""
    more: tuple[str, ...] = ("",)  # the strip's words by how many digits are missing
    next: str = ""
    wipe: str = ""  # spoken
    subject: str = ""  # service and label: the same subject keeps what was typed
    least: int = 0  # digits from which on it is complete
    groups: tuple[int, ...] = ()  # places of each; else fours
    mark: str = ""  # a key beside the digits
    check: str = ""  # the check digit that it ends with, if it has one
    unchecked: str = ""  # the words of one that is wrong

    @property
    def is_complete(self) -> bool:
        return len(self.typed) >= self.least

    @property
    def is_full(self) -> bool:
        return len(self.typed) == self.digits

    @property
    def echo(self) -> str:
        """Said after each digit by who cannot see it: which it is, and what is missing."""
        return sentences(self.typed[-1:], self.strip)

    @property
    def is_wrong(self) -> bool:
        return bool(self.problem)

    @property
    def strip(self) -> str:
        return self.problem or self.more[self.digits - len(self.typed)]

    @property
    def cells(self) -> tuple[str, ...]:
        """One text a digit; an empty one is still missing."""
        return tuple(self.typed.ljust(self.digits)[at].strip() for at in range(self.digits))

    @property
    def starts(self) -> frozenset[int]:
        """The places before which there is a gap."""
        groups = self.groups or (GROUP,) * (self.digits // GROUP)
        return frozenset(accumulate(groups))

    @property
    def spoken_text(self) -> str:
        return sentences(self.problem, self.question, self.where)


def model(data: Number, screen: Screen, say: Say) -> NumberModel:
    where, asks = f"{data.label}.where", f"{data.label}.question"
    safe = amount(data.safe) if data.safe is not None else ""
    least = data.least or data.digits
    is_own = say.has(asks)  # a number that is asked for in words of its own
    return NumberModel(
        question=say(asks) if is_own else say("number.question", label=say(data.label)),
        where=say(where, digits=least, safe=safe) if say.has(where) else "",
        digits=data.digits,
        typed=data.typed[: data.digits],
        problem=_problem(data, say),
        more=tuple(_missing(count - data.digits + least, say) for count in range(data.digits + 1)),
        next=say("button.next"),
        wipe=say("keys.wipe"),
        subject=f"{data.service}/{data.label}",
        least=least,
        groups=tuple(data.groups),
        mark=data.marks,
        check=data.check,
        unchecked=say("number.check_digit"),
    )


def _problem(data: Number, say: Say) -> str:
    """What is wrong; of a receipt the first digits may be named."""
    if not data.problem:
        return ""
    return say.problem(data.problem, data.service, first=data.typed[:GROUP])


def type_digit(model: NumberModel, digit: str) -> NumberModel:
    """One digit more; a full number stays as it is. A slip of the finger that the check digit
    shows is told with the last digit, before anything is sent."""
    if model.is_full and not model.is_wrong:
        return model
    more = replace(model, typed=(model.typed + digit)[: model.digits], problem="")
    is_slip = more.check and more.is_full and not has_verhoeff_check(more.typed)
    return replace(more, problem=more.unchecked) if is_slip else more


def backspace(model: NumberModel) -> NumberModel:
    return replace(model, typed=model.typed[:-1], problem="")


def keep_typed(new: NumberModel, old: NumberModel) -> NumberModel:
    """A document about the same number that brings no digits must not wipe out half a number."""
    if new.subject != old.subject or new.typed or new.is_wrong:
        return new
    return replace(new, typed=old.typed)


def _missing(count: int, say: Say) -> str:
    if count <= 0:
        return say("number.complete")
    return say("number.more.one" if count == 1 else "number.more", count=count)
