"""The numbers and words of IPP that are used here: RFC 8011, PWG 5100.14, the registry of IANA."""

from __future__ import annotations

from collections.abc import Iterable
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
