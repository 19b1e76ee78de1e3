"""What a journal that was set aside still says: its rows, as far as the chain from row 1 holds.

A row behind the first one that is wrong proves nothing. What stands before it is as true as ever:
orders that are paid and not posted go over into the new file, and claims that nobody redeemed are
told to people (`kioskctl journal aside`).
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from firmware.journal.anchor import Anchor
from firmware.journal.chain import COLUMNS, GENESIS, Entry, check, entry_of
from firmware.journal.faults import JournalFault
from firmware.journal.rows import (
    AnyRow,
    ClaimIssued,
    ClaimRedeemed,
    OrderClosed,
    OrderCreated,
    OrderPaid,
    OrderPosted,
    PostRefused,
    UnknownRow,
)
from firmware.journal.tender_rows import (
    CardAsked,
    CardConfirmed,
    CardDeclined,
    CardVoided,
    UpiAsked,
    UpiConfirmed,
    UpiEnded,
)

log = logging.getLogger("core")

CARRIED_AT_MOST = 100  # orders of some 15 rows: SQLite takes 4000 rows a statement


class Salvaged:
    """The rows of one file up to the first that is wrong, as far as somebody waits for something.

    `anchored` is the row whose hash is kept in `anchored_head`; 0 for none.
    """

    def __init__(self, anchored: int = 0) -> None:
        self.why = ""  # nothing more can be believed; empty when the chain holds to the end
        self.length = 0
        self.anchored, self.anchored_head = anchored, ""
        self.claims: dict[str, ClaimIssued] = {}  # not redeemed
        self._paid: set[str] = set()
        self._asked: set[str] = set()  # of UPI or a card, and not answered; known to the anchor
        self._unanswered: dict[str, list[Entry]] = {}

    @property
    def unposted(self) -> dict[str, list[Entry]]:
        """Orders that are paid and not answered by the back end, or whose payment by UPI or card
        it has not told of, with their rows from birth.

        The latter when the anchor knew of them: their citizen had gone. What was asked for after it
        may have been answered in the rows that are lost, and people have to look.
        """
        waiting = (self._paid | self._asked) & set(self._unanswered)
        return {order: self._unanswered[order] for order in waiting}

    def take(self, entry: Entry) -> None:
        """One more row, in its order."""
        self.length, order = entry.seq, entry.order or ""
        if entry.seq == self.anchored:
            self.anchored_head = entry.hash.hex()
        match entry.row:
            case OrderCreated():
                self._unanswered[order] = []
            case OrderPaid():
                self._paid.add(order)
            case OrderPosted() | PostRefused():
                self._unanswered.pop(order, None)
            case OrderClosed() if order not in self._paid:
                self._unanswered.pop(order, None)
            case UpiAsked() | CardAsked() if entry.seq <= self.anchored:
                self._asked.add(order)
            case UpiConfirmed() | UpiEnded() | CardConfirmed() | CardDeclined() | CardVoided():
                self._asked.discard(order)
            case ClaimIssued() as row:
                self.claims[row.claim] = row
            case ClaimRedeemed(claim=claim):
                self.claims.pop(claim, None)
            case _:
                pass
        if order in self._unanswered:
            self._unanswered[order].append(entry)


def salvage(file: Path, anchored: int = 0) -> Salvaged:
    """Read what can be read. The file itself is not even opened by SQLite: a copy is."""
    found = Salvaged(anchored)
    try:
        for entry in _entries(file):
            found.take(entry)
    except JournalFault as fault:
        found.why = str(fault)
    return found


def carried(file: Path, anchor: Anchor | None) -> list[Entry]:
    """Rows of orders to be posted from the new file, oldest first; none where it is not safe.

    Safe is: the chain holds up to the anchor, so that at most a visit's rows are lost. An answer of
    the back end may be among them, but the order's key makes the same payment of a second posting,
    and a second no gives a claim of the same number, which is redeemed once.
    """
    if anchor is None:
        return []
    found = salvage(file, anchor.seq)
    if found.anchored_head != anchor.head:
        log.error("%s: %d rows can be read, and no order is carried on: %s",
                  file, found.length, found.why or "they end before the anchor")  # fmt: skip
        return []
    orders = [rows for rows in found.unposted.values() if not _is_of_a_later_release(rows)]
    entries = [entry for rows in orders[:CARRIED_AT_MOST] for entry in rows]
    return sorted(entries, key=lambda entry: entry.seq)


def rows_of(entries: list[Entry]) -> list[AnyRow]:
    return [entry.row for entry in entries if not isinstance(entry.row, UnknownRow)]


def _is_of_a_later_release(rows: list[Entry]) -> bool:
    """Such an order cannot be written again whole: people have to look at it."""
    return any(isinstance(entry.row, UnknownRow) for entry in rows)


def _entries(file: Path) -> Iterator[Entry]:
    seq, head = 0, GENESIS
    try:
        with (
            tempfile.TemporaryDirectory(prefix="trial-") as folder,
            closing(sqlite3.connect(copy_of(file, Path(folder)))) as database,
        ):
            for record in database.execute(f"SELECT {COLUMNS} FROM rows ORDER BY seq"):
                check([record], seq, head, file)
                entry = entry_of(record, file)
                seq, head = entry.seq, entry.hash
                yield entry
    except (sqlite3.Error, OSError) as error:
        raise JournalFault(f"{file}: after row {seq}: {error}") from error


def copy_of(file: Path, folder: Path) -> Path:
    """With its log, which may hold the last rows."""
    shutil.copyfile(file, folder / file.name)
    with suppress(FileNotFoundError):
        shutil.copyfile(file.with_name(file.name + "-wal"), folder / (file.name + "-wal"))
    return folder / file.name
