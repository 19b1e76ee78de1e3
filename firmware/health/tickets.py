"""When a fault becomes a ticket, whose it is, and when it is over. No I/O, no clock.

A finding that lasts as long as its code may becomes a ticket with a number of its own, whether or
not anybody can be told. The same code of the same part is one ticket: again within REOPENED_WITHIN
it is the old one, opened once more. Nobody closes a ticket by hand: it closes when the part
has been well for WELL_FOR, so that a ticket which is closed is a device that works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from firmware.contract.fault_ticket import UPWARDS, FaultTicket, Level
from firmware.contract.health import Finding

WELL_FOR = timedelta(minutes=10)  # a jam that is pulled out and comes back is the same jam
REOPENED_WITHIN = timedelta(days=3)
CLOSED_KEPT = 50

Key = tuple[str, str]  # part and code


@dataclass(frozen=True)
class Rule:
    """Of one code: whose it is first, after how long it is a ticket (None: never), and after how
    long each level that has not mended it hands it up (None: it stays)."""

    level: Level
    ticket_after: timedelta | None
    escalates_after: timedelta | None = None


class Change(StrEnum):
    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    CLOSED = "closed"


@dataclass(frozen=True)
class Happened:
    """What the fleet is told of."""

    change: Change
    ticket: FaultTicket


@dataclass(frozen=True)
class Book:
    """All tickets of one kiosk. `name` is drawn with the book: one that was lost repeats none of
    its numbers. `well` says since when the part of an open ticket has been well."""

    prefix: str
    name: str
    last: int = 0
    tickets: tuple[FaultTicket, ...] = ()
    well: Mapping[str, str] = field(default_factory=dict)  # number -> ISO 8601

    @property
    def open(self) -> list[FaultTicket]:
        return [each for each in self.tickets if each.is_open]

    @property
    def closed(self) -> list[FaultTicket]:
        """Newest first."""
        done = [each for each in self.tickets if not each.is_open]
        return sorted(done, key=lambda each: each.closed, reverse=True)

    def number_of(self, part: str, code: str) -> str:
        """Of the open ticket; empty where there is none."""
        return next((t.number for t in self.open if (t.part, t.code) == (part, code)), "")


def advance(
    book: Book, findings: Sequence[Finding], rule_of: Callable[[str], Rule], now: datetime
) -> tuple[Book, list[Happened]]:
    """The book after a look at what stands now, and what happened in it.

    `now` has an offset. A clock that was set back makes nothing open sooner or close.
    """
    standing = {(each.part, each.code): each for each in findings}
    happened: list[Happened] = []
    kept: dict[str, FaultTicket] = {each.number: each for each in book.tickets}
    well = dict(book.well)
    for ticket in book.open:
        step = _closed(ticket, standing, well, now) or _escalated(ticket, rule_of, now)
        if step is not None:
            kept[step.ticket.number] = step.ticket
            happened.append(step)
    last = book.last
    for finding in standing.values():
        if book.number_of(finding.part, finding.code) or not _is_due(finding, rule_of, now):
            continue
        again = _lately_closed(book, finding, now)
        last += again is None
        number = f"{book.prefix}/{book.name} {last:04d}" if again is None else again.number
        step = _opened(finding, number, again, rule_of(finding.code).level, now)
        kept[number] = step.ticket
        happened.append(step)
    if not happened and well == book.well:
        return book, []
    return Book(book.prefix, book.name, last, _with_few_closed(kept), well), happened


def _closed(ticket: FaultTicket, standing: Mapping[Key, Finding], well: dict[str, str],
            now: datetime) -> Happened | None:  # fmt: skip
    """Keeps in `well` since when its fault is gone; the ticket as closed once that is enough."""
    if (ticket.part, ticket.code) in standing:
        well.pop(ticket.number, None)
        return None
    since = well.setdefault(ticket.number, _iso(now))
    if now - datetime.fromisoformat(since) < WELL_FOR:
        return None
    del well[ticket.number]
    return Happened(Change.CLOSED, msgspec.structs.replace(ticket, closed=_iso(now)))


def _escalated(
    ticket: FaultTicket, rule_of: Callable[[str], Rule], now: datetime
) -> Happened | None:
    after, above = rule_of(ticket.code).escalates_after, UPWARDS.get(ticket.level)
    if after is None or above is None:
        return None
    if now - datetime.fromisoformat(ticket.level_since) < after:
        return None
    raised = msgspec.structs.replace(ticket, level=above, level_since=_iso(now))
    return Happened(Change.ESCALATED, raised)


def _is_due(finding: Finding, rule_of: Callable[[str], Rule], now: datetime) -> bool:
    after = rule_of(finding.code).ticket_after
    return after is not None and now - datetime.fromisoformat(finding.since) >= after


def _lately_closed(book: Book, finding: Finding, now: datetime) -> FaultTicket | None:
    for ticket in book.closed:
        if (ticket.part, ticket.code) == (finding.part, finding.code):
            is_late = now - datetime.fromisoformat(ticket.closed) < REOPENED_WITHIN
            return ticket if is_late else None
    return None


def _opened(finding: Finding, number: str, again: FaultTicket | None, level: Level,
            now: datetime) -> Happened:  # fmt: skip
    if again is not None:
        # Whoever had it last has it again: the block's mending did not hold.
        changes = {"closed": "", "times": again.times + 1, "detail": finding.detail}
        ticket = msgspec.structs.replace(again, level_since=_iso(now), **changes)
        return Happened(Change.REOPENED, ticket)
    return Happened(
        Change.OPENED,
        FaultTicket(
            number=number,
            part=finding.part,
            code=finding.code,
            level=level,
            opened=_iso(now),
            level_since=_iso(now),
            detail=finding.detail,
        ),
    )


def _with_few_closed(tickets: Mapping[str, FaultTicket]) -> tuple[FaultTicket, ...]:
    closed = sorted((t for t in tickets.values() if not t.is_open), key=lambda t: t.closed)
    kept = {t.number for t in closed[-CLOSED_KEPT:]}
    return tuple(t for t in tickets.values() if t.is_open or t.number in kept)


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
