"""A kiosk's session, a line that loses, and a collector that dies: all of it in one thread.

Time is a number that is moved. The disk of the uplink is real; the journal's files are lists.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec

from firmware.contract.fleet import Rows, RowsAfter, Told
from firmware.contract.uplink import (
    MOST_IN_FLIGHT,
    DownAck,
    Event,
    JournalRow,
    UpEvents,
    UpJournal,
)
from firmware.uplink.flight import Batch
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox
from firmware.uplink.pace import Tempo
from firmware.uplink.session import Session
from firmware.uplink.stamp import Stamp, moment
from tests.firmware.journal.writer import AT

T = TypeVar("T")
GENESIS = "0" * 64
START = AT.timestamp()


def rows_of(file: str, count: int, size: int = 40) -> list[JournalRow]:
    """A chain of its own."""
    made: list[JournalRow] = []
    for seq in range(1, count + 1):
        digest = hashlib.sha256(f"{file} {seq}".encode()).hexdigest()
        row = JournalRow(
            seq=seq, at=AT.isoformat(), kind="CoinCredited", credited=seq, body="x" * size,
            hash=digest,
        )  # fmt: skip
        made.append(row)
    return made


@dataclass
class Shelf:
    """The files of a journal as core tells them; the last one is written to."""

    files: dict[str, list[JournalRow]] = field(default_factory=dict)

    def after(self, asked: RowsAfter) -> Rows:
        name = next(each for each in self.files if each not in asked.done)
        rows, ends = self.files[name], name != list(self.files)[-1]
        if not rows:
            return Rows(name, ends=ends)
        chain = rows[0].hash[:16]
        seq = asked.seq if asked.chain == chain else 0
        told = rows[seq : seq + asked.most]
        before = rows[seq - 1].hash if seq else GENESIS
        return Rows(name, chain, before, told, ends and seq + len(told) == len(rows))

    @property
    def head(self) -> tuple[str, int]:
        rows = list(self.files.values())[-1]
        return (rows[0].hash[:16] if rows else "", len(rows))


@dataclass
class Collector:
    """What is committed; a second one with another content is an alarm."""

    rows: dict[tuple[str, int], JournalRow] = field(default_factory=dict)
    events: dict[tuple[str, int], Event] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)

    def commit(self, payload: bytes, stream: str) -> DownAck:
        if stream == "up/journal":
            told = msgspec.json.decode(payload, type=UpJournal)
            for row in told.rows:
                self._keep(self.rows, (told.chain, row.seq), row)
            return DownAck(chain=told.chain, rows=self._whole(self.rows, told.chain))
        heard = msgspec.json.decode(payload, type=UpEvents)
        for event in heard.events:
            self._keep(self.events, (heard.box, event.seq), event)
        return DownAck(box=heard.box, events=self._whole(self.events, heard.box))

    def _keep(self, table: dict[tuple[str, int], T], key: tuple[str, int], value: T) -> None:
        if table.setdefault(key, value) != value:
            self.alarms.append(f"{key}: {table[key]} and {value}")

    @staticmethod
    def _whole(table: dict[tuple[str, int], T], name: str) -> int:
        """The last number before the first gap."""
        seq = 0
        while (name, seq + 1) in table:
            seq += 1
        return seq


class World:
    """`luck` decides what is lost; 0.0 nothing, 1.0 everything."""

    def __init__(self, folder: Path, seed: int, loses: float = 0.0) -> None:
        self.folder, self.random, self.loses = folder, Random(seed), loses
        self.now = 0.0
        self.shelf = Shelf({"journal.db": []})
        self.collector = Collector()
        self.sent: list[tuple[float, Batch]] = []
        self._wire: list[tuple[float, Batch]] = []
        self._acks: list[tuple[float, DownAck]] = []
        self._unacked: list[Batch] = []
        self._known: dict[str, int] = {}  # what this process was told is delivered
        self._expects: dict[str, int] = {}  # of this connection: chain or box -> next number
        self._begin()

    def stamp(self) -> Stamp:
        return Stamp(1, moment(AT.fromtimestamp(START + self.now, AT.tzinfo)), True)

    # --- what may happen ----------------------------------------------------------------------

    def happens(self, count: int) -> None:
        """So many events."""
        first = self.outbox.last
        told = [Told(f"s{first + n}", "door.opened", {"n": first + n}) for n in range(count)]
        self.outbox.add(told, self.stamp())

    def writes(self, count: int) -> None:
        """So many rows of the journal."""
        name = list(self.shelf.files)[-1]
        made = rows_of(name, len(self.shelf.files[name]) + count)
        self.shelf.files[name] = made
        self.session.on_head(*self.shelf.head, self.now)

    def killed(self) -> None:
        """kill -9: the disk is all that is left."""
        self.outbox.close()
        self._begin()

    def connect(self) -> None:
        self._wire, self._acks, self._unacked, self._expects = [], [], [], {}
        self.session.connected(self.now)

    def cut(self) -> None:
        self._wire, self._acks = [], []
        self.session.lost()

    def run(self, seconds: float, step: float = 0.2) -> None:
        """Let time go on."""
        until = self.now + seconds
        while self.now < until:
            self.now += step
            self._leave()
            self._arrive()

    @property
    def all_is_there(self) -> bool:
        rows = sum(len(rows) for rows in self.shelf.files.values())
        return len(self.collector.rows) == rows and len(self.collector.events) >= self.outbox.last

    # ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.outbox = Outbox(self.folder / "outbox.db")
        self.keeper = Keeper(self.folder / "mark")
        self.session = Session(self.outbox, self.keeper, Tempo())
        self.session.on_head(*self.shelf.head, self.now)
        mark = self.keeper.now.mark
        self._known = {self.outbox.box: self.outbox.first - 1, mark.chain: mark.seq}
        self._since = len(self.sent)
        self.connect()

    def _leave(self) -> None:
        while (out := self.session.next(self.stamp(), self.now)) is not None:
            if isinstance(out, RowsAfter):
                if self._is_unlucky():
                    self.session.unanswered(self.now)
                else:
                    self.session.on_rows(self.shelf.after(out), self.stamp(), self.now)
                continue
            self._check(out)
            self.sent.append((self.now, out))
            if not self._is_unlucky():
                last = self._wire[-1][0] if self._wire else self.now  # TCP keeps the order
                self._wire.append((max(last, self.now + self.random.uniform(0.05, 1.0)), out))

    def _check(self, out: Batch) -> None:
        """Consecutive, nothing that is known to be there, and at most so many on their way."""
        assert out.last > self._known.get(out.name, 0), "sent after it was acknowledged"
        if out.first != self._expects.get(out.name, out.first):  # nobody acknowledged: once more
            assert out.first == self._known.get(out.name, 0) + 1
            self._unacked, self._expects = [], {}
        self._expects[out.name] = out.last + 1
        self._unacked = [b for b in self._unacked if b.last > self._known.get(b.name, 0)] + [out]
        assert len(self._unacked) <= MOST_IN_FLIGHT

    def _arrive(self) -> None:
        for at, batch in sorted(self._wire, key=lambda each: each[0]):
            if at <= self.now:
                self._wire.remove((at, batch))
                ack = self.collector.commit(batch.payload, batch.stream)
                if not self._is_unlucky():
                    self._acks.append((self.now + self.random.uniform(0.05, 1.0), ack))
        for due, ack in list(self._acks):
            if due <= self.now:
                self._acks.remove((due, ack))
                self._hear(ack)

    def _hear(self, ack: DownAck) -> None:
        self.session.on_ack(ack)
        for name, last in ((ack.box, ack.events), (ack.chain, ack.rows)):
            sent = [b.last for _, b in self.sent[self._since :] if b.name == name]
            if name and sent:
                self._known[name] = max(self._known.get(name, 0), min(last, max(sent)))

    def _is_unlucky(self) -> bool:
        return self.random.random() < self.loses
