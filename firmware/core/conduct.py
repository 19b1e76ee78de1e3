"""The switch of the model code of conduct: while it is on, nothing of any content pack is seen.

The last row of the journal says how it stands. Beside it lies a small file that says the same, for
a journal that was lost: a disk that is damaged in the weeks before an election must not bring a
picture back. A file that cannot be read counts as on.
"""

from __future__ import annotations

import logging

import msgspec

from firmware.contract.content import ConductSet, SetConduct
from firmware.contract.device import Outcome, Reply
from firmware.core.book import Book
from firmware.journal.chain import only
from firmware.journal.occasion_rows import ConductChanged
from firmware.runtime.durable import CorruptFile, read_durably, write_durably
from firmware.till.effects import Outbox, Say

log = logging.getLogger("core")

FILE = "conduct"  # beside the journal


class Stands(msgspec.Struct, frozen=True):
    """How the switch stands; `said` is since when, by whom and why."""

    is_on: bool = False
    said: str = ""


class Conduct:
    """Moved by a technician, by an operator, by the fleet."""

    def __init__(self, book: Book, outbox: Outbox) -> None:
        self._book, self._outbox = book, outbox
        self._path = book.journal.path.with_name(FILE)
        self._stands = self._load()

    @property
    def is_on(self) -> bool:
        return self._stands.is_on

    @property
    def said(self) -> str:
        """`2026-11-22 10:00 Asha: model code of conduct`; empty while it is off."""
        return self._stands.said if self.is_on else ""

    def answer(self, command: SetConduct) -> Reply:
        """The row first; the same once more changes nothing."""
        if command.is_on is self.is_on:
            return Reply(Outcome.DONE, "it stood like that before")
        self._book.write(ConductChanged(command.is_on, command.by, command.reason))
        self._stands = _stands(command, self._book.at)
        write_durably(self._path, msgspec.json.encode(self._stands))
        self._outbox.add(Say(ConductSet(command.is_on, command.by, command.reason)))
        state = "on" if command.is_on else "off"
        log.warning("code of conduct %s, by %s: %s", state, command.by, command.reason)
        return Reply(Outcome.DONE)

    def _load(self) -> Stands:
        newest = only(self._book.journal.newest_of(ConductChanged), ConductChanged)
        found = next(newest, None)
        if found is None:
            return self._kept()
        entry, row = found
        stands = _stands(row, entry.at)
        if stands != self._kept():  # the power went between the two
            write_durably(self._path, msgspec.json.encode(stands))
        return stands

    def _kept(self) -> Stands:
        try:
            raw = read_durably(self._path)
            return Stands() if raw is None else msgspec.json.decode(raw, type=Stands)
        except (OSError, CorruptFile, msgspec.DecodeError) as error:
            return Stands(True, f"nobody knows how it stood, so it is on: {error}")


def _stands(moved: SetConduct | ConductChanged, at: str) -> Stands:
    when = at[:16].replace("T", " ")
    return Stands(moved.is_on, f"{when} {moved.by}: {moved.reason}")
