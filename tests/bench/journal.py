"""Commits a second of the journal, against SQLite itself with the same pragmas.

Three files on one disk take one row each in turn, so that whatever else the machine does falls on
all three: the journal; a table with the same columns and nothing else; and the journal's own
schema, with its indices and triggers, filled without the journal's code.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from firmware.contract.device import EventId
from firmware.contract.money import rupees
from firmware.journal.journal import Journal
from firmware.journal.rows import NoteCredited
from firmware.journal.schema import SCHEMA
from tests.bench.figures import Figure, percentile

AIM = 0.90  # of bare SQLite's commits a second
WARM_UP = 1100  # rounds: SQLite's log grows for 1000 pages before it is used again in place
ROUND_SEED = 417
BARE_SCHEMA = SCHEMA[: SCHEMA.index("STRICT;") + len("STRICT;")]
FOLDER_VARIABLE = "KIOSK_BENCH_FOLDER"  # where to measure another disk, such as an SD card
INSERT = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

Commit = Callable[[int], None]


def run(rounds: int, warm_up: int = WARM_UP) -> list[Figure]:
    """`rounds` commits to each of the three; the times are of one commit each."""
    with tempfile.TemporaryDirectory(prefix="journal-", dir=disk()) as name:
        folder = Path(name)
        sides = {
            "bare": _bare(folder / "bare.db", BARE_SCHEMA),
            "same schema": _bare(folder / "schema.db", SCHEMA),
            "journal": _journal(folder / "journal.db"),
        }
        times = _take_turns(sides, rounds, warm_up)
        return _figures(times, _file_system(folder))


def _take_turns(sides: dict[str, Commit], rounds: int, warm_up: int) -> dict[str, list[float]]:
    """Each side once a round, in an order drawn anew each time."""
    names, chance = list(sides), random.Random(ROUND_SEED)
    times: dict[str, list[float]] = {name: [] for name in names}
    for count in range(warm_up + rounds):
        for name in chance.sample(names, len(names)):
            began = time.perf_counter()
            sides[name](count)
            times[name].append(time.perf_counter() - began)
    return {name: taken[warm_up:] for name, taken in times.items()}


def _journal(path: Path) -> Commit:
    journal, at = Journal(path), datetime.now(UTC)

    def commit(count: int) -> None:
        journal.append(at, _row(count))

    return commit


def _row(count: int) -> NoteCredited:
    number = f"TDR 0417 {count // 4:04d}"  # four notes an order
    return NoteCredited(number, EventId("1873452", 1, count), rupees(200), at_power_up=False)


def _bare(path: Path, schema: str) -> Commit:
    """Rows of the same size, made by nobody: what one INSERT and one fsync cost."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {schema}")
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    body = '{"type":"NoteCredited","order":"TDR 0417 %04d","id":{"serial":"1873452","epoch":1,'
    body += '"counter":%d},"value":{"paise":20000},"at_power_up":false}'

    def commit(count: int) -> None:
        order, text = f"TDR 0417 {count // 4:04d}", body % (count // 4, count)
        key = f"1873452/1/{count}"
        record = (count + 1, at, "NoteCredited", order, key, 20000, text, bytes(32))
        database.execute(INSERT, record)

    return commit


def _figures(times: dict[str, list[float]], file_system: str) -> list[Figure]:
    middle = {name: percentile(taken, 0.50) for name, taken in times.items()}
    count = len(times["journal"])
    lines = [
        Figure(
            f"{name}, on {file_system}",
            f"{1 / middle[name]:.0f} commits/s at p50 ({middle[name] * 1000:.2f} ms),"
            f" p99 {percentile(taken, 0.99) * 1000:.2f} ms",
            count,
        )
        for name, taken in times.items()
    ]
    ratio = middle["bare"] / middle["journal"]
    lines.append(
        Figure("journal : bare", f"{ratio:.0%}", count, f">= {AIM:.0%}", is_met=ratio >= AIM)
    )
    ratio = middle["same schema"] / middle["journal"]
    return [*lines, Figure("journal : same schema", f"{ratio:.0%}", count)]


def disk() -> Path:
    """Not /tmp, which may be RAM: the folder of the run, or the one that the variable names."""
    return Path(os.environ.get(FOLDER_VARIABLE, "."))


def _file_system(folder: Path) -> str:
    found = subprocess.run(
        ["/usr/bin/df", "--output=fstype", folder], check=True, capture_output=True, text=True
    )
    return found.stdout.split()[-1]
