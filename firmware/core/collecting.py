"""A collection of the cash box: opened on disk, followed, counted from three sides, closed on disk.

Everything that was credited since the last collection belongs to this one, up to the very row that
closes it. What power interrupts is closed at the next start: as emptied when the box was seen out,
as cancelled when it was not.
"""

from __future__ import annotations

import logging

from firmware.contract.device import Kind
from firmware.contract.gateway import BookedSum, GatewayReply, SumBooked
from firmware.contract.money import Money
from firmware.contract.till import CollectionDiffered
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.vault import Vault
from firmware.journal import desk_rows as rows
from firmware.journal.chain import Entry, only
from firmware.journal.orders import Order
from firmware.runtime.config import KioskSection
from firmware.till.collection import (
    cash_of,
    counted_since,
    differences,
    doubts_of,
    pieces_of,
    posted_of,
    receipts_of,
    serials_of,
)
from firmware.till.effects import Ask, Outbox, Say

log = logging.getLogger("core")

ANSWER_PATIENCE = 8.0  # seconds that an operator waits for the back end; then it is compared later
ASK_AGAIN_AFTER = 60.0  # seconds between questions about a collection that is past


class Collecting:
    """`now` is monotonic seconds."""

    def __init__(
        self, book: Book, floor: Floor, outbox: Outbox, vault: Vault, kiosk: KioskSection
    ) -> None:
        self._book, self._journal, self._floor, self._outbox = book, book.journal, floor, outbox
        self._vault, self._prefix = vault, kiosk.receipt_prefix
        self.counted_notes: Money | None = None
        self.counted_coins: Money | None = None
        self._asked: SumBooked | None = None
        self._asked_at: float | None = None

    # --- open ------------------------------------------------------------------------------

    def open(self, by: str) -> None:
        """The intent is on disk before anybody reaches for the box (M2)."""
        since = self._vault.boundary
        expected = cash_of(self._journal.since(since))
        self.counted_notes = self.counted_coins = None
        number, readings = self._vault.next_collection, self._vault.readings()
        self._book.write(rows.CollectionOpened(number, by, since, expected, readings))

    def close_interrupted(self) -> None:
        """At the start: nobody stands at the box any more."""
        if (found := self._vault.open_collection) is not None:
            entry, _ = found
            is_gone = self._vault.was_emptied_since(entry.seq)
            self.close(rows.How.INTERRUPTED if is_gone else rows.How.CANCELLED, None)

    def emptied(self, by: str) -> None:
        """The operator's word, on disk before he counts: it may be all that is known later."""
        found = self._vault.open_collection
        assert found is not None, "no collection is open"
        self._book.write(rows.BoxEmptied(found[1].number, by))

    @property
    def was_out(self) -> bool:
        """Whether the box was seen out since the collection was opened."""
        found = self._vault.open_collection
        return found is not None and self._vault.was_out_since(found[0].seq)

    # --- the back end's side ---------------------------------------------------------------

    def ask(self, now: float) -> bool:
        """Ask what was booked; False when there is nothing to ask, or nobody to answer."""
        self._asked = None
        office = self._posted(self._vault.boundary)
        if office is None or not self._floor.gateway.is_online:
            return False
        self._send(office, now)
        return True

    def _send(self, office: rows.Booked, now: float) -> None:
        self._asked = SumBooked(self._prefix, office.first, office.last)
        self._asked_at = now
        self._outbox.add(Ask(self._asked))

    def is_overdue(self, now: float) -> bool:
        return self._asked_at is None or now - self._asked_at >= ANSWER_PATIENCE

    def answers(self, request: SumBooked, reply: GatewayReply | None) -> Money | None:
        """What was booked, if this is the answer to what was asked."""
        if request != self._asked or not isinstance(reply, BookedSum):
            return None
        return reply.amount

    def _posted(self, since: int, until: int | None = None) -> rows.Booked | None:
        entries = self._entries(since, until)
        numbers = [n for n in receipts_of(entries) if n.startswith(f"{self._prefix} ")]
        return posted_of(numbers, self._recall)

    # --- close -----------------------------------------------------------------------------

    def close(self, how: rows.How, booked: Money | None) -> rows.CollectionClosed:
        """One commit: what was expected, what every side counted, how the acceptors stand now."""
        found = self._vault.open_collection
        assert found is not None, "no collection is open"
        closed, since = self._closing(found[1], how, booked), self._vault.boundary
        sides = differences(closed) if how in rows.EMPTIED else []
        doubts = self.doubts(since) if sides else []
        differ = [rows.CollectionDiffers(closed.number, sides, doubts)] if sides else []
        fresh: list[rows.CountersRead | rows.TubesRead]
        fresh = [rows.CountersRead(reading) for reading in self._vault.readings()]
        tubes = self._vault.tubes.now()
        if tubes is not None:
            fresh.append(tubes)
        self._book.write(closed, *differ, *(fresh if how in rows.EMPTIED else []))
        if sides:
            told = [str(doubt) for doubt in doubts]
            event = CollectionDiffered(closed.number, closed.by, sides, told)
            self._outbox.add(Say(event))
        self._vault.look_for_alarms()
        log.info("collection %d %s: %s", closed.number, how, closed.collected)
        return closed

    def _closing(
        self, opened: rows.CollectionOpened, how: rows.How, booked: Money | None
    ) -> rows.CollectionClosed:
        since, journal = self._vault.boundary, self._journal
        entries = list(journal.since(since))
        office = self._posted(since)
        if office is not None:
            office = rows.Booked(office.first, office.last, office.posted, office.unposted, booked)
        pulled, inside = self._vault.pulled_since(since)
        tubes = self._vault.tubes.now()
        before = None if tubes is None else self._vault.tubes.before(since, tubes.serial)
        is_emptied = how in rows.EMPTIED
        return rows.CollectionClosed(
            number=opened.number,
            by=opened.by,
            how=how,
            since=since,
            expected=cash_of(entries),
            total=Money(journal.credited_paise if is_emptied else journal.collected_paise),
            device_notes=self._counted_by(Kind.NOTES, since),
            device_coins=self._counted_by(Kind.COINS, since),
            counted_notes=self.counted_notes,
            counted_coins=self.counted_coins,
            office=office,
            pulled=pulled,
            inside_when_pulled=inside,
            tubes_before=before,
            tubes=None if tubes is None else tubes.held,
        )

    def _counted_by(self, kind: Kind, since: int) -> int | None:
        """Pieces that the acceptor of this kind counted since the collection before; None where
        that cannot be compared: another device, another life of its driver's ledger."""
        before, found = self._vault.readings_after(since), 0
        now = [r for r in self._vault.readings() if self._floor.devices[r.device].kind is kind]
        for reading in now:
            if reading.device not in before:
                return None
            entry, old = before[reading.device]
            counted = counted_since(old, reading, list(self._journal.since(entry.seq)))
            if counted is None:
                return None
            found += counted + pieces_of(reading.serial, self._entries(since, entry.seq))
        others = serials_of(kind, self._journal.since(since)) - {r.serial for r in now}
        return None if others or not now else found

    def doubts(self, since: int, until: int | None = None) -> list[rows.Doubt]:
        entries = self._entries(since, until)
        return doubts_of(entries, self._recall, self._journal.unposted_orders())

    # --- later -----------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Compare a collection that could not ask the back end, once it can and all is posted."""
        waited = self._asked_at is None or now - self._asked_at >= ASK_AGAIN_AFTER
        if not self._floor.gateway.is_online or not waited:
            return
        self._asked_at = now
        if (found := self._uncompared()) is not None:
            office = self._posted(found[0], found[1].seq)
            if office is not None and not office.unposted:
                self._send(office, now)

    def on_late_answer(self, request: SumBooked, reply: GatewayReply | None) -> None:
        booked, found = self.answers(request, reply), self._uncompared()
        if booked is None or found is None:
            return
        since, entry, closed = found
        office = self._posted(since, entry.seq)
        if office is None or (office.first, office.last) != (request.first, request.last):
            return
        told = rows.Booked(office.first, office.last, office.posted, office.unposted, booked)
        self._asked = None
        doubts = self.doubts(since, entry.seq) if told.differs else []
        differ = self._late_difference(closed, told, doubts)
        self._book.write(rows.BookingsCompared(closed.number, told), *differ)
        self._vault.look_for_alarms()

    def _late_difference(
        self, closed: rows.CollectionClosed, office: rows.Booked, doubts: list[rows.Doubt]
    ) -> list[rows.CollectionDiffers]:
        if not office.differs:
            return []
        told = [str(doubt) for doubt in doubts]
        self._outbox.add(Say(CollectionDiffered(closed.number, closed.by, ["booked"], told)))
        return [rows.CollectionDiffers(closed.number, ["booked"], doubts)]

    def _uncompared(self) -> tuple[int, Entry, rows.CollectionClosed] | None:
        """The oldest collection whose bookings nobody has compared, and the row it counts from,
        which after a new year is not the number that was written in the file of before."""
        journal, since = self._journal, self._journal.before_all
        done = journal.of_kind_since(rows.BookingsCompared, since)
        known = {row.number for _, row in only(done, rows.BookingsCompared)}
        closed = journal.of_kind_since(rows.CollectionClosed, since)
        for entry, row in only(closed, rows.CollectionClosed):
            if row.how not in rows.EMPTIED:
                continue
            is_settled = row.office is None or row.office.booked is not None
            if not is_settled and row.number not in known:
                return since, entry, row
            since = entry.seq
        return None

    def _entries(self, since: int, until: int | None) -> list[Entry]:
        return [e for e in self._journal.since(since) if until is None or e.seq <= until]

    def _recall(self, number: str) -> Order:
        order = self._book.order(number)
        self._book.forget(number)
        return order
