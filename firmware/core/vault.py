"""Watches over the money inside: door, tamper and cash boxes, the acceptors' counts, boundaries.

A box is followed by what devices say they are, because a state is retained: a box that was taken
while core was dead is still out when core is back. A panel also tells each move until it is on
disk: a box that was out and is back again is known from that alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from firmware.contract.device import DeviceState, EventId, Kind, Status, Switch, SwitchMoved
from firmware.contract.money import ZERO, Money
from firmware.contract.till import BoxPulled, CountersDiffered, DoorOpened, Tampered
from firmware.core.book import Book
from firmware.core.floor import ACCEPTORS, Floor
from firmware.core.tubes import Tubes
from firmware.journal import desk_rows as rows
from firmware.journal.chain import Entry, only
from firmware.till.collection import differs, reading_of
from firmware.till.effects import Outbox, Say

log = logging.getLogger("core")

BOX_FAULT = "notes.cashbox"  # of an acceptor
NOT_KNOWN = (Status.GONE, Status.STARTING)  # says nothing of its box, and nothing of its counts
AT_REST = (Status.READY, Status.DEGRADED)  # no note is on its way
MOVES_APART = 1.0  # seconds between two moves of one box: no hand is quicker
TIMES_NAMED = 5  # of door openings, in one finding
QUIET_FOR = 5.0  # seconds without money: a driver tells again after one, and counts are a poll old


class Vault:
    """`now` is monotonic seconds. `by` is the operator who is in, or empty."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._journal, self._book, self._floor, self._outbox = book.journal, book, floor, outbox
        self.tubes = Tubes(self._journal, floor)
        self.by = ""
        self.alarms: dict[str, str] = {}
        moved = only(self._journal.of_kind(rows.BoxMoved), rows.BoxMoved)
        self._is_out = {row.device: row.is_out for _, row in moved}
        self._moved_at: dict[str, float] = {}
        self._compared: set[str] = set()  # acceptors, since the start
        self._money_at: float | None = None
        self.look_for_alarms()

    # --- the boundary ----------------------------------------------------------------------

    @property
    def boundary(self) -> int:
        """The row up to which all money was collected; before all when none ever was."""
        closed = only(self._journal.newest_of(rows.CollectionClosed), rows.CollectionClosed)
        emptied = (entry.seq for entry, row in closed if row.how in rows.EMPTIED)
        return next(emptied, self._journal.before_all)

    @property
    def open_collection(self) -> tuple[Entry, rows.CollectionOpened] | None:
        """The collection that was opened and not closed, if there is one."""
        opened = next(self._journal.newest_of(rows.CollectionOpened), None)
        closed = next(self._journal.newest_of(rows.CollectionClosed), None)
        if opened is None or (closed is not None and closed.seq > opened.seq):
            return None
        return next(only([opened], rows.CollectionOpened))

    @property
    def next_collection(self) -> int:
        opened = only(self._journal.newest_of(rows.CollectionOpened), rows.CollectionOpened)
        return next((row.number + 1 for _, row in opened), 1)

    # --- boxes -----------------------------------------------------------------------------

    @property
    def box_is_out(self) -> bool:
        return any(self._is_out.values())

    def on_state(self, state: DeviceState, now: float) -> None:
        """Write down that a box moved, once; when nobody was in, that is an alarm.

        A loose wire does not fill the disk: what follows too soon is seen by `tick`.
        """
        is_out = _box_is_out(state)
        if is_out is None or self._is_out.get(state.name, False) is is_out:
            return
        if now - self._moved_at.get(state.name, -MOVES_APART) < MOVES_APART:
            return
        self._box_moved(state.name, is_out, None, now)

    def on_switch(self, device: str, moved: SwitchMoved, now: float) -> None:
        """Write down what a panel tells for the record, once; without an operator, an alarm."""
        if moved.id is None:
            return
        if moved.switch == Switch.CASH_BOX_IS_OUT:
            if self._is_out.get(device, False) is not moved.value:
                self._box_moved(device, moved.value, moved.id, now)
            return
        self._book.write(rows.SwitchRecorded(device, moved.id, moved.switch, moved.value, self.by))
        log.warning("%s: %s, operator: %s", device, moved, self.by or "nobody")
        if moved.value and moved.switch == Switch.TAMPER:
            self._outbox.add(Say(Tampered(device)))
        elif moved.value and not self.by:
            self._outbox.add(Say(DoorOpened(device)))
            self.look_for_alarms()

    def _box_moved(self, device: str, is_out: bool, name: EventId | None, now: float) -> None:
        self._is_out[device], self._moved_at[device] = is_out, now
        self._book.write(rows.BoxMoved(device, is_out, self.by, name))
        where, who = "out" if is_out else "in", self.by or "nobody"
        log.warning("%s: cash box %s, operator: %s", device, where, who)
        if is_out and not self.by:
            self._outbox.add(Say(BoxPulled(device)))
            self.look_for_alarms()

    def was_emptied_since(self, seq: int) -> bool:
        """Whether somebody may hold the money: the box was seen out, or said to be emptied."""
        return self.was_out_since(seq) or any(self._journal.of_kind_since(rows.BoxEmptied, seq))

    def was_out_since(self, seq: int) -> bool:
        moved = only(self._journal.of_kind_since(rows.BoxMoved, seq), rows.BoxMoved)
        return self.box_is_out or any(row.is_out for _, row in moved)

    def pulled_since(self, seq: int) -> tuple[tuple[str, ...], Money]:
        """When a box was taken out with nobody in, and what was inside the last time."""
        moved = only(self._journal.of_kind_since(rows.BoxMoved, seq), rows.BoxMoved)
        pulled = [entry for entry, row in moved if row.is_out and not row.by]
        if not pulled:
            return (), ZERO
        inside = pulled[-1].credited - self._journal.collected_paise
        return tuple(entry.at[:19] for entry in pulled), Money(inside)

    # --- counts (M8) -----------------------------------------------------------------------

    def tick(self, is_idle: bool, now: float) -> None:
        """Hold each acceptor's count against the rows, once after the start, when all is quiet."""
        for state in list(self._floor.devices.values()):
            self.on_state(state, now)
        if self._money_at is None or not is_idle:
            self._money_at = now
        if now - self._money_at < QUIET_FOR:
            return
        for state in self._acceptors():
            if state.status in AT_REST and state.name not in self._compared:
                self._compared.add(state.name)
                self._compare(state)
                self._begin_with_tubes()

    def on_money(self, now: float) -> None:
        """A credit came: what the acceptor says it counted may be of before."""
        self._money_at = now

    def readings(self) -> list[rows.Reading]:
        """What every acceptor that can be held against rows counts now."""
        found = (self._read(state) for state in self._acceptors() if state.status not in NOT_KNOWN)
        return [reading for reading in found if reading is not None]

    def readings_after(self, seq: int) -> dict[str, tuple[Entry, rows.Reading]]:
        """The first reading of each acceptor after that row."""
        found: dict[str, tuple[Entry, rows.Reading]] = {}
        for entry, row in only(
            self._journal.of_kind_since(rows.CountersRead, seq), rows.CountersRead
        ):
            found.setdefault(row.reading.device, (entry, row.reading))
        return found

    def _compare(self, state: DeviceState) -> None:
        """Write down a difference once, and a new reading where it is not the old one."""
        last, reading = self._last_reading(state.name), self._read(state)
        if reading is None:
            return
        fresh: list[rows.CountersDiffer | rows.CountersRead] = [rows.CountersRead(reading)]
        if last is not None:
            entry, old = last
            since = list(self._journal.since(entry.seq))
            wrong = differs(state.name, entry.seq, old, reading, since)
            if wrong is None and reading == old:
                return
            fresh = fresh if wrong is None else [wrong, *fresh]
        self._book.write(*fresh)
        self._alarm(*fresh)

    def _alarm(self, *written: rows.CountersDiffer | rows.CountersRead) -> None:
        for row in written:
            if isinstance(row, rows.CountersDiffer):
                log.error("%s: expected %d pieces, got %d", row.device, row.expected, row.found)
                told = CountersDiffered(
                    row.device, row.expected, row.found, [str(each) for each in row.doubts]
                )
                self._outbox.add(Say(told))
                self.look_for_alarms()

    def _begin_with_tubes(self) -> None:
        """A changer that was fitted since the last collection is held to account from here."""
        held = self.tubes.now()
        if held is not None and not self.tubes.is_read(self.boundary):
            self._book.write(held)

    def _read(self, state: DeviceState) -> rows.Reading | None:
        """The epoch is that of the newest credit, which may stand before the last reading."""
        last = self._last_reading(state.name)
        since = self._journal.before_all if last is None else last[0].seq
        reading = reading_of(state, self._journal.since(since))
        if reading is None or reading.epoch or last is None or last[1].serial != reading.serial:
            return reading
        return rows.Reading(
            reading.device, reading.serial, reading.counter, reading.count, last[1].epoch
        )

    def _last_reading(self, device: str) -> tuple[Entry, rows.Reading] | None:
        read = only(self._journal.newest_of(rows.CountersRead), rows.CountersRead)
        of_device = ((e, row.reading) for e, row in read if row.reading.device == device)
        return next(of_device, None)

    def _acceptors(self) -> Iterator[DeviceState]:
        return (state for kind in ACCEPTORS for state in self._floor.of_kind(kind))

    # --- alarms ----------------------------------------------------------------------------

    def clear_alarms(self, by: str) -> None:
        """A technician has looked at the enclosure; what is of the money stays."""
        self._book.write(rows.AlarmsCleared(by))
        self.look_for_alarms()

    def look_for_alarms(self) -> None:
        """What happened since the last collection that a person must look into."""
        since, found, journal = self.boundary, dict[str, str](), self._journal
        if opened := self._door_opened():
            found["till.door_opened"] = f"no operator was in: {', '.join(opened[-TIMES_NAMED:])}"
        pulled, inside = self.pulled_since(since)
        if pulled:
            found["till.box_pulled"] = f"no operator was in: {', '.join(pulled)}; {inside} inside"
        differ = journal.of_kind_since(rows.CountersDiffer, since)
        for _, row in only(differ, rows.CountersDiffer):
            orders = ", ".join(doubt.name for doubt in row.doubts) or "none"
            found["till.counters_differ"] = (
                f"{row.device}: {row.expected} pieces in the rows, {row.found} counted;"
                f" orders since: {orders}"
            )
        compared = journal.of_kind_since(rows.BookingsCompared, since)
        for _, told in only(compared, rows.BookingsCompared):
            if told.office.differs:
                booked = f"posted {told.office.posted}, booked {told.office.booked}"
                found["till.bookings_differ"] = f"collection {told.number}: {booked}"
        self.alarms = found

    def _door_opened(self) -> list[str]:
        """When the door was opened with nobody in, since a technician last looked."""
        cleared = self._journal.last_of(rows.AlarmsCleared)
        since = 0 if cleared is None else cleared.seq
        told = only(self._journal.of_kind_since(rows.SwitchRecorded, since), rows.SwitchRecorded)
        return [
            entry.at[:19]
            for entry, row in told
            if row.switch == Switch.DOOR_IS_OPEN and row.value and not row.by
        ]


def _box_is_out(state: DeviceState) -> bool | None:
    """None where this device says nothing of a box."""
    if state.status in NOT_KNOWN:
        return None
    match state.kind:
        case Kind.PANEL:
            return state.inputs.get(Switch.CASH_BOX_IS_OUT)
        case Kind.NOTES:
            return any(fault.code.startswith(BOX_FAULT) for fault in state.faults)
        case _:
            return None
