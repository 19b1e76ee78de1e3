"""What a whole round of answers says of the printer, and what of it stands in the way of a card."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.evolis.codec import (
    FEEDER_IS_EMPTY,
    Ask,
    Ribbon,
    Word,
    first_integer,
    ribbon_in,
    word_in,
)
from drivers.evolis.events import Doubt, Fault, IdentityKnown, Supplies

SIDES_A_CARD = 2  # a card that the ribbon cannot finish is not begun
RIBBON_LOW = 20  # sides: ten cards, a morning of a busy kiosk
MOST_COUNTED = 2  # by how much the counter of cards may move for one; two if it counts sides [E]

TEXTS = frozenset({Ask.MODEL, Ask.SERIAL, Ask.FIRMWARE, Ask.RIBBON})
IDENTITY = (Ask.MODEL, Ask.SERIAL, Ask.FIRMWARE)
POLLED = tuple(ask for ask in Ask if ask not in IDENTITY)
Answers = dict[Ask, str]


def is_usable(ask: Ask, answer: str) -> bool:
    """A text where a text was asked for, a number where a number was."""
    if word_in(answer) is not None:
        return False
    return ask in TEXTS or first_integer(answer) is not None


def is_anothers(answer: str) -> bool:
    """No question is answered so: it belongs to a command, or our question came in pieces."""
    return word_in(answer) in (Word.OK, Word.TIME_OUT)


@dataclass(frozen=True)
class Condition:
    """The last round. None is what this printer does not say."""

    answers: Answers

    def number(self, ask: Ask) -> int | None:
        answer = self.answers.get(ask)
        return None if answer is None else first_integer(answer)

    @property
    def cover_is_open(self) -> bool:
        return bool(self.number(Ask.COVER))

    @property
    def card_is_inside(self) -> bool | None:
        number = self.number(Ask.CARD_INSIDE)
        return None if number is None else bool(number)

    @property
    def identity(self) -> IdentityKnown:
        return IdentityKnown(*(self.answers.get(ask, "") for ask in IDENTITY))

    @property
    def supplies(self) -> Supplies:
        return Supplies(
            printed=self.number(Ask.PRINTED),
            inserted=self.number(Ask.INSERTED),
            left=0 if self._ribbon_ended else self.number(Ask.RIBBON_LEFT),
            until_cleaning=self.number(Ask.UNTIL_CLEANING),
            feeder_is_empty=self.number(Ask.FEEDER) == FEEDER_IS_EMPTY,
        )

    def has_counted(self, doubt: Doubt) -> bool:
        """The printer's own counter of cards has moved by this one; another one's says nothing."""
        if doubt.serial and self.identity.serial not in ("", doubt.serial):
            return False
        before, after = doubt.printed_before, self.number(Ask.PRINTED)
        return None not in (before, after) and 0 < (after or 0) - (before or 0) <= MOST_COUNTED

    @property
    def _ribbon_ended(self) -> bool:
        return bool(self.number(Ask.RIBBON_ENDED))

    def faults(self, ribbon: Ribbon) -> set[Fault]:
        """`ribbon` is what the kiosk's cards need."""
        supplies, named = self.supplies, self.answers.get(Ask.RIBBON)
        left = supplies.left
        seen = {
            Fault.COVER_OPEN: self.cover_is_open,
            Fault.FEEDER_EMPTY: supplies.feeder_is_empty,
            Fault.RIBBON_END: left is not None and left < SIDES_A_CARD,
            Fault.RIBBON_WRONG: named is not None and ribbon_in(named) is not ribbon,
            Fault.RIBBON_LOW: left is not None and SIDES_A_CARD <= left <= RIBBON_LOW,
            Fault.CLEANING_DUE: supplies.until_cleaning == 0,
        }
        return {fault for fault, is_there in seen.items() if is_there}
