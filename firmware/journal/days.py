"""How much cash came in on one day: two look-ups and a subtraction, whatever the journal's length.

Every row carries the sum of all credits up to it, so a day needs only its first row. The time of a
row may be wrong, and no wrong time may make the day's sum smaller than it is:

- A clock that is not believed begins no day: rows between ClockDoubted and ClockTrusted are never
  before the day, and the day stays that of the newest time that was believed (clockwatch.py).
- A believed clock may go back by MAY_GO_BACK. So no row of the day stands before a believed row
  that is older than the day by more than that; the search begins there and goes forward.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from firmware.runtime.clock import MAY_GO_BACK

CLOCK_ROWS = "kind IN ('ClockDoubted', 'ClockTrusted')"


def first_row(database: sqlite3.Connection, midnight: datetime) -> int:
    """The first row that may be of the day that begins at `midnight`, or the row to come."""
    before = _surely_before(database, _text(midnight - MAY_GO_BACK))
    query = (
        "SELECT seq FROM rows WHERE seq > ? AND (at >= ? OR kind = 'ClockDoubted')"
        " ORDER BY seq LIMIT 1"
    )
    found = database.execute(query, (before, _text(midnight))).fetchone()
    return int(found[0]) if found is not None else _last(database) + 1


def credited_from(database: sqlite3.Connection, seq: int) -> int:
    """Paise of the notes and coins of this row and all after it, less the change that was paid;
    not what was before the file began."""
    last = "SELECT credited FROM rows WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
    before = database.execute(last, (seq - 1,)).fetchone() or (0,)
    total = database.execute(last, (_last(database),)).fetchone() or (0,)
    brought = database.execute(
        "SELECT coalesce(sum(json_extract(body, '$.brought_forward.paise')"
        " + coalesce(json_extract(body, '$.collected.paise'), 0)), 0) FROM rows"
        " WHERE kind = 'JournalBegun' AND seq >= ?",
        (seq,),
    ).fetchone()
    return int(total[0]) - int(before[0]) - int(brought[0])


def count_from(database: sqlite3.Connection, kind: str, seq: int) -> int:
    """How many rows of one kind there are from this row on."""
    query = "SELECT count(*) FROM rows WHERE kind = ? AND seq >= ?"
    return int(database.execute(query, (kind, seq)).fetchone()[0])


def _surely_before(database: sqlite3.Connection, at: str) -> int:
    """The newest believed row that is older than `at`; 0 when there is none.

    Not JournalBegun, which is written before anybody looks at the clock.
    """
    clock = f"SELECT kind, seq FROM rows WHERE {CLOCK_ROWS} AND seq <= ? ORDER BY seq DESC LIMIT 1"
    row = (
        "SELECT seq FROM rows WHERE seq BETWEEN ? AND ? AND at < ? AND kind <> 'JournalBegun'"
        " ORDER BY seq DESC LIMIT 1"
    )
    end = _last(database)
    while end > 0:
        kind, since = database.execute(clock, (end,)).fetchone() or ("ClockTrusted", 1)
        is_believed = kind == "ClockTrusted"
        if is_believed and (found := database.execute(row, (since, end, at)).fetchone()):
            return int(found[0])
        end = int(since) - 1
    return 0


def _last(database: sqlite3.Connection) -> int:
    found = database.execute("SELECT max(seq) FROM rows").fetchone()
    return int(found[0] or 0)


def _text(time: datetime) -> str:
    """As the column `at` has it: one zone and one length, so texts compare as times do."""
    return time.isoformat(timespec="milliseconds")
