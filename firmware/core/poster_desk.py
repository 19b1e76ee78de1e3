"""The poster of services and fees for whoever asks: what hangs beside the kiosk, to take home.

It costs nothing, so there is little of it: a few a day, and never the last sheets, which are for
papers that somebody pays for. The job is on disk before the printer hears of it (M2).
"""

from __future__ import annotations

import logging
from itertools import islice

from firmware.contract.device import DeviceState, Kind
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.page_desk import PageDesk
from firmware.core.visit import Signal, Visit
from firmware.documents.poster import poster
from firmware.journal import rows
from firmware.journal.chain import only
from firmware.journal.paper_rows import PosterAsked
from firmware.runtime.config import Config
from firmware.services.catalogue import Catalogue
from firmware.till.effects import LayOut

log = logging.getLogger("core")

POSTER = "poster"
MOST_A_DAY = 5  # a tray is no toy
KEPT_SHEETS = 30  # a morning of certificates
GIVE_UP_AFTER = 60.0  # seconds: a laser that slept takes up to thirty to its first page
LATELY = 50  # ends of jobs: in a visit there are three


class PosterDesk:
    """`now` is monotonic seconds."""

    def __init__(
        self, book: Book, floor: Floor, pages: PageDesk, config: Config, catalogue: Catalogue
    ) -> None:
        self._book, self._floor, self._pages = book, floor, pages
        self._config, self._catalogue = config, catalogue
        self._job, self._since = "", 0.0
        self._ends: dict[str, str] = {}  # job -> its fault, or nothing

    def tick(self) -> None:
        """Say on the tile what is so now."""
        self._floor.why_no_poster = self._why_not()

    def _why_not(self) -> str | None:
        floor = self._floor
        if floor.records_trouble:
            return "tile.no_records"
        if floor.mains_is_off:
            return "tile.no_power"
        if self._book.posters_today() >= MOST_A_DAY:
            return "tile.poster_tomorrow"
        trouble = floor.document_trouble(Kind.PAGE, KEPT_SHEETS)
        if trouble is None:
            return None
        return "tile.no_paper" if trouble == "trouble.page_paper" else "tile.no_printer"

    def step(self, visit: Visit, now: float) -> Signal | None:
        """Do what is due until it is in the tray, or will not be. `visit.proof` is the job."""
        if not visit.proof:
            self._intend(visit)
        if visit.proof != self._job:
            self._job, self._since = visit.proof, now
            self._recall()
        if self._job in self._ends:
            return Signal.PROVEN if not self._ends[self._job] else self._failed(visit)
        printer = self._floor.usable(Kind.PAGE)
        if now - self._since >= GIVE_UP_AFTER:
            self._cancel(now)
            return self._failed(visit)
        if printer is not None:
            self._pages.step(self._job, printer, lambda: self._lay_out(printer), now)
        return None

    def on_job_ended(self, job: str, fault: str | None) -> bool:
        """The printer's word; False for a job that is no poster. Of one that nobody waits for any
        more nothing is written."""
        if not job.startswith(f"{POSTER}/"):
            return False
        if job == self._job and job not in self._ends:
            end = rows.PrintFailed(None, job, fault) if fault else rows.Printed(None, job)
            self._book.write(end)
            self._ends = {job: fault or ""}
        return True

    def _intend(self, visit: Visit) -> None:
        """A name that no job ever had: the journal only grows."""
        visit.proof = f"{POSTER}/{self._book.journal.length + 1}"
        intent = rows.PrintIntended(None, visit.proof, POSTER, Kind.PAGE)
        self._book.write(PosterAsked(), intent)

    def _recall(self) -> None:
        """A core before this one may have written its end."""
        newest_of = self._book.journal.newest_of
        for _, printed in islice(only(newest_of(rows.Printed), rows.Printed), LATELY):
            if printed.job == self._job:
                self._ends[self._job] = ""
        for _, failed in islice(only(newest_of(rows.PrintFailed), rows.PrintFailed), LATELY):
            if failed.job == self._job:
                self._ends[self._job] = failed.fault

    def _lay_out(self, printer: DeviceState) -> LayOut:
        floor = self._floor
        paper = poster(self._config, self._catalogue, floor.rates.table, floor.occasion.paper)
        return LayOut(self._job, printer.name, paper)

    def _cancel(self, now: float) -> None:
        """It must not come out before somebody else."""
        for printer in self._floor.of_kind(Kind.PAGE):
            self._pages.cancel(self._job, printer, now)

    def _failed(self, visit: Visit) -> Signal:
        log.warning("%s: no poster", visit.proof)
        visit.cause = "trouble.no_poster"
        return Signal.FAILED
