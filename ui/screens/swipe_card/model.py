"""Swipe your card: how, and why the last one was not taken."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Screen, SwipeCard
from ui.say import Say, amount, sentences

GENERAL = "card.other"
STEPS = 3


@dataclass(frozen=True)
class SwipeCardModel:
    question: str = ""
    total_label: str = ""
    total: str = ""
    steps: tuple[str, ...] = ()
    strip: str = ""
    strip_icon: str = "arrow-fat-right-fill"

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, f"{self.total_label} {self.total}", self.strip)

    @property
    def aloud_text(self) -> str:
        return sentences(self.question, self.strip)


def model(data: SwipeCard, screen: Screen, say: Say) -> SwipeCardModel:
    is_plain = data.hint is None
    key = "card.insert" if data.hint is None else say.known(data.hint.key, GENERAL)
    return SwipeCardModel(
        question=say("card.question"),
        total_label=say("bill.total"),
        total=amount(data.due),
        steps=tuple(f"{at}. {say(f'card.do.{at}')}" for at in range(1, STEPS + 1)),
        strip=say(key),
        strip_icon="arrow-fat-right-fill" if is_plain else "info-fill",
    )
