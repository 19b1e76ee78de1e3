"""A bill validator as the device contract wants it, with one number more in its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from drivers.base import notes_events as notes
from drivers.base.ledger import Ledger
from drivers.base.notes import NoteAcceptor
from drivers.base.notes_protocol import Unfinished
from drivers.mdb.adapter import BAUD_RATE
from drivers.mdb.validator import ValidatorProtocol
from firmware.runtime.config import DeviceSection


class Stacker(msgspec.Struct, frozen=True):
    """What the stacker held before the note that is on its way, by the validator's own count."""

    held: int


class BillValidator(NoteAcceptor):
    """One bill validator behind an adapter of its own. Ledgers: `notes.json`, `stacker.json`."""

    maker = "MDB"
    model = "bill validator"

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        self._stacker = Ledger(folder / "stacker.json", Stacker)
        self._held = self._stacker.load()
        super().__init__(name, section, folder)

    def make_protocol(self, unfinished: Unfinished) -> ValidatorProtocol:
        return ValidatorProtocol(unfinished, self._held.held if self._held else None)

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": BAUD_RATE}

    def on_event(self, event: notes.Event) -> None:
        """The count is on disk before a note may go there, so that one more note is proof."""
        if isinstance(event, notes.Counted) and self._notes.owed is None:
            counted = Stacker(event.stacked)
            if counted != self._held:
                self._stacker.save(counted)
                self._held = counted
        super().on_event(event)
