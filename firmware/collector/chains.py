"""How far a stream is without a gap, and whether its hashes are right: values in, values out.

A row that does not follow from the one before is kept and passed: one alarm, and what follows is
verified against what the row says of itself. So one bad row of a kiosk ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware.collector.batch import BROKEN, CHAIN, Alarm, Key, Stream
from firmware.collector.mending import as_sent
from firmware.contract.uplink import JournalRow, hash_after

GENESIS = "0" * 64  # before the first row of a file
NAME = 16  # hex digits of the first row's hash that name a chain


@dataclass
class Head:
    """A row of `streams`: `seq` may be acknowledged, `highest` was seen."""

    stream: Stream
    seq: int = 0
    highest: int = 0
    hash: str = GENESIS

    @property
    def has_gap(self) -> bool:
        return self.highest > self.seq

    def pass_rows(self, rows: Iterable[JournalRow]) -> list[Alarm]:
        """Go on over `rows`, which are sorted and begin behind `seq`; stops at a gap."""
        alarms = []
        for row in rows:
            if row.seq != self.seq + 1:
                break
            expected = hash_after(self.hash, row)
            if row.hash != expected and row.hash != hash_after(self.hash, as_sent(row)):
                alarms.append(self._broken(row, f"expected hash {expected}, got {row.hash}"))
            elif row.seq == 1 and row.hash[:NAME] != self.stream[1].removeprefix(CHAIN):
                alarms.append(
                    self._broken(row, f"expected the chain to be named {row.hash[:NAME]}")
                )
            self.seq, self.hash = row.seq, row.hash
        self.highest = max(self.highest, self.seq)
        return alarms

    def pass_numbers(self, numbers: Iterable[int]) -> None:
        """The same for events, which have no hashes."""
        for seq in numbers:
            if seq != self.seq + 1:
                break
            self.seq = seq
        self.highest = max(self.highest, self.seq)

    def _broken(self, row: JournalRow, detail: str) -> Alarm:
        kiosk, stream = self.stream
        return Alarm(kiosk, stream, row.seq, BROKEN, detail)


def by_stream(keys: Iterable[Key], prefix: str) -> dict[Stream, list[int]]:
    """The numbers of each stream, sorted."""
    found: dict[Stream, list[int]] = {}
    for kiosk, name, seq in sorted(keys):
        found.setdefault((kiosk, prefix + name), []).append(seq)
    return found
