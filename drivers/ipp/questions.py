"""Every request that the host's side makes, numbered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from drivers.ipp import job as job_words
from drivers.ipp.codec import Attribute, Message, Tag
from drivers.ipp.job import Job, public_name
from drivers.ipp.report import WANTED, WANTED_ONCE
from drivers.ipp.words import Media, Operation, attribute, keywords, request


class About(Enum):
    """What a question is about."""

    PRINTER = auto()
    STRAYS = auto()  # jobs of ours that nobody wants any more
    STRAY = auto()
    CREATE = auto()
    SEND = auto()
    CANCEL = auto()
    JOB = auto()


@dataclass(frozen=True)
class Question:
    about: About
    request: Message


class Asker:
    """To one printer."""

    def __init__(self, uri: str, media: Media) -> None:
        self._uri, self._media = uri, media
        self._number = 0

    def about_printer(self, is_known: bool) -> Question:
        names = WANTED if is_known else WANTED + WANTED_ONCE
        wanted = keywords("requested-attributes", *names)
        return self._ask(About.PRINTER, Operation.GET_PRINTER_ATTRIBUTES, wanted)

    def about_strays(self) -> Question:
        wanted = keywords("requested-attributes", "job-id", "job-name")
        which = keywords("which-jobs", "not-completed")
        return self._ask(About.STRAYS, Operation.GET_JOBS, which, wanted)

    def cancel_stray(self, number: int) -> Question:
        return self._ask(About.STRAY, Operation.CANCEL_JOB, _id(number))

    def cancel(self, job: Job) -> Question:
        return self._ask(About.CANCEL, Operation.CANCEL_JOB, _id(job.number))

    def about_job(self, job: Job) -> Question:
        wanted = keywords("requested-attributes", *job_words.WANTED)
        return self._ask(About.JOB, Operation.GET_JOB_ATTRIBUTES, _id(job.number), wanted)

    def create(self, job: Job) -> Question:
        name = attribute(Tag.NAME, "job-name", public_name(job.name))
        return self._ask(About.CREATE, Operation.CREATE_JOB, name, job=job.attributes(self._media))

    def send(self, job: Job) -> Question:
        """Takes the document out of the job: it is sent once."""
        document, job.document = job.document, b""
        kind = attribute(Tag.MIME, "document-format", job.kind)
        last = attribute(Tag.BOOLEAN, "last-document", True)
        return self._ask(
            About.SEND, Operation.SEND_DOCUMENT, _id(job.number), kind, last, document=document
        )

    def _ask(self, about: About, operation: Operation, *more: Attribute,
             job: tuple[Attribute, ...] = (), document: bytes = b"") -> Question:  # fmt: skip
        self._number += 1
        message = request(operation, self._number, self._uri, more, job, document)
        return Question(about, message)


def _id(number: int) -> Attribute:
    return attribute(Tag.INTEGER, "job-id", number)
