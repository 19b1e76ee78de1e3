"""A till of its own process, to be killed: says the length of the journal after each commit.

`python -m tests.firmware.journal.writer <path> <rows in a commit> [<commits> [<limit in bytes>]]`
"""

from __future__ import annotations

import resource
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

from firmware.contract.device import EventId
from firmware.contract.money import rupees
from firmware.journal.journal import Journal, JournalFault
from firmware.journal.rows import CoinCredited
from firmware.runtime.clock import INDIA

AT = datetime(2026, 11, 22, 10, 0, tzinfo=INDIA)


def coin(number: int) -> CoinCredited:
    return CoinCredited(None, EventId("C1", 1, number), rupees(1))


def main(path: str, size: str, commits: str = "0", limit: str = "") -> int:
    journal = Journal(Path(path))
    if limit:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), hard))
    last = int(commits) or sys.maxsize
    for number in count(journal.length + 1, int(size)):
        if number > last * int(size):
            break
        try:
            journal.append(AT, *(coin(number + more) for more in range(int(size))))
        except JournalFault as error:
            print("fault", error, flush=True)  # noqa: T201
            return _after_the_fault(journal, number)
        print(journal.length, flush=True)  # noqa: T201
    sys.stdin.read()  # hold the journal open, its log unfolded, until killed
    return 0


def _after_the_fault(journal: Journal, number: int) -> int:
    """Somebody made room: the same rows fit in, in their place."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    before = journal.length
    journal.append(AT, coin(number))
    print("again", before, journal.length, journal.verify(), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
