"""Is this right? What will be asked of the office, and what the citizen agrees to."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.asked import Confirm, Said
from firmware.contract.reading import in_language
from firmware.contract.screen import Screen
from ui.say import Say, in_fours, sentences

LONG_NUMBER = 12  # digits, from which a number is read in fours


@dataclass(frozen=True)
class Row:
    label: str
    value: str


@dataclass(frozen=True)
class ConfirmModel:
    question: str = ""
    service: str = ""
    rows: tuple[Row, ...] = ()
    consent: str = ""  # what a yes means; empty where nothing is agreed to
    comfort: str = ""  # that it is free

    @property
    def spoken_text(self) -> str:
        read = (text for row in self.rows for text in (row.label, row.value))
        return sentences(self.question, *read, self.consent, self.comfort)

    @property
    def aloud_text(self) -> str:
        """What was said about oneself is not repeated to the room."""
        return sentences(self.question, self.consent, self.comfort)


def model(data: Confirm, screen: Screen, say: Say) -> ConfirmModel:
    return ConfirmModel(
        question=say("confirm.question.person" if data.consents else "confirm.question"),
        service=say(f"{data.service}.name"),
        rows=tuple(_row(line, screen, say) for line in data.lines),
        consent=say("confirm.consent") if data.consents else "",
        comfort=say("confirm.free"),
    )


def _row(line: Said, screen: Screen, say: Say) -> Row:
    """The value as the office, or the citizen, said it; in another language rather than not."""
    text = in_language(line.text, screen.language, "")
    is_long = text.isdecimal() and len(text) >= LONG_NUMBER
    return Row(say(say.known(line.label, "confirm.other")), in_fours(text) if is_long else text)
