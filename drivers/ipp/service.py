"""The printer's side of IPP: requests to answers, by RFC 8011 and IPP Everywhere (PWG 5100.14).

`ipptool`, which is not ours, judges it in the tests with its own conformance files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from drivers.ipp.abilities import Profile, moment, printer_attributes
from drivers.ipp.codec import (
    Attribute,
    Group,
    IppError,
    Message,
    Section,
    Tag,
    decode,
    encode,
)
from drivers.ipp.mechanics import HeldJob, Mechanism
from drivers.ipp.words import (
    ENDED,
    PDF,
    PWG_RASTER,
    TWO_SIDED,
    Code,
    JobState,
    Media,
    Operation,
    attribute,
    keywords,
    opening,
)

FIRST_TWO = ("attributes-charset", "attributes-natural-language")
JOB_TEMPLATE = ("copies", "sides", "media", "media-col", "print-quality", "printer-resolution",
                "orientation-requested", "print-color-mode", "output-bin", "finishings",
                "page-ranges", "job-name", "print-content-optimize", "print-rendering-intent",
                "multiple-document-handling", "overrides")  # fmt: skip

Reader = Callable[[bytes, str], list[str]]  # a document and its format to what is on its pages


class Refused(ValueError):
    """An answer that is not ok."""

    def __init__(self, code: Code, *unsupported: Attribute) -> None:
        super().__init__(code.name)
        self.code, self.unsupported = code, unsupported


class Service:
    """Answers one request at a time. Times are seconds since the printer was switched on."""

    def __init__(self, mechanism: Mechanism, profile: Profile, read: Reader) -> None:
        self._mechanism, self.profile, self._read = mechanism, profile, read
        self.on_document: Callable[[HeldJob, bytes], None] = lambda job, data: None

    def answer(self, data: bytes, now: float) -> bytes:
        try:
            request = decode(data)
        except IppError:
            return encode(Message(Code.BAD_REQUEST, 0, (opening(),)))
        try:
            self._check(request)
            code, sections = self._obey(request, now)
        except Refused as refused:
            code, sections = refused.code, []
            if refused.unsupported:
                sections = [Section(Group.UNSUPPORTED, refused.unsupported)]
        version = request.version if request.version[0] in (1, 2) else (2, 0)
        answer = Message(code, request.request_id, (opening(), *sections), version=version)
        return encode(answer)

    def _check(self, request: Message) -> None:
        """What every request must have (RFC 8011, 4.1)."""
        if request.version[0] not in (1, 2):
            raise Refused(Code.VERSION_NOT_SUPPORTED)
        first = request.sections[0] if request.sections else Section(Group.JOB)
        names = tuple(each.name for each in first.attributes[:2])
        if first.group is not Group.OPERATION or names != FIRST_TWO or not request.request_id:
            raise Refused(Code.BAD_REQUEST)
        groups = [each.group for each in request.sections]
        if groups.count(Group.OPERATION) > 1:
            raise Refused(Code.BAD_REQUEST)
        if first.text(FIRST_TWO[0]) not in ("utf-8", "us-ascii"):
            raise Refused(Code.CHARSET_NOT_SUPPORTED, first.attributes[0])
        if request.code not in set(Operation):
            raise Refused(Code.OPERATION_NOT_SUPPORTED)
        if not first.text("printer-uri") and not first.text("job-uri"):
            raise Refused(Code.BAD_REQUEST)

    def _obey(self, request: Message, now: float) -> tuple[Code, list[Section]]:
        asked = request.section(Group.OPERATION)
        match Operation(request.code):
            case Operation.GET_PRINTER_ATTRIBUTES:
                return self._printer(asked, now)
            case Operation.VALIDATE_JOB:
                self._check_format(asked)
                return self._ignored(request), self._unsupported(request)
            case Operation.CREATE_JOB | Operation.PRINT_JOB:
                return self._create(request, now)
            case Operation.SEND_DOCUMENT:
                return self._send(request, now)
            case Operation.CANCEL_JOB:
                self._cancel(self._job(asked), now)
                return Code.OK, []
            case Operation.CANCEL_MY_JOBS:
                for job in [each for each in self._mechanism.jobs if each.state not in ENDED]:
                    self._cancel(job, now)
                return Code.OK, []
            case Operation.CLOSE_JOB:
                self._job(asked)
                return Code.OK, []
            case Operation.GET_JOB_ATTRIBUTES:
                return Code.OK, [self._described(self._job(asked), _wanted(asked, "all"), now)]
            case Operation.GET_JOBS:
                return Code.OK, self._jobs(asked, now)
            case Operation.IDENTIFY_PRINTER:
                return Code.OK, []

    # --- the printer -------------------------------------------------------------------------

    def _printer(self, asked: Section, now: float) -> tuple[Code, list[Section]]:
        self._check_format(asked)
        wanted = _wanted(asked, "all")
        known = printer_attributes(self._mechanism, self.profile, now)
        found = [
            each
            for group, each in known
            if each.name in wanted or (wanted & {group, "all"} and each.name != DATABASE)
        ]
        return Code.OK, [Section(Group.PRINTER, tuple(found))]

    def _check_format(self, asked: Section) -> None:
        kind = asked.text("document-format")
        if kind and kind != "application/octet-stream" and kind not in self.profile.formats:
            named = attribute(Tag.MIME, "document-format", kind)
            raise Refused(Code.FORMAT_NOT_SUPPORTED, named)
        if asked.text("compression") not in ("", "none"):
            raise Refused(Code.ATTRIBUTES_NOT_SUPPORTED,
                          keywords("compression", asked.text("compression")))  # fmt: skip

    # --- jobs --------------------------------------------------------------------------------

    def _create(self, request: Message, now: float) -> tuple[Code, list[Section]]:
        asked, template = request.section(Group.OPERATION), request.section(Group.JOB)
        unsupported = self._unsupported(request)
        if unsupported and True in asked.get("ipp-attribute-fidelity"):
            raise Refused(Code.ATTRIBUTES_NOT_SUPPORTED, *unsupported[0].attributes)
        is_print = request.code == Operation.PRINT_JOB
        if is_print:
            self._check_format(asked)
        name = asked.text("job-name") or asked.text("document-name") or "untitled"
        user = asked.text("requesting-user-name") or "anonymous"
        job = self._mechanism.create(name, user, now)
        is_both = template.text("sides").startswith("two-sided")
        job.is_two_sided = is_both and self.profile.is_duplex
        wanted = [each for each in template.attributes if each.name in MEDIA]
        job.is_on_ours = all(map(self._takes, wanted))
        if is_print:
            self._take_in(job, asked, request.document, now)
        return self._ignored(request), [*unsupported, self._described(job, SHORT, now)]

    def _send(self, request: Message, now: float) -> tuple[Code, list[Section]]:
        asked = request.section(Group.OPERATION)
        job = self._job(asked)
        if not asked.get("last-document"):
            raise Refused(Code.BAD_REQUEST)
        if job.pages is not None:
            raise Refused(Code.MULTIPLE_DOCUMENTS_NOT_SUPPORTED)
        if job.state in ENDED:
            raise Refused(Code.NOT_POSSIBLE)
        self._check_format(asked)
        self._take_in(job, asked, request.document, now)
        return Code.OK, [self._described(job, SHORT, now)]

    def _take_in(self, job: HeldJob, asked: Section, document: bytes, now: float) -> None:
        kind = asked.text("document-format") or "application/octet-stream"
        job.kind = kind if kind in (PDF, PWG_RASTER) else _kind(document)
        job.octets = len(document)
        try:
            pages = self._read(document, job.kind)
        except ValueError:
            self._mechanism.end(job, JobState.ABORTED, "document-format-error", now)
            return
        self.on_document(job, document)
        self._mechanism.take_in(job, pages, now)

    def _cancel(self, job: HeldJob, now: float) -> None:
        if job.state in ENDED:
            raise Refused(Code.NOT_POSSIBLE)
        self._mechanism.cancel(job, now)

    def _job(self, asked: Section) -> HeldJob:
        number = asked.number("job-id")
        uri = asked.text("job-uri")
        if number is None and uri:
            last = uri.rpartition("/")[2]
            number = int(last) if last.isdigit() else 0
        if number is None:
            raise Refused(Code.BAD_REQUEST)
        found = next((job for job in self._mechanism.jobs if job.number == number), None)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found

    def _jobs(self, asked: Section, now: float) -> list[Section]:
        which = asked.text("which-jobs") or "not-completed"
        if which not in ("completed", "not-completed", "all"):
            raise Refused(Code.ATTRIBUTES_NOT_SUPPORTED, keywords("which-jobs", which))
        jobs = [job for job in self._mechanism.jobs
                if which == "all" or (job.state in ENDED) == (which == "completed")]  # fmt: skip
        if True in asked.get("my-jobs"):
            jobs = [job for job in jobs if job.user == asked.text("requesting-user-name")]
        limit = asked.number("limit")
        wanted = _wanted(asked, "job-id", "job-uri")
        return [self._described(job, wanted, now) for job in jobs[:limit]]

    def _described(self, job: HeldJob, wanted: set[str], now: float) -> Section:
        found = [each for each in _job_attributes(job, self.profile.uri, now)
                 if wanted & {each.name, "all", "job-description"}]  # fmt: skip
        return Section(Group.JOB, tuple(found))

    def _unsupported(self, request: Message) -> list[Section]:
        """What was asked of a job, and this printer has not."""
        bad = [each if each.name in JOB_TEMPLATE else replace(each, tag=Tag.UNSUPPORTED, values=())
               for each in request.section(Group.JOB).attributes
               if each.name not in JOB_TEMPLATE or not self._takes(each)]  # fmt: skip
        return [Section(Group.UNSUPPORTED, tuple(bad))] if bad else []

    def _takes(self, each: Attribute) -> bool:
        match each.name:
            case "copies":
                return each.values == (1,)
            case "sides":
                return self.profile.is_duplex or each.values == ("one-sided",)
            case "media":
                return each.values[0] == self.profile.media.name
            case "media-col":
                return _names_size(each, self.profile.media)
            case _:
                return True

    def _ignored(self, request: Message) -> Code:
        return Code.OK_IGNORED if self._unsupported(request) else Code.OK


MEDIA = ("media", "media-col")
DATABASE = "media-col-database"  # long, and only told to who asks for it (PWG 5100.7, 6.9.10)
SHORT = {"job-id", "job-uri", "job-state", "job-state-reasons", "job-state-message"}


def _names_size(media_col: Attribute, media: Media) -> bool:
    """Whether a collection asks for this size, or for none."""
    inner = media_col.values[0]
    asked = inner if isinstance(inner, tuple) else ()
    return all(each == media.media_size for each in asked if each.name == "media-size")


def _wanted(asked: Section, *default: str) -> set[str]:
    return set(asked.texts("requested-attributes")) or set(default)


def _kind(document: bytes) -> str:
    return PDF if document.startswith(b"%PDF") else PWG_RASTER


def _job_attributes(job: HeldJob, uri: str, now: float) -> Iterable[Attribute]:
    """Job status and description (RFC 8011, 5.3)."""

    def time(name: str, at: float | None) -> Attribute:
        return attribute(Tag.INTEGER, name, None if at is None else int(at))

    def number(name: str, value: int) -> Attribute:
        return attribute(Tag.INTEGER, name, value)

    pages = len(job.pages) if job.pages is not None else None
    yield number("job-id", job.number)
    yield attribute(Tag.URI, "job-uri", f"{uri}/{job.number}")
    yield attribute(Tag.URI, "job-printer-uri", uri)
    yield attribute(Tag.URI, "job-uuid", _uuid(job))
    yield attribute(Tag.NAME, "job-name", job.name)
    yield attribute(Tag.NAME, "job-originating-user-name", job.user)
    yield attribute(Tag.ENUM, "job-state", job.state)
    yield keywords("job-state-reasons", *job.reasons)
    yield attribute(Tag.TEXT, "job-state-message", job.reasons[0])
    yield number("job-impressions-completed", job.impressions)
    yield number("job-media-sheets-completed", job.sheets)
    yield attribute(Tag.INTEGER, "job-impressions", pages)
    yield number("job-k-octets", -(-job.octets // 1024))
    yield number("number-of-documents", int(pages is not None))
    yield keywords("sides", TWO_SIDED if job.is_two_sided else "one-sided")
    yield time("time-at-creation", job.made_at)
    yield time("time-at-processing", job.began_at)
    yield time("time-at-completed", job.ended_at)
    yield number("job-printer-up-time", max(1, int(now)))
    for name, at in (("creation", job.made_at), ("processing", job.began_at),
                     ("completed", job.ended_at)):  # fmt: skip
        value = None if at is None else moment(at)
        yield attribute(Tag.DATE_TIME, f"date-time-at-{name}", value)
    yield keywords("compression-supplied", "none")
    yield attribute(Tag.MIME, "document-format-supplied", job.kind or PDF)


def _uuid(job: HeldJob) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{job.number:012d}"
