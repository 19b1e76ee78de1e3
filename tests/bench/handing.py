"""What it costs core to hand its rows to the uplink, and what it costs a visit meanwhile."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

from firmware.contract.fleet import RowsAfter
from firmware.journal.journal import Journal
from firmware.journal.outgoing import Outgoing
from tests.bench.figures import Figure, delays
from tests.firmware.journal.writer import AT, coin

ROWS = 20_000
AT_ONCE = 500  # rows a commit, while the journal is made
COMMITS = 200  # of a visit, each of one row


def run(rows: int = ROWS, commits: int = COMMITS) -> list[Figure]:
    """64 rows a question, over the whole file; then commits with and without a reader beside."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
        path = Path(folder) / "journal.db"
        with closing(Journal(path)) as journal:
            for start in range(0, rows, AT_ONCE):
                journal.append(AT, *(coin(n) for n in range(start, min(start + AT_ONCE, rows))))
            asked = _read_all(path, rows)
            alone = [_commit(journal, rows + n) for n in range(commits)]
            beside = _while_read(path, journal, rows + commits, commits)
    return [
        delays(f"64 rows of {rows}, in a thread of core", asked),
        delays("a row is committed, nobody reads", alone),
        delays("a row is committed while the uplink drains", beside),
    ]


def _read_all(path: Path, rows: int) -> list[float]:
    outgoing, chain, seq, took = Outgoing(path), "", 0, list[float]()
    while seq < rows:
        began = time.perf_counter()
        told = outgoing.after(RowsAfter(done=[], chain=chain, seq=seq))
        took.append(time.perf_counter() - began)
        chain, seq = told.chain, told.rows[-1].seq
    return took


def _commit(journal: Journal, number: int) -> float:
    began = time.perf_counter()
    journal.append(AT, coin(number))
    return time.perf_counter() - began


def _while_read(path: Path, journal: Journal, first: int, commits: int) -> list[float]:
    """The reader is as quick as it can be; the uplink is not, for it waits for the fleet."""
    is_over = Event()

    def drain() -> None:
        while not is_over.is_set():
            _read_all(path, min(first, 64 * 20))

    reader = Thread(target=drain)
    reader.start()
    try:
        return [_commit(journal, first + n) for n in range(commits)]
    finally:
        is_over.set()
        reader.join()
