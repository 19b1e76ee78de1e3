"""The laser printer's physics: sheets leave the tray, take their time, jam, and lie in the output.

A page counts when its sheet lies there. A sheet that is in the path when the cover opens, the paper
jams or the power goes is destroyed, and printed again as far as the printer still knows the job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.base.protocol import NEVER
from drivers.ipp.words import ENDED, JobState

SIDE_SECONDS = 2.0  # thirty sides a minute
LOW_SHEETS = 20  # where the lever of the tray sees it
LOW_TONER = 10  # percent
SIDES_PER_PERCENT = 20  # of a cartridge for 2000 pages
HISTORY = 10  # ended jobs that are remembered


@dataclass
class HeldJob:
    """One job in the printer. `pages`: what can be read on each, None until there is a document."""

    number: int
    name: str
    user: str
    made_at: float
    pages: list[str] | None = None
    kind: str = ""
    octets: int = 0
    is_two_sided: bool = False
    is_on_ours: bool = True  # it asks for what is in the tray
    state: JobState = JobState.HELD
    reasons: tuple[str, ...] = ("job-incoming",)
    impressions: int = 0
    sheets: int = 0
    began_at: float | None = None
    ended_at: float | None = None
    is_ending: bool = False  # cancelled; the sheet in the path comes out yet
    show: Callable[[int], None] = field(default=lambda page: None)

    @property
    def next_pages(self) -> list[str]:
        """Of the sheet that comes next."""
        sides = 2 if self.is_two_sided else 1
        return (self.pages or [])[self.impressions : self.impressions + sides]

    @property
    def is_active(self) -> bool:
        return self.pages is not None and self.state not in ENDED


class Mechanism:
    """One printer's insides. What is not `jobs` survives its power."""

    def __init__(self, speed: float, sheets: int, output_holds: int, toner: int) -> None:
        self._speed = speed
        self.tray, self.output_holds, self._toner = sheets, output_holds, toner
        self.output: list[dict[str, Any]] = []  # sheets: job and what is on them
        self.in_output = self.spoiled = self.lifetime = 0
        self._toner_since = 0
        self.jobs: list[HeldJob] = []
        self.cover_is_open = self.is_jammed = self.is_offline = False
        self.has_power = True
        self.jams_at: int | None = None  # page of a job
        self._last_number = 0
        self._path: HeldJob | None = None  # whose sheet is moving
        self._out_at = NEVER

    # --- what it is asked --------------------------------------------------------------------

    @property
    def toner(self) -> int:
        used = (self.lifetime - self._toner_since) // SIDES_PER_PERCENT
        return max(0, self._toner - used)

    @property
    def active(self) -> HeldJob | None:
        return next((job for job in self.jobs if job.is_active), None)

    @property
    def is_moving(self) -> bool:
        return self._path is not None

    @property
    def obstacles(self) -> list[str]:
        """Keywords of what stops it now."""
        job = self.active
        waits = job is not None
        wants_other = job is not None and not job.is_on_ours
        found = {
            "cover-open": self.cover_is_open,
            "media-jam": self.is_jammed,
            "media-empty": not self.tray and waits,
            "media-needed": (not self.tray and waits) or wants_other,
            "output-area-full": self.in_output >= self.output_holds,
            "toner-empty": not self.toner,
            "offline": self.is_offline,
        }
        return [word for word, is_so in found.items() if is_so]

    @property
    def reasons(self) -> list[str]:
        """`printer-state-reasons`."""
        warnings = {
            "media-empty-report": not self.tray and self.active is None,
            "media-low-warning": 0 < self.tray < LOW_SHEETS,
            "toner-low-warning": 0 < self.toner < LOW_TONER,
        }
        found = [f"{word}-error" for word in self.obstacles]
        return [*found, *(word for word, is_so in warnings.items() if is_so)] or ["none"]

    # --- jobs --------------------------------------------------------------------------------

    def create(self, name: str, user: str, now: float) -> HeldJob:
        self._last_number += 1
        ended = [job for job in self.jobs if job.state in ENDED]
        for old in ended[:-HISTORY]:
            self.jobs.remove(old)
        job = HeldJob(self._last_number, name, user, now)
        self.jobs.append(job)
        return job

    def take_in(self, job: HeldJob, pages: list[str], now: float) -> None:
        job.pages, job.state, job.reasons = pages, JobState.PENDING, ("none",)
        self.work(now)

    def cancel(self, job: HeldJob, now: float) -> None:
        if self._path is job:
            job.is_ending, job.reasons = True, ("processing-to-stop-point",)
        else:
            self.end(job, JobState.CANCELED, "job-canceled-by-user", now)
        self.work(now)

    def end(self, job: HeldJob, state: JobState, reason: str, now: float) -> None:
        job.state, job.reasons, job.ended_at = state, (reason,), now

    # --- the path ----------------------------------------------------------------------------

    def next_deadline(self) -> float:
        return self._out_at if self.has_power else NEVER

    def work(self, now: float) -> None:
        """Everything that there was time for."""
        if not self.has_power:
            return
        while self._path is not None and self._out_at <= now:
            at, self._out_at = self._out_at, NEVER
            self._come_out(self._path, at)
            self._start(at)
        self._start(now)

    def _start(self, now: float) -> None:
        """The next sheet, if one is due and nothing is in its way."""
        job = self.active
        if self._path is not None or job is None:
            return
        if self.obstacles:
            job.state, job.reasons = JobState.STOPPED, ("printer-stopped",)
            return
        job.state, job.reasons = JobState.PROCESSING, ("job-printing",)
        job.began_at = now if job.began_at is None else job.began_at
        if not job.next_pages:
            self.end(job, JobState.COMPLETED, "job-completed-successfully", now)
            return
        self.tray -= 1
        self._path = job
        self._out_at = now + SIDE_SECONDS * len(job.next_pages) / self._speed

    def _come_out(self, job: HeldJob, now: float) -> None:
        """The sheet lies in the output, or is crumpled in the path."""
        sides = job.next_pages
        self._path = None
        first = job.impressions + 1
        if self.jams_at is not None and first <= self.jams_at < first + len(sides):
            self.jams_at = None
            self.is_jammed = True
            self._spoil(job, now)
            return
        for place in range(len(sides)):
            job.show(job.impressions + place)
        self.output.append({"job": job.name, "pages": sides})
        self.in_output += 1
        self.lifetime += len(sides)
        job.impressions += len(sides)
        job.sheets += 1
        if job.is_ending:
            self.end(job, JobState.CANCELED, "job-canceled-by-user", now)
        elif job.impressions >= len(job.pages or []):
            self.end(job, JobState.COMPLETED, "job-completed-successfully", now)

    def _spoil(self, job: HeldJob, now: float) -> None:
        self.spoiled += 1
        if job.is_ending:
            self.end(job, JobState.CANCELED, "job-canceled-by-user", now)

    def stop(self, now: float) -> None:
        """The cover, or a hand in the path."""
        self.work(now)
        if self._path is not None:
            job, self._path, self._out_at = self._path, None, NEVER
            self._spoil(job, now)

    # --- hands -------------------------------------------------------------------------------

    def power_cut(self, now: float) -> None:
        """Jobs are in RAM, and the numbers begin again."""
        self.stop(now)
        self.has_power = False
        self.jobs.clear()
        self._last_number = 0

    def power_on(self) -> None:
        self.has_power = True

    def fill_toner(self, percent: int) -> None:
        self._toner, self._toner_since = percent, self.lifetime
