"""Teaching: the pictures of how this is used, and practice with play money.

Practice is a second machine inside the machine (firmware/practice). This one holds its leash: a
connection that ends with whoever dies first. Meanwhile it stands in a stage without money: no
session, so no lease (M4), and its journal has two rows, that practice began and that it ended.
"""

from __future__ import annotations

import logging

from firmware.contract.command import StartPractice, StopPractice
from firmware.contract.device import Outcome, Reply
from firmware.contract.screen import Action
from firmware.contract.teach import HOW_TO_PAGES, HowTo, Practice
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.operator import OperatorDesk
from firmware.core.redeeming import refused
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal.practice_rows import PracticeBegan, PracticeEnded
from firmware.runtime.config import PracticeSection
from firmware.till.effects import Outbox, Practise

log = logging.getLogger("core")

READY_WITHIN = 10.0  # seconds until the bus of practice must be there
LONGEST = 1200.0  # seconds: whoever waits behind has a bill to pay
ASKED_FOR = 5.0  # seconds in which a wish is good: the desk is left within a tick
CITIZEN = "citizen"
READY = "ready"  # the words of practice; any other one ends it
LOST = "lost"  # it went without a word


class Teaching:
    """`now` is monotonic seconds."""

    def __init__(
        self,
        book: Book,
        floor: Floor,
        outbox: Outbox,
        section: PracticeSection,
        desk: OperatorDesk,
    ) -> None:
        self._book, self._floor, self._outbox, self._section = book, floor, outbox, section
        self._desk = desk
        desk.why_no_practice = self.why_not
        self._asked: tuple[str, float | None] | None = None  # who wants it, and since when
        self._began_at: float | None = None  # while it is on
        self._is_ready = False
        self._why = ""  # it is to end
        self._faults: set[tuple[str, str]] = set()  # that were there before

    def start(self) -> None:
        """A practice that a life before began is over: its leash broke."""
        began, ended = (self._book.journal.last_of(each) for each in (PracticeBegan, PracticeEnded))
        if began is not None and (ended is None or ended.seq < began.seq):
            self._book.write(PracticeEnded("restarted"))

    # --- who wants what --------------------------------------------------------------------

    def offers(self, visit: Visit) -> list[Action]:
        """Beside what the stage always offers."""
        if visit.stage is Stage.HOW_TO:
            before = [Action.PREVIOUS_PAGE] if visit.page > 0 else []
            is_last = visit.page == len(HOW_TO_PAGES) - 1
            return before if is_last else [*before, Action.NEXT_PAGE]
        if visit.stage is not Stage.ATTRACT:
            return []
        may = self._section.citizens_may and self.why_not() is None
        return [Action.HOW_TO, Action.PRACTISE] if may else [Action.HOW_TO]

    def why_not(self) -> str | None:
        """Why nobody may practise now, as a message key of the desk."""
        if self._floor.records_trouble or not self._floor.journal_is_confirmed:
            return "desk.practice_no_records"
        return "desk.practice_no_power" if self._floor.mains_is_off else None

    def answer(self, command: StartPractice | StopPractice, visit: Visit) -> Reply:
        """What a technician asks for."""
        if isinstance(command, StartPractice):
            return self.ask(command.by, visit)
        return self.stop(command.by)

    def ask(self, by: str, visit: Visit) -> Reply:
        """An operator or a technician wants it; it begins when nobody is at the kiosk."""
        is_free = visit.stage in (Stage.ATTRACT, Stage.OPERATOR) and visit.order is None
        if not is_free:
            return refused("somebody is at the kiosk: expected nobody")
        if (trouble := self.why_not()) is not None:
            return refused(f"expected mains and a whole journal, got {trouble}")
        self._asked = (by, None)
        return Reply(Outcome.DONE, "practice begins; it says so on the screen")

    def stop(self, by: str) -> Reply:
        if self._began_at is None:
            return Reply(Outcome.DONE, "nobody practises")
        log.info("%s ends practice", by)
        self._why = self._why or "stopped"
        return Reply(Outcome.DONE)

    # --- what happens ----------------------------------------------------------------------

    def on_word(self, word: str) -> None:
        """What practice says of itself; empty: it is gone."""
        if self._began_at is None:
            return
        if word == READY:
            self._is_ready = True
        else:
            self._why = self._why or word or LOST

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """What follows by the clock, by a wish, or by what went wrong."""
        if by := self._desk.practises:
            self.ask(by, visit)
        if visit.stage is Stage.PRACTICE:
            if self._began_at is None:
                self._begin(now)
            self._why = self._why or self._must_end(now)
            if not self._why:
                return None
            visit.cause = f"trouble.practice_{self._why}"
            return Signal.FAILED if self._why in ("late", LOST) else Signal.LEFT
        if self._began_at is not None:
            self._end()
        return self._granted(visit, now)

    def _granted(self, visit: Visit, now: float) -> Signal | None:
        if self._asked is None:
            return None
        by, since = self._asked
        self._asked = (by, now if since is None else since)
        if visit.stage is Stage.ATTRACT and visit.order is None:
            return Signal.PRACTISE
        if since is not None and now - since > ASKED_FOR:
            self._asked = None
        return None

    def _begin(self, now: float) -> None:
        by, self._asked = self._asked[0] if self._asked else CITIZEN, None
        self._began_at, self._is_ready, self._why = now, False, ""
        self._faults = self._present_faults()
        self._book.write(PracticeBegan(by))
        self._outbox.add(Practise(is_on=True))
        log.info("%s practises", by)

    def _end(self) -> None:
        self._book.write(PracticeEnded(self._why or "pressed"))
        self._outbox.add(Practise(is_on=False))
        log.info("practice is over: %s", self._why or "pressed")
        self._began_at, self._is_ready, self._why = None, False, ""

    def _must_end(self, now: float) -> str:
        """Also for a fault that was not there before: somebody has to see it."""
        assert self._began_at is not None
        if self._floor.mains_is_off:
            return "mains_off"
        if self._floor.door_is_open:
            return "door_open"
        if fresh := self._present_faults() - self._faults:
            return min(fresh)[1]
        if not self._is_ready and now - self._began_at >= READY_WITHIN:
            return "late"
        return "long" if now - self._began_at >= LONGEST else ""

    def _present_faults(self) -> set[tuple[str, str]]:
        devices = self._floor.devices.values()
        return {(each.name, fault.code) for each in devices for fault in each.faults}

    # --- what is seen ----------------------------------------------------------------------

    def draw(self, visit: Visit) -> HowTo | Practice:
        if visit.stage is Stage.PRACTICE:
            return Practice(self._is_ready)
        return HowTo(HOW_TO_PAGES[visit.page], visit.page + 1, len(HOW_TO_PAGES))
