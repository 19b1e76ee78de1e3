"""The ids of commands once more, beside the outbox: a lost file must give no command a second life.

Two slots of their own, so that the file with events and replies may be lost, torn or put back from
an earlier day. Where both are lost, nobody knows what was done before: then a command that was
issued before this record began is not done any more.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from firmware.runtime.durable import CorruptFile
from firmware.runtime.slots import Slots
from firmware.uplink.stamp import Stamp

log = logging.getLogger("uplink")

# The newest ids stay whatever the clock says: one that was years ahead for an hour would forget
# them all, and each could be played once more. Years of commands, and 40 KB.
IDS_KEPT = 1000


class Record(msgspec.Struct, frozen=True):
    """What is on disk."""

    began: str  # ISO 8601: what was issued before is not known to be new
    is_sure: bool = False  # the clock was believed when it said so
    ids: tuple[str, ...] = ()


class Ids:
    """Of the record at `<path>.a` and `<path>.b`. Raises OSError as the disk does."""

    def __init__(self, path: Path, stamp: Stamp) -> None:
        self._slots = Slots(path)
        found = self._read()
        self._now = found or Record(stamp.t, stamp.t_ok)
        if found is None:
            self._write(self._now)

    def __contains__(self, command: str) -> bool:
        return command in self._now.ids

    def add(self, command: str) -> None:
        """On disk when it returns."""
        self._write(msgspec.structs.replace(self._now, ids=(*self._now.ids, command)[-IDS_KEPT:]))

    def believe(self, t: str) -> None:
        """It is `t` now, by a clock that is set. The first such word counts: the record began not
        later, and the clock may have been of 1970 or of 2038 when it did."""
        if not self._now.is_sure:
            self._write(msgspec.structs.replace(self._now, began=t, is_sure=True))

    def are_all_since(self, issued: str) -> bool:
        """Whether the record would know a command of that time; raises ValueError for no time."""
        return moment_of(issued) >= moment_of(self._now.began)

    @property
    def began(self) -> str:
        return self._now.began

    def _write(self, record: Record) -> None:
        self._slots.write(msgspec.json.encode(record))
        self._now = record

    def _read(self) -> Record | None:
        try:
            content = self._slots.read()
            return None if content is None else msgspec.json.decode(content, type=Record)
        except (CorruptFile, msgspec.DecodeError) as error:
            log.error("which commands were done is lost: older ones are refused: %s", error)
            return None


def moment_of(text: str) -> datetime:
    """Raises ValueError. A year alone is its beginning."""
    found = datetime.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
