"""What was paid for comes out: how much of it, that it is genuine, and what the printer needs."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Printing, Screen
from ui.say import Say, sentences


@dataclass(frozen=True)
class PrintingModel:
    what: str = ""
    line: str = ""
    icon: str = "printer-fill"
    strip: str = ""  # the signature was checked
    is_standing: bool = False

    @property
    def spoken_text(self) -> str:
        return sentences(self.what, self.line, self.strip)


def model(data: Printing, screen: Screen, say: Say) -> PrintingModel:
    strip = say("printing.genuine") if data.is_genuine else ""
    if data.trouble is not None:
        why = data.trouble.replace("trouble.", "printing.")
        what = say(say.known(why, f"printing.{data.paper}_printer"))
        return PrintingModel(what, say("printing.stands.line"), "warning-fill", strip, True)
    if not data.pages:
        line = say("printing.fetching.line")
        what = say.own("printing.fetching", data.paper)
        return PrintingModel(what, line, "file-text-duotone")
    return PrintingModel(_what(data, say), say(f"printing.line.{data.paper}"), strip=strip)


def _what(data: Printing, say: Say) -> str:
    if not data.page:
        return say.own("printing.begun", data.paper, pages=data.pages)
    return say.own("printing.page", data.paper, page=data.page, pages=data.pages)
