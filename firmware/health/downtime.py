"""A month of the downtime ledger in sums: of each service, how long it had which cause.

Every second of the month up to `until` is in exactly one cause. STAFF is judged here and not
written down: what an operator mends (paper, a full box, a jam) and nobody came for within GRACE is
not the paper's fault any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from firmware.contract.downtime import Cause
from firmware.health.ledger import Attended, Changed, Gap
from firmware.health.ledger_file import Entry

GRACE = timedelta(hours=2)
OPERATORS_WORK = (Cause.PAPER, Cause.CASH_BOX_FULL, Cause.JAM)
STAFF = "staff_absent"
UNWATCHED = "unwatched"  # before the ledger began


@dataclass(frozen=True)
class Span:
    """One cause of one service, from when to when."""

    service: str
    cause: str
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass(frozen=True)
class Visit:
    """An operator at the desk."""

    by: str
    since: datetime
    until: datetime


@dataclass
class _Reading:
    """What is open while the rows are read."""

    spans: list[Span] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    now: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # service -> cause, since
    operator: tuple[str, datetime] | None = None

    def change(self, service: str, cause: str, at: datetime) -> None:
        self.close(service, at)
        self.now[service] = (cause, at)

    def close(self, service: str, at: datetime) -> None:
        before = self.now.pop(service, None)
        if before is not None and at > before[1]:
            self.spans.append(Span(service, before[0], before[1], at))

    def leave(self, at: datetime) -> None:
        if self.operator is not None:
            self.visits.append(Visit(self.operator[0], self.operator[1], max(at, self.operator[1])))
        self.operator = None

    def gap(self, since: datetime, at: datetime, cause: str) -> None:
        """Whatever stood is cut off where nobody looked any more, and goes on now."""
        for service, (before, began) in list(self.now.items()):
            since = min(max(since, began), at)
            self.close(service, since)
            self.spans.append(Span(service, cause, since, at))
            self.now[service] = (before, at)


@dataclass(frozen=True)
class Month:
    """`seconds` of each service by cause; `visits` of operators within it."""

    since: datetime
    until: datetime
    seconds: Mapping[str, Mapping[str, int]]
    visits: list[Visit]

    @property
    def length(self) -> int:
        """Seconds."""
        return int((self.until - self.since).total_seconds())

    def share_up(self, service: str) -> float:
        """0 to 1: how much of the month the service could be had."""
        return self.seconds[service].get(Cause.NONE, 0) / self.length if self.length else 0.0


def month(entries: Iterable[Entry], first: date, now: datetime) -> Month:
    """The month that begins with `first`, as far as it is over; `now` gives the time zone."""
    since, until = _bounds(first, now.tzinfo)
    until = min(until, now)
    spans, visits = read(entries, max(now, until))
    services = sorted({span.service for span in spans})
    seconds = {service: _sums(service, spans, since, until) for service in services}
    near = [visit for visit in visits if visit.until > since and visit.since < until]
    return Month(since, until, seconds, near)


def read(entries: Iterable[Entry], now: datetime) -> tuple[list[Span], list[Visit]]:
    """All spans and visits; what is open ends `now`."""
    reading = _Reading()
    last = None
    for entry in entries:
        at = datetime.fromisoformat(entry.at)
        last = at = at if last is None else max(last, at)
        match entry.row:
            case Changed(causes=causes):
                for service, cause in causes.items():
                    reading.change(service, cause, at)
            case Gap(since=since, cause=cause):
                reading.gap(datetime.fromisoformat(since), at, cause)
            case Attended(by=by, is_in=True):
                reading.leave(at)
                reading.operator = (by, at)
            case Attended():
                reading.leave(at)
    for service in list(reading.now):
        reading.close(service, now)
    reading.leave(now)
    return _with_staff(reading.spans, reading.visits), reading.visits


def _with_staff(spans: list[Span], visits: list[Visit]) -> list[Span]:
    """Operators' work that waited longer than GRACE: the rest is for want of an operator."""
    split: list[Span] = []
    for span in spans:
        if span.cause not in OPERATORS_WORK:
            split.append(span)
            continue
        came = min((v.since for v in visits if v.until > span.since), default=span.until)
        late, came = span.since + GRACE, min(max(came, span.since), span.until)
        if came <= late:
            split.append(span)
            continue
        parts = ((span.cause, span.since, late), (STAFF, late, came),
                 (span.cause, came, span.until))  # fmt: skip
        split += [Span(span.service, cause, a, b) for cause, a, b in parts if b > a]
    return split


def _sums(service: str, spans: list[Span], since: datetime, until: datetime) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for span in spans:
        if span.service == service:
            inside = min(span.until, until) - max(span.since, since)
            if inside > timedelta(0):
                sums[span.cause] += round(inside.total_seconds())
    missing = round((until - since).total_seconds()) - sum(sums.values())
    if missing > 0:
        sums[UNWATCHED] += missing
    return dict(sums)


def _bounds(first: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
    begin = datetime(first.year, first.month, 1, tzinfo=zone)
    year, after = divmod(first.month, 12)
    return begin, datetime(first.year + year, after + 1, 1, tzinfo=zone)
