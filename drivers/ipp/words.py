"""The numbers and words of IPP that are used here: RFC 8011, PWG 5100.14, the registry of IANA."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from drivers.ipp.codec import Attribute, Group, Message, Section, Tag, Value


class Operation(IntEnum):
    """RFC 8011, 5.4.15."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    CANCEL_MY_JOBS = 0x0039
    CLOSE_JOB = 0x003B
    IDENTIFY_PRINTER = 0x003C


class Code(IntEnum):
    """RFC 8011, appendix B."""

    OK = 0x0000
    OK_IGNORED = 0x0001
    BAD_REQUEST = 0x0400
    NOT_POSSIBLE = 0x0404
    NOT_FOUND = 0x0406
    FORMAT_NOT_SUPPORTED = 0x040A
    ATTRIBUTES_NOT_SUPPORTED = 0x040B
    CHARSET_NOT_SUPPORTED = 0x040D
    FORMAT_ERROR = 0x0411
    OPERATION_NOT_SUPPORTED = 0x0501
    VERSION_NOT_SUPPORTED = 0x0503
    DEVICE_ERROR = 0x0504
    BUSY = 0x0507
    MULTIPLE_DOCUMENTS_NOT_SUPPORTED = 0x0509


FIRST_ERROR = 0x0100


class JobState(IntEnum):
    """RFC 8011, 5.3.7."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


ENDED = frozenset({JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED})


class PrinterState(IntEnum):
    """RFC 8011, 5.4.11."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


PDF = "application/pdf"
PWG_RASTER = "image/pwg-raster"
A4 = "iso_a4_210x297mm"
ONE_SIDED, TWO_SIDED = "one-sided", "two-sided-long-edge"
USER = "kiosk"
OUR_JOBS = "kiosk-"  # the beginning of the name of every job of ours


def attribute(tag: Tag, name: str, *values: Value) -> Attribute:
    return Attribute(tag, name, values)


def keywords(name: str, *values: str) -> Attribute:
    return Attribute(Tag.KEYWORD, name, values)


def opening(*more: Attribute) -> Section:
    """Charset and language come first in every message (RFC 8011, 4.1.4)."""
    charset = attribute(Tag.CHARSET, "attributes-charset", "utf-8")
    language = attribute(Tag.LANGUAGE, "attributes-natural-language", "en")
    return Section(Group.OPERATION, (charset, language, *more))


@dataclass(frozen=True)
class Media:
    """What is printed on: its name (PWG 5101.1) and its size in hundredths of a millimetre.

    The short edge comes first, as in every name; a page that lies is turned by the printer.
    """

    name: str
    size: tuple[int, int]

    @property
    def col(self) -> Attribute:
        """`media-col` of a job (PWG 5100.7, 6.3): nothing but the size, so any tray may hold it."""
        return attribute(Tag.BEGIN_COLLECTION, "media-col", (self.media_size,))

    @property
    def media_size(self) -> Attribute:
        names = ("x-dimension", "y-dimension")
        pairs = zip(names, self.size, strict=True)
        inner = tuple(attribute(Tag.INTEGER, name, value) for name, value in pairs)
        return attribute(Tag.BEGIN_COLLECTION, "media-size", inner)

    def fits(self, *sides: int) -> bool:
        """Whether these two lengths, whichever first, are of this size."""
        pairs = zip(sorted(sides), sorted(self.size), strict=True)
        return all(abs(found - wanted) <= SAME_SIZE for found, wanted in pairs)


SAME_SIZE = 50  # hundredths of a millimetre: 85.6 is 86, as CUPS has it, too
A4_MEDIA = Media(A4, (21000, 29700))
CARD_MEDIA = Media("om_card_54x86mm", (5400, 8600))  # CR80


def request(operation: Operation, number: int, uri: str, more: Iterable[Attribute] = (),
            job: Iterable[Attribute] = (), document: bytes = b"") -> Message:  # fmt: skip
    """To the printer at `uri`, from the kiosk, which never names a person."""
    about = attribute(Tag.URI, "printer-uri", uri)
    job = tuple(job)
    target = tuple(each for each in more if each.name == "job-id")
    rest = tuple(each for each in more if each.name != "job-id")
    user = attribute(Tag.NAME, "requesting-user-name", USER)
    sections = [opening(about, *target, user, *rest)]
    if job:
        sections.append(Section(Group.JOB, job))
    return Message(operation, number, tuple(sections), document)
