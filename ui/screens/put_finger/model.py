"""Put your finger on the reader: how, what came of the last one, and how many tries are left."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.asked import PutFinger
from firmware.contract.screen import Screen
from ui.say import Say, sentences

GENERAL = "finger.again"
STEPS = 3


@dataclass(frozen=True)
class PutFingerModel:
    question: str = ""
    steps: tuple[str, ...] = ()
    strip: str = ""
    strip_icon: str = "arrow-fat-right-fill"
    comfort: str = ""  # how many tries are left; that the print is not kept

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, *self.steps, self.strip, self.comfort)


def model(data: PutFinger, screen: Screen, say: Say) -> PutFingerModel:
    if data.hint is not None:
        strip, icon = say(say.known(data.hint, GENERAL)), "info-fill"
    else:
        strip = say("finger.put" if data.is_ready else "finger.one_moment")
        icon = "arrow-fat-right-fill"
    return PutFingerModel(
        question=say("finger.question"),
        steps=tuple(f"{at}. {say(f'finger.do.{at}')}" for at in range(1, STEPS + 1)),
        strip=strip,
        strip_icon=icon,
        comfort=say("finger.not_kept") if data.hint is None else say("finger.left", left=data.left),
    )
