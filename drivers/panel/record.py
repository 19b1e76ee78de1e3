"""What the panel must remember across its own death: the tamper latch, and facts nobody has yet.

Door, tamper and cash box are facts for the record. Each move gets a durable id, is on disk before
it is told, and is told until core has acknowledged it. What moved while this driver was dead is
seen by comparing the switch with what was told last.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from drivers.base.ledger import Ledger, new_epoch
from drivers.base.protocol import NEVER
from firmware.contract.device import EventId, Switch, SwitchMoved

RECORDED = (Switch.DOOR_IS_OPEN, Switch.TAMPER, Switch.CASH_BOX_IS_OUT)
MOVES_APART = 1.0  # seconds between two moves of one switch: no hand is quicker, a loose wire is
UNTOLD_AT_MOST = 60  # moves of door and box that wait for core; after those only how they end


class Record(msgspec.Struct, frozen=True):
    """The ledger. `told` is what was told last of each switch; not there: as it should be."""

    epoch: int
    counter: int = 0
    told: dict[str, bool] = {}
    pending: list[SwitchMoved] = []


class SwitchRecord:
    """One panel's ledger, `panel.json` in its folder. Times are monotonic seconds."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._ledger = Ledger(folder / "panel.json", Record)
        self._record = self._ledger.load() or Record(new_epoch())
        self._moved_at: dict[str, float] = {}
        self._held_back: dict[str, float] = {}  # switch: when it may be told

    @property
    def pending(self) -> list[SwitchMoved]:
        """What nobody has acknowledged yet, oldest first."""
        return self._record.pending

    @property
    def tamper_is_latched(self) -> bool:
        return self._told(Switch.TAMPER)

    def look(self, facts: Mapping[str, bool], now: float) -> list[SwitchMoved]:
        """The moves to be told, of switches that are not as they were told last; on disk."""
        found = (self.note(name, facts[name], now) for name in RECORDED if name in facts)
        return [event for event in found if event is not None]

    def note(self, name: str, value: bool, now: float) -> SwitchMoved | None:
        """The same of one switch that settled. A tamper latch is never let go here."""
        self._held_back.pop(name, None)
        if name not in RECORDED or value is self._told(name):
            return None
        if name == Switch.TAMPER:
            return self._write(name, value) if value else None
        may_be_told = self._moved_at.get(name, -MOVES_APART) + MOVES_APART
        if now < may_be_told or len(self.pending) >= UNTOLD_AT_MOST:
            self._held_back[name] = max(may_be_told, now + MOVES_APART / 2)
            return None
        self._moved_at[name] = now
        return self._write(name, value)

    def let_go_of_tamper(self) -> SwitchMoved | None:
        """A technician has looked; None when nothing was latched."""
        return self._write(Switch.TAMPER, False) if self.tamper_is_latched else None

    def acknowledge(self, key: str) -> None:
        """Core has it on disk. Written only where something was pending."""
        rest = [event for event in self.pending if str(event.id) != key]
        if len(rest) < len(self.pending):
            self._save(msgspec.structs.replace(self._record, pending=rest))

    def next_deadline(self) -> float:
        """When to look again at what was held back."""
        return min(self._held_back.values(), default=NEVER)

    def _told(self, name: str) -> bool:
        return self._record.told.get(name, False)

    def _write(self, name: str, value: bool) -> SwitchMoved:
        """The panel has no serial number: its name and the epoch tell it from any other."""
        count = self._record.counter + 1
        event = SwitchMoved(str(name), value, EventId(self._name, self._record.epoch, count))
        told = {**self._record.told, str(name): value}
        self._save(Record(self._record.epoch, count, told, [*self.pending, event]))
        return event

    def _save(self, record: Record) -> None:
        self._ledger.save(record)
        self._record = record
