"""Pay with a telephone: one code, what it costs, and how long it is good."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Screen, ShowUpi
from ui.say import Say, amount, sentences


@dataclass(frozen=True)
class ShowUpiModel:
    question: str = ""
    line: str = ""
    total_label: str = ""
    total: str = ""
    code: str = ""  # what the QR holds
    payee_label: str = ""
    payee: str = ""
    leaving: str = ""  # with {seconds}
    waits: str = ""  # while nobody counts

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, self.line, f"{self.total_label} {self.total}")

    @property
    def aloud_text(self) -> str:
        return sentences(self.question, self.line)


def model(data: ShowUpi, screen: Screen, say: Say) -> ShowUpiModel:
    return ShowUpiModel(
        question=say("upi.question"),
        line=say("upi.line"),
        total_label=say("bill.total"),
        total=amount(data.due),
        code=data.link,
        payee_label=say("upi.payee"),
        payee=data.payee,
        leaving=say("upi.leaving", seconds="{seconds}"),
        waits=say("upi.waits"),
    )
