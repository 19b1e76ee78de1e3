"""How far the journal is in the fleet's database, and what else of the link must survive.

Losing it costs bytes and no row: everything is sent again, and the collector refuses doubles.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from firmware.runtime.durable import CorruptFile
from firmware.runtime.slots import Slots

log = logging.getLogger("uplink")


class Mark(msgspec.Struct, frozen=True):
    """Files that are acknowledged whole, and where the next one is."""

    done: tuple[str, ...] = ()
    chain: str = ""
    seq: int = 0

    def after(self, file: str, chain: str, last: int, ends: bool) -> Mark:
        """With these rows of `file`, too; of one that has none left only that it is done."""
        done = (*self.done, file) if ends else self.done
        return Mark(done, chain, last) if chain else Mark(done, self.chain, self.seq)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the uplink remembers of itself."""

    mark: Mark = Mark()
    connection: int = 0  # connections of this kiosk, for ever
    boot: int = 0  # starts of the machine
    boot_id: str = ""
    known_time: str = ""  # the latest time that was believed, ISO 8601


class Keeper:
    """Keeps one Standing at `<path>.a` and `<path>.b`. Raises OSError as the disk does."""

    def __init__(self, path: Path) -> None:
        self._slots = Slots(path)
        self.now = self._read()

    def change(self, **changes: object) -> Standing:
        """On disk when it returns; nothing is written where nothing changed."""
        fresh = msgspec.structs.replace(self.now, **changes)
        if fresh != self.now:
            self._slots.write(msgspec.json.encode(fresh))
            self.now = fresh
        return fresh

    def booted(self, boot_id: str) -> Standing:
        """Count this start of the machine, unless it was counted."""
        if boot_id and boot_id == self.now.boot_id:
            return self.now
        return self.change(boot=self.now.boot + 1, boot_id=boot_id)

    def _read(self) -> Standing:
        try:
            content = self._slots.read()
            return Standing() if content is None else msgspec.json.decode(content, type=Standing)
        except (CorruptFile, msgspec.DecodeError) as error:
            log.error("the mark is lost, and all rows are sent again: %s", error)
            return Standing()
