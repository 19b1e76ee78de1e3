"""The one job that may be under way, as the printer was told of it and tells of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from drivers.ipp.codec import Attribute, Section, Tag
from drivers.ipp.events import End, Fault, Follow, PrintJob
from drivers.ipp.states import JOB, Stage, Step
from drivers.ipp.words import (
    A4_MEDIA,
    ENDED,
    ONE_SIDED,
    OUR_JOBS,
    TWO_SIDED,
    JobState,
    Media,
    attribute,
    keywords,
)

WANTED = (
    "job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed",
    "job-media-sheets-completed", "number-of-documents",
)  # fmt: skip
ENDS = {
    JobState.COMPLETED: End.COMPLETED,
    JobState.CANCELED: End.CANCELED,
    JobState.ABORTED: End.ABORTED,
}
NOT_ALL_IN = frozenset({"job-incoming", "job-data-insufficient"})  # RFC 8011, 5.3.8


class UnexpectedStep(RuntimeError):
    """A bug: the table has no such step."""


def public_name(job: str) -> str:
    """What stands on the printer's own display: no person, no service, and the same every time."""
    return OUR_JOBS + hashlib.sha256(job.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Seen:
    """One answer to Get-Job-Attributes."""

    state: JobState
    printed: int
    is_ours: bool
    is_all_in: bool

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


@dataclass
class Job:
    """`printed` is of this IPP job, whole sheets only; `end_as`: what we cancel it for."""

    name: str
    pages: int
    is_two_sided: bool
    kind: str = ""
    number: int = 0
    printed: int = 0
    stage: Stage = Stage.NONE
    document: bytes = b""
    wants_cancel: str = ""  # the fault to end with, once it may be cancelled
    end_as: End = End.CANCELED
    is_cancel_sent: bool = False
    is_gone: bool = False  # the printer does not know it any more

    @classmethod
    def of(cls, command: PrintJob) -> Job:
        job = cls(command.job, command.pages, command.is_two_sided, command.kind)
        job.move(Step.GIVEN)
        return job

    @classmethod
    def found(cls, command: Follow) -> Job:
        job = cls(
            command.job,
            command.pages,
            command.is_two_sided,
            number=command.number,
            printed=command.printed,
        )
        job.move(Step.FOLLOWED)
        return job

    def move(self, step: Step) -> None:
        try:
            self.stage = JOB[self.stage][step]
        except KeyError:
            raise UnexpectedStep(f"{step.name} of {self.name} in {self.stage.name}") from None

    @property
    def can_be_asked(self) -> bool:
        is_made = self.stage in (Stage.WATCHING, Stage.DOUBTED, Stage.CANCELLING)
        return is_made and not self.is_gone

    def cancel(self, because: str) -> None:
        """Now, or as soon as there is something to cancel."""
        self.wants_cancel = self.wants_cancel or because
        self.follow_up()

    def follow_up(self) -> None:
        """After a step: is it time for a cancel that was asked for earlier?"""
        if self.wants_cancel and Step.CANCEL in JOB[self.stage]:
            self.move(Step.CANCEL)
            self.document = b""

    def begin_again(self) -> None:
        """The printer may have half of it: what it does not print of it comes as another job."""
        self.end_as = End.ABORTED
        self.cancel(Fault.ABORTED)

    def lose_answer(self) -> None:
        """The connection broke while its document was on its way."""
        self.move(Step.LOST)
        self.follow_up()

    def attributes(self, media: Media) -> tuple[Attribute, ...]:
        """A4 every printer knows by its name; a card's name not all know, but its size."""
        return (
            attribute(Tag.INTEGER, "copies", 1),
            keywords("sides", TWO_SIDED if self.is_two_sided else ONE_SIDED),
            keywords("media", media.name) if media is A4_MEDIA else media.col,
        )

    def seen(self, section: Section) -> Seen:
        """What an answer says; an unknown state is that of a job under way."""
        number = section.number("job-state")
        state = JobState(number) if number in set(JobState) else JobState.PROCESSING
        incoming = NOT_ALL_IN & set(section.texts("job-state-reasons"))
        return Seen(
            state=state,
            printed=self._printed(section, state),
            is_ours=section.text("job-name") == public_name(self.name),
            is_all_in=not incoming and section.number("number-of-documents") != 0
            and state is not JobState.HELD,
        )  # fmt: skip

    def _printed(self, section: Section, state: JobState) -> int:
        """On both sides only the sheets that lie in the tray: a half one is printed again."""
        impressions = section.number("job-impressions-completed")
        sheets = section.number("job-media-sheets-completed")
        if self.is_two_sided and sheets is not None:
            return min(self.pages, sheets * 2)
        known = min(self.pages, (impressions if impressions is not None else sheets) or 0)
        if self.is_two_sided and known < self.pages and state is not JobState.COMPLETED:
            known -= known % 2  # sides are all that this printer counts
        return max(self.printed, known)
