"""Messages of many kiosks, sorted out for one transaction: values in, values out.

Of what counts once (rows, events, replies) each key is kept once, and another content under the
same key is an alarm; of what is only the latest (status, state, health) the newest of a kiosk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from firmware.collector.reading import Heard, Unreadable
from firmware.contract.uplink import (
    Event,
    JournalRow,
    Link,
    UpEvents,
    UpHealth,
    UpJournal,
    UpReply,
    UpState,
    UpStatus,
)

Stream = tuple[str, str]  # kiosk, and `box:<box>` or `chain:<chain>`
Key = tuple[str, str, int]  # kiosk, box or chain, seq
BOX, CHAIN = "box:", "chain:"

CONFLICT = {BOX: "event.conflict", CHAIN: "journal.conflict"}
BROKEN = "journal.broken"


class Alarm(msgspec.Struct, frozen=True):
    """Something is wrong with a stream at `seq`; `other` is the content that was refused."""

    kiosk: str
    stream: str
    seq: int
    code: str
    detail: str
    other: str = ""


class Ticket(msgspec.Struct, frozen=True):
    """What the events of one ticket say together, as far as they are in one batch."""

    kiosk: str
    number: str
    box: str
    seq: int
    is_open: bool
    facts: dict[str, object]


@dataclass
class Batch:
    """Filled with `add`; read by `store.py`."""

    rows: dict[Key, JournalRow] = field(default_factory=dict)
    events: dict[Key, Event] = field(default_factory=dict)
    statuses: dict[str, Heard] = field(default_factory=dict)
    states: dict[str, Heard] = field(default_factory=dict)
    health: dict[str, Heard] = field(default_factory=dict)
    replies: dict[tuple[str, str, str, int], UpReply] = field(default_factory=dict)
    unreadable: dict[tuple[str, str], Unreadable] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)

    def add(self, heard: Heard | Unreadable) -> None:
        if isinstance(heard, Unreadable):
            self.unreadable[heard.kiosk, digest_of(heard)] = heard
            return
        match heard.what:
            case UpJournal(chain=chain, rows=rows):
                for row in rows:
                    self._once(self.rows, (heard.kiosk, chain, row.seq), row, CHAIN)
            case UpEvents(box=box, events=events):
                for event in events:
                    self._once(self.events, (heard.kiosk, box, event.seq), event, BOX)
            case UpStatus():
                _newest(self.statuses, heard, status_order)
            case UpState():
                _newest(self.states, heard, state_order)
            case UpHealth():
                _newest(self.health, heard, state_order)
            case UpReply(id=name, outcome=outcome, part=part) as reply:
                self.replies.setdefault((heard.kiosk, name, outcome, part), reply)

    def _once(self, found: dict[Key, JournalRow] | dict[Key, Event], key: Key,
              new: JournalRow | Event, prefix: str) -> None:  # fmt: skip
        known = found.setdefault(key, new)  # type: ignore[arg-type]
        if known is not new and not is_same(known, new):
            self.alarms.append(conflict(key, prefix, new))

    @property
    def streams(self) -> list[Stream]:
        """Sorted, so that two collectors lock them in the same order."""
        chains = {(kiosk, CHAIN + chain) for kiosk, chain, _ in self.rows}
        return sorted(chains | {(kiosk, BOX + box) for kiosk, box, _ in self.events})

    @property
    def tickets(self) -> list[Ticket]:
        """Folded in the order of their numbers."""
        found: dict[tuple[str, str], Ticket] = {}
        for (kiosk, box, seq), event in sorted(self.events.items(), key=lambda each: each[0]):
            number = event.facts.get("number")
            if not event.kind.startswith("ticket.") or not isinstance(number, str):
                continue
            known = found.get((kiosk, number))
            facts = {**(known.facts if known else {}), **event.facts}
            is_open = event.kind != "ticket.closed"
            found[kiosk, number] = Ticket(kiosk, number, box, seq, is_open, facts)
        return [found[key] for key in sorted(found)]


def is_same(one: JournalRow | Event, two: JournalRow | Event) -> bool:
    """`late` is of the sending, not of the event: a second sending may say it, the first not."""
    if isinstance(one, Event) and isinstance(two, Event):
        return msgspec.structs.replace(one, late=False) == msgspec.structs.replace(two, late=False)
    return one == two


def conflict(key: Key, prefix: str, other: JournalRow | Event) -> Alarm:
    kiosk, name, seq = key
    return Alarm(
        kiosk, prefix + name, seq, CONFLICT[prefix],
        "another content under the same number; the first is kept",
        msgspec.json.encode(other).decode(),
    )  # fmt: skip


STEPS = [Link.DRAINING, Link.ONLINE, Link.OFFLINE]  # of one connection, in their order


def status_order(what: UpStatus) -> tuple[int, int]:
    """Of one connection the good-bye or last will is the last word, whenever it comes."""
    return what.connection, STEPS.index(what.state)


def state_order(what: UpState | UpHealth) -> tuple[int, float, str]:
    """By what no clock moves, where the kiosk says it."""
    return what.boot, what.up if isinstance(what, UpState) else 0.0, what.t


def _newest(found: dict[str, Heard], heard: Heard, order: object) -> None:
    known = found.get(heard.kiosk)
    assert callable(order)
    if known is None or order(known.what) <= order(heard.what):
        found[heard.kiosk] = heard


def digest_of(bad: Unreadable) -> str:
    return hashlib.sha256(bad.topic.encode() + b"\x00" + bad.raw).hexdigest()


def batch_of(heard: Iterable[Heard | Unreadable]) -> Batch:
    batch = Batch()
    for each in heard:
        batch.add(each)
    return batch
