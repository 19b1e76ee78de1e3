"""Every note has one durable id, from escrow until the till has its outcome in the journal.

What is here is on disk before it is told, and it is the same for every maker. The README.md of a
family has the table of what happens to a note whose driver, device or power dies in between.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.base.ledger import Ledger, new_epoch
from drivers.base.notes_protocol import OpenCredit, Unfinished
from firmware.contract.device import (
    DeviceEvent,
    EventId,
    HeldNote,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
)
from firmware.contract.money import Money


class Stage(StrEnum):
    ESCROW = "escrow"
    ORDERED = "ordered"  # to be stacked; what says so may be on the wire
    CREDITED = "credited"
    RETURNED = "returned"
    UNACCOUNTED = "unaccounted"


OWED = (Stage.ESCROW, Stage.ORDERED)


class NoteRecord(msgspec.Struct):
    """One note. A credit is kept until the till has it and the unit repeats it no more."""

    id: EventId
    channel: int
    value: Money
    stage: Stage
    at_power_up: bool = False
    is_journalled: bool = False
    is_cleared: bool = False

    @property
    def is_repeatable(self) -> bool:
        """A credit that the unit may say again."""
        return self.stage not in OWED and not self.is_cleared

    def outcome(self) -> DeviceEvent | None:
        """What the till must know of it; None while that is open."""
        match self.stage:
            case Stage.CREDITED:
                return NoteStacked(self.id, self.value, self.at_power_up)
            case Stage.RETURNED:
                return NoteReturned(self.id, self.value)
            case Stage.UNACCOUNTED:
                return NoteUnaccounted(self.id, self.value)
            case _:
                return None


class Page(msgspec.Struct):
    """The whole ledger of one acceptor."""

    epoch: int
    counter: int = 0
    serial: str = ""
    credited: int = 0  # our own counts, over this epoch
    returned: int = 0
    unaccounted: int = 0
    notes: list[NoteRecord] = []
    mark: str = ""  # how far the log of this unit was read


class Notebook:
    """Gives ids, keeps records, and says what is to be told."""

    def __init__(self, ledger: Ledger[Page]) -> None:
        self._ledger = ledger
        self._page = ledger.load() or Page(new_epoch())

    # --- what the protocol must know after a restart --------------------------------------------

    @property
    def unfinished(self) -> Unfinished:
        """What the protocol of a fresh driver must know; credits are the oldest first."""
        owed = self.owed
        return Unfinished(
            owed=None if owed is None else owed.channel,
            was_ordered=owed is not None and owed.stage is Stage.ORDERED,
            credits=tuple(
                OpenCredit(note.channel, note.at_power_up)
                for note in self._page.notes
                if note.is_repeatable
            ),
            serial=self._page.serial,
            mark=self._page.mark,
        )

    @property
    def owed(self) -> NoteRecord | None:
        return next((note for note in self._page.notes if note.stage in OWED), None)

    # --- what the till must know ------------------------------------------------------------------

    def untold(self) -> list[DeviceEvent]:
        """Outcomes that the till has not acknowledged."""
        outcomes = [note.outcome() for note in self._page.notes if not note.is_journalled]
        return [outcome for outcome in outcomes if outcome is not None]

    @property
    def held(self) -> HeldNote | None:
        return None if self.owed is None else HeldNote(self.owed.id, self.owed.value)

    @property
    def counts(self) -> dict[str, int]:
        page = self._page
        return {
            "credited": page.credited,
            "returned": page.returned,
            "unaccounted": page.unaccounted,
        }

    # --- what happens to a note -------------------------------------------------------------------

    def identified(self, serial: str) -> None:
        """The log of another unit is another log."""
        if serial != self._page.serial:
            self._page.serial, self._page.mark = serial, ""
            self._save()

    def escrowed(self, channel: int, paise: int) -> NoteRecord:
        """A new note has its id on disk before anybody hears of it."""
        return self._add(channel, paise, Stage.ESCROW)

    def ordered(self) -> None:
        if self.owed is not None and self.owed.stage is Stage.ESCROW:
            self.owed.stage = Stage.ORDERED
            self._save()

    def credited(self, channel: int, paise: int, at_power_up: bool) -> DeviceEvent:
        """The credit of the note that is owed an outcome, or of one that nobody saw come."""
        note = self.owed
        if note is None or note.channel != channel:
            note = self._add(channel, paise, Stage.CREDITED)
        note.stage, note.at_power_up = Stage.CREDITED, at_power_up
        if note.value:
            self._page.credited += 1
        else:  # the unit cannot name it: somebody must count the box (M11)
            note.stage = Stage.UNACCOUNTED
            self._page.unaccounted += 1
        return self._told(note)

    def returned(self) -> DeviceEvent | None:
        return self._end(Stage.RETURNED)

    def unaccounted(self) -> DeviceEvent | None:
        return self._end(Stage.UNACCOUNTED)

    def cleared(self, channel: int, at_power_up: bool) -> None:
        """The unit repeats its oldest such credit no more."""
        for note in self._page.notes:
            is_it = (note.channel, note.at_power_up) == (channel, at_power_up)
            if is_it and note.is_repeatable:
                note.is_cleared = True
                self._save()
                return

    def read_up_to(self, mark: str) -> None:
        """The unit's log is read to here: what it said before, it cannot say again."""
        self._page.mark = mark
        for note in self._page.notes:
            note.is_cleared = note.is_cleared or note.stage not in OWED
        self._save()

    def journalled(self, key: str) -> None:
        """The till has the outcome of the note with this id."""
        for note in self._page.notes:
            if str(note.id) == key and note.stage not in OWED:
                note.is_journalled = True
                self._save()

    @property
    def may_acknowledge(self) -> bool:
        """Whether some credit is still with the unit, and all such are with the till."""
        notes = [note for note in self._page.notes if note.is_repeatable]
        return bool(notes) and all(note.is_journalled for note in notes)

    # --- inside -----------------------------------------------------------------------------------

    def _add(self, channel: int, paise: int, stage: Stage) -> NoteRecord:
        self._page.counter += 1
        name = EventId(self._page.serial, self._page.epoch, self._page.counter)
        note = NoteRecord(name, channel, Money(paise), stage)
        self._page.notes.append(note)
        self._save()
        return note

    def _end(self, stage: Stage) -> DeviceEvent | None:
        note = self.owed
        if note is None:
            return None
        note.stage, note.is_cleared = stage, True
        if stage is Stage.RETURNED:
            self._page.returned += 1
        else:
            self._page.unaccounted += 1
        return self._told(note)

    def _told(self, note: NoteRecord) -> DeviceEvent:
        self._save()
        outcome = note.outcome()
        assert outcome is not None, f"{note} has no outcome"
        return outcome

    def _save(self) -> None:
        self._page.notes = [
            note
            for note in self._page.notes
            if note.stage in OWED or not note.is_journalled or note.is_repeatable
        ]
        self._ledger.save(self._page)
