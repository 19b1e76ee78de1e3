"""What a person may do to the machine, at the desk or with kioskctl: by the same rules."""

from __future__ import annotations

import logging

from firmware.contract.desk import (
    Adjust,
    Attend,
    DeskCommand,
    PrintDay,
    PrintTicket,
    PutBack,
    Restart,
    Settings,
    TakeOut,
)
from firmware.contract.device import ClearTamper, Kind, Outcome, Reply
from firmware.core.adjusting import Adjusting
from firmware.core.attending import Attending
from firmware.core.book import Book
from firmware.core.closing import Closing
from firmware.core.desk_papers import DeskPapers
from firmware.core.desk_printer import Paper
from firmware.core.floor import Floor
from firmware.core.redeeming import refused
from firmware.core.restarting import NOBODY_PAYS, Restarting
from firmware.core.vault import Vault
from firmware.core.visit import Stage, Visit
from firmware.runtime.config import Config
from firmware.till.effects import Outbox, Tell

log = logging.getLogger("core")


class DeskOrders:
    """Answers commands; what is done is on disk before the answer leaves."""

    def __init__(
        self,
        book: Book,
        floor: Floor,
        outbox: Outbox,
        config: Config,
        vault: Vault,
        papers: DeskPapers,
    ) -> None:
        self._floor, self._outbox, self._vault, self._papers = floor, outbox, vault, papers
        self.attending = Attending(book)
        self.closing = Closing(book, floor)
        self.restarting = Restarting(book, floor, outbox, vault, config.device)
        default = Settings(config.ui.sound.volume, config.ui.brightness)
        beside = book.journal.path.parent
        self.adjusting = Adjusting(beside / "settings.json", default)
        self._to_print: list[Paper] = []

    @property
    def settings(self) -> Settings:
        """In force, for the screen."""
        return self.adjusting.settings

    def answer(self, command: DeskCommand, visit: Visit) -> Reply:
        match command:
            case Attend(by=by, is_here=is_here):
                return self.attending.say(by, is_here)
            case TakeOut(by=by, reason=reason):
                return self._when_nobody_pays(visit) or self.closing.close(by, reason)
            case PutBack(by=by):
                return self.closing.open(by)
            case Restart(by=by, what=what):
                return self.restarting.ask(by, what, visit)
            case PrintDay(number=number):
                papers = self._papers.day(number)
                return self._print(papers, f"day {number} was never closed", visit)
            case PrintTicket(number=ticket):
                papers = self._papers.ticket(ticket)
                return self._print(papers, f"{ticket} is no open ticket", visit)
            case Adjust():
                self.adjusting.adjust(command)
                settings = self.adjusting.settings
                told = f"volume {settings.volume} %, brightness {settings.brightness} %"
                return Reply(Outcome.DONE, told)

    def clear_alarms(self, by: str) -> Reply:
        """The row first; a panel whose tamper switch still is open refuses, and says so on."""
        self._vault.clear_alarms(by)
        for panel in self._floor.of_kind(Kind.PANEL):
            self._outbox.add(Tell(panel.name, ClearTamper()))
        log.warning("%s has looked at the door and tamper alarms", by)
        return Reply(Outcome.DONE, "a tamper switch that still is open goes on saying so")

    def take_to_print(self) -> list[Paper]:
        """What kioskctl wants on paper; taken once, when nobody is at the kiosk."""
        taken, self._to_print = self._to_print, []
        return taken

    def _print(self, papers: list[Paper], why_none: str, visit: Visit) -> Reply:
        if visit.stage is not Stage.ATTRACT:
            return refused("somebody is at the kiosk: ask again when nobody is")
        if not self._floor.can_print:
            return refused("the receipt printer does not work")
        if not papers:
            return refused(why_none)
        self._to_print = papers
        return Reply(Outcome.DONE, f"{papers[0].document} is being printed")

    @staticmethod
    def _when_nobody_pays(visit: Visit) -> Reply | None:
        if visit.order is None and visit.stage in NOBODY_PAYS:
            return None
        return refused("somebody is at the kiosk: expected nobody")
