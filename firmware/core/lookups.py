"""Lookups: what an office knows of a number is shown, printed if the citizen likes, and forgotten.

They cost nothing, so there is no order. Rows tell how many there were, never of whom. As nothing is
paid for the paper, the roll is guarded: one slip of what is on the screen, and so many an hour.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import takewhile

from msgspec.structs import replace

from firmware.contract.facts import LONGEST_FACT, MOST_FACTS, FactLine, Facts, ShowFacts
from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.screen import Action, ScreenData, Waiting
from firmware.core.book import Book
from firmware.core.desk_printer import DeskPrinter, Paper
from firmware.core.floor import Floor
from firmware.core.guesses import Guesses
from firmware.core.papers import Papers
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal.chain import only
from firmware.journal.lookup_rows import LookupMissed, LookupShown
from firmware.journal.rows import VERIFICATION, PrintIntended
from firmware.services.catalogue import Catalogue
from firmware.till.access import LOOKUPS
from firmware.till.effects import Outbox

log = logging.getLogger("core")

SLIP = "facts"  # the document, in rows and names of jobs
MOST_SLIPS, SLIPS_WITHIN = 12, timedelta(hours=1)  # a queue of people needs more time than that
PAPER, FAILED = "paper", "failed"  # what became of a slip: Visit.proof


class Lookups:
    """Asks nobody itself: says what is to be asked. `now` is monotonic seconds."""

    def __init__(
        self, book: Book, floor: Floor, outbox: Outbox, papers: Papers, catalogue: Catalogue
    ) -> None:
        self._book, self._floor, self._papers, self._catalogue = book, floor, papers, catalogue
        self._guesses = Guesses(book, LOOKUPS, LookupMissed, LookupShown)
        self._printer = DeskPrinter(book, floor, outbox)

    def start(self, now: float) -> None:
        self._guesses.start(now)

    def tick(self, now: float) -> None:
        """Say on the tiles what is so now."""
        self._floor.why_no_lookup = self._why_shut(now)

    def _why_shut(self, now: float) -> str | None:
        if self._guesses.locked_for(now) > 0:
            return "tile.too_many_tries"
        if self._floor.records_trouble:
            return "tile.no_records"
        return "tile.no_power" if self._floor.power_is_ending else None

    # --- the question ----------------------------------------------------------------------

    def is_at(self, visit: Visit) -> bool:
        """Whether it is about what an office knows: a lookup, or whom a verification is of."""
        service = self._catalogue.services.get(visit.service)
        return service is not None and service.kind in ("lookup", VERIFICATION)

    def refuses(self, visit: Visit, now: float) -> Signal | None:
        """Whoever only guesses is not answered, here and on the tile."""
        if not self.is_at(visit) or (problem := self._why_shut(now)) is None:
            return None
        visit.problem = problem
        return Signal.WRONG_NUMBER

    def take(self, visit: Visit, reply: GatewayReply | None, now: float) -> Signal:
        """Put the facts, or what is wrong, into the visit. None is silence."""
        match reply:
            case Facts(is_kept=is_kept) if _is_readable(reply) and self._counts(visit, is_kept):
                self._book.write(LookupShown(visit.service))
                visit.facts, visit.proof = _bounded(reply), ""
                return Signal.FACTS_CAME
            case Failed(problem=Problem.NO_SUCH_ACCOUNT):
                self._guesses.add(now)
                visit.problem = "number.no_such_account"
                return Signal.WRONG_NUMBER
            case Facts(is_kept=False) | Failed(problem=Problem.REFUSED):
                log.error("%s: nothing that can be shown: %s", visit.service, type(reply).__name__)
                visit.cause = "trouble.lookup_refused"
            case _:
                is_lookup = self._counts(visit, is_kept=True)
                visit.cause = "trouble.lookup_away" if is_lookup else "trouble.back_end_down"
        return Signal.FAILED

    def _counts(self, visit: Visit, is_kept: bool) -> bool:
        """What was kept is no answer to a service that promises nothing without the back end."""
        return not is_kept or self._catalogue.services[visit.service].promise != "none"

    # --- the slip --------------------------------------------------------------------------

    def offers(self, visit: Visit) -> list[Action]:
        """A slip, while there is none of what is on the screen."""
        may_print = visit.stage is Stage.FACTS and visit.proof != PAPER
        return [Action.PRINT] if may_print and self._why_no_slip() is None else []

    def _why_no_slip(self) -> str | None:
        """A receipt needs the last of the roll more than a slip does."""
        trouble = self._floor.printer_trouble()
        if trouble == "trouble.paper_out":
            return "facts.slip.no_paper"
        if trouble is not None or self._floor.records_trouble or self._floor.power_is_ending:
            return "facts.slip.not_now"
        return "facts.slip.enough" if self._slips_lately() >= MOST_SLIPS else None

    def _slips_lately(self) -> int:
        """By the rows, so that no restart forgets them; a clock that jumped begins a new hour."""
        at = datetime.fromisoformat(self._book.at)
        told = only(self._book.journal.newest_of(PrintIntended), PrintIntended)
        lately = takewhile(
            lambda one: abs(at - datetime.fromisoformat(one[0].at)) < SLIPS_WITHIN, told
        )
        return sum(row.document == SLIP for _, row in lately)

    def print(self, visit: Visit, now: float) -> Signal | None:
        """The slip, in the language of the screen."""
        if visit.facts is None or not self.offers(visit):
            return None
        ticket = self._papers.facts_slip(visit.service, visit.account, visit.facts, visit.language)
        self._printer.begin([Paper(SLIP, lambda _: ticket)], now)
        self._printer.step(now)
        return Signal.PRINT

    def step(self, visit: Visit, now: float) -> Signal | None:
        """Do what is due until it is out, or never will be."""
        if not self._printer.step(now):
            return None
        visit.proof = PAPER if self._printer.is_on_paper else FAILED
        return Signal.PROVEN

    def on_job_ended(self, job: str, fault: str | None, now: float) -> bool:
        """Whether that job was a slip of this visit."""
        return self._printer.on_ended(job, fault, now)

    # --- what is seen ----------------------------------------------------------------------

    def draw(self, visit: Visit) -> ScreenData:
        if visit.stage is Stage.FACTS_SLIP:
            return Waiting("waiting.printing")
        assert visit.facts is not None
        facts = visit.facts
        return ShowFacts(
            visit.service, visit.account, facts.lines, facts.as_of, facts.is_kept, self._says(visit)
        )

    def _says(self, visit: Visit) -> str:
        """What there is to say of the slip: a message key, or nothing."""
        if visit.proof == PAPER:
            return "facts.slip.take"
        why_not = self._why_no_slip()
        return why_not or ("facts.slip.failed" if visit.proof == FAILED else "")


def _is_readable(facts: Facts) -> bool:
    try:
        datetime.fromisoformat(facts.as_of)
    except ValueError:
        return False
    return bool(facts.lines)


def _bounded(facts: Facts) -> Facts:
    """As much as a screen and a slip can hold."""
    lines = [
        FactLine(line.id, {each: _shortened(text) for each, text in line.text.items()})
        for line in facts.lines[:MOST_FACTS]
    ]
    return replace(facts, lines=lines)


def _shortened(text: str) -> str:
    """Between two words, where it has any: Hindi is not cut in a syllable."""
    if len(text) <= LONGEST_FACT:
        return text
    return f"{text[: LONGEST_FACT - 1].rpartition(' ')[0] or text[: LONGEST_FACT - 1]}…"
