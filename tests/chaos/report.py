"""The table of what was killed where, and how it ended: `chaos-report.txt` beside the tests."""

from __future__ import annotations

import fcntl
from collections import Counter
from pathlib import Path

PATH = Path(__file__).with_name("chaos-report.txt")
WIDTH = 44  # of a title
HEAD = (
    f"{'story: who dies':<{WIDTH}} {'points':>7} {'deaths':>6} {'tried':>6} {'struck':>6}"
    f" {'faults':>6}  how orders ended"
)


class Tally:
    """One row: a story and who dies in it. `points` were passed; `deaths` are those of them that
    leave something else behind than all before."""

    def __init__(self, title: str, points: int, deaths: int) -> None:
        self.title, self.points, self.deaths = title, points, deaths
        self.tried = self.struck = self.faults = 0
        self.ends: Counter[str] = Counter()

    def add(self, ends: tuple[str, ...], has_struck: bool, is_faulty: bool) -> None:
        self.tried += 1
        self.struck += has_struck
        self.faults += is_faulty
        self.ends.update(ends or ("no order",))

    def __str__(self) -> str:
        ended = ", ".join(f"{count} {end}" for end, count in self.ends.most_common())
        numbers = f"{self.points:>7} {self.deaths:>6} {self.tried:>6} {self.struck:>6}"
        return f"{self.title:<{WIDTH}} {numbers} {self.faults:>6}  {ended}"

    def write(self) -> None:
        """Put the row in the place of the one of the run before; tests run side by side."""
        with PATH.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            rows = [
                line for line in file.read().splitlines()[1:] if line[:WIDTH] != str(self)[:WIDTH]
            ]
            file.truncate(0)
            file.write("\n".join([HEAD, *sorted([*rows, str(self)])]) + "\n")
