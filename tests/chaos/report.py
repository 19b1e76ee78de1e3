"""The table of what was killed where, and how it ended: `chaos-report.txt` beside the tests.

`python -m tests.chaos.report` puts it into docs/chaos.md, with the commit and the day.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from firmware.runtime.clock import INDIA

PATH = Path(__file__).with_name("chaos-report.txt")
PAGE = Path(__file__).parents[2] / "docs/chaos.md"
MARK = "<!-- table: written by `python -m tests.chaos.report` -->\n"
NUMBERS = 5  # columns: points, deaths, tried, struck, faults
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
        ended = ", ".join(f"{count} {end}" for end, count in self.ends.most_common()) or "-"
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


def as_markdown(lines: list[str]) -> str:
    """The rows of a report as a table, with their sums."""
    rows = [[line[:WIDTH].strip(), *line[WIDTH:].split(maxsplit=NUMBERS)] for line in lines]
    sums = [str(sum(int(row[place]) for row in rows)) for place in range(1, NUMBERS + 1)]
    head = ["story: who dies", "points", "deaths", "tried", "struck", "faults", "orders ended"]
    rule = ["---", *["--:"] * NUMBERS, "---"]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows, ["all", *sums, ""]))


def main(commit: str = "HEAD") -> int:
    """`commit` is what was run, if the work has gone on since."""
    command = ["git", "rev-parse", "--short", commit]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    said = f"On {datetime.now(INDIA).date()}, at commit {name}.\n\n"
    table = as_markdown(PATH.read_text().splitlines()[1:])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page[: page.index(MARK) + len(MARK)] + f"\n{said}{table}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
