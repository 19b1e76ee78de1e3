"""Who was at the kiosk from when to when, from the rows and nothing else.

A shift that was begun in the days of before ends in the day in which its row of the end stands,
with the time at which it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from firmware.journal.chain import Entry
from firmware.journal.shift_rows import Shift, ShiftBegan, ShiftEnded


@dataclass
class Attendance:
    """Folds rows, oldest first."""

    ended: list[Shift] = field(default_factory=list)
    here: dict[str, str] = field(default_factory=dict)  # by whom -> since when, ISO 8601

    def add(self, entry: Entry) -> None:
        match entry.row:
            case ShiftBegan(by=by):
                self.here.setdefault(by, entry.at)
            case ShiftEnded(by=by, began=began):
                self.here.pop(by, None)
                self.ended.append(Shift(by, began, entry.at))
            case _:
                pass

    @property
    def shifts(self) -> list[Shift]:
        """Those that are over, then those that last."""
        return [*self.ended, *(Shift(by, began) for by, began in self.here.items())]


def shifts_of(entries: Iterable[Entry]) -> list[Shift]:
    """Of rows in their order."""
    found = Attendance()
    for entry in entries:
        found.add(entry)
    return found.shifts


def newest(began: Iterable[Entry], ended: Iterable[Entry], most: int) -> list[Shift]:
    """At most so many, the latest first: of the rows of each kind, newest first."""
    over = {(e.row.by, e.row.began): e.at for e in ended if isinstance(e.row, ShiftEnded)}
    return list(_paired(began, over, most))


def _paired(began: Iterable[Entry], over: dict[tuple[str, str], str], most: int) -> Iterator[Shift]:
    for count, entry in enumerate(began):
        if count == most:
            return
        if isinstance(entry.row, ShiftBegan):
            name = entry.row.by
            yield Shift(name, entry.at, over.get((name, entry.at), ""))
