"""A year that was lived, its end, and a death at every step of a start."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from firmware.contract.money import Money, rupees
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.desk_rows import Cash, CollectionClosed, How, Pieces
from firmware.journal.journal import Journal
from firmware.journal.recovery import open_journal
from firmware.journal.rows import AnyRow, ClaimIssued, End, OrderClosed
from firmware.runtime.clock import INDIA
from tests.firmware.journal.past import lived, order
from tests.firmware.journal.writer import AT

NEW_YEAR = datetime(2027, 1, 1, 6, 0, tzinfo=INDIA)
NEXT_DAY = NEW_YEAR + timedelta(days=1)
CLAIM = ClaimIssued(None, "C C1/1/1", rupees(1), Money(0), "trouble.note_unaccounted")
WRITES = ("os.link", "os.rename", "os.remove", "os.chmod", "sqlite3.connect", "open")


def a_year(path: Path, *more: AnyRow) -> str:
    """Forty coins, three orders that are closed, a claim; returns the head."""
    lived(path)
    with closing(Journal(path)) as journal:
        journal.append(AT, CLAIM, *more)
        for number in range(1, 4):
            journal.append(AT, *closed(number))
        AnchorKeeper(path).write(journal)
        return journal.head


def closed(number: int) -> list[AnyRow]:
    return [OrderClosed(order(number).order, End.CANCELLED)]


def in_new_year(path: Path, at: datetime = NEW_YEAR) -> Journal:
    return open_journal(path, at, "2", "b2")


def collected(number: int, since: int, total: int) -> CollectionClosed:
    cash = Cash(coins=[Pieces(rupees(1), total)])
    return CollectionClosed(number, "R. Meena", How.COLLECTED, since, cash, rupees(total))


def dies_at(path: Path, step: int, start: Callable[[Path], object]) -> bool:
    """A start that is ended by SIGKILL before its `step`th act on the disk, if it gets so far."""
    if (child := os.fork()) == 0:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in WRITES and str(path.parent) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), 9)

        sys.addaudithook(count)
        start(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
