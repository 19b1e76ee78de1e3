"""What a journal of years costs: the time to open it, its size, and the bytes written a visit.

One file grows; at each size it is closed and opened again, with the pages in the system's cache.
The figure to look at is the ratio to the smallest: a start must not grow with the past.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from firmware.contract.device import EventId
from firmware.contract.gateway import Bill
from firmware.contract.money import Money, rupees
from firmware.journal import rows
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.journal import Journal
from firmware.journal.past import archives
from firmware.journal.recovery import open_journal
from firmware.journal.rows import AnyRow
from firmware.runtime.clock import INDIA
from tests.bench.figures import Figure, percentile
from tests.bench.journal import disk

YEARS = 10  # of archives beside a new file
ROWS_A_YEAR = 1000  # a size that makes no difference: they are not looked through
SIZES = (10, 1000, 100_000, 1_000_000)  # rows
OPENINGS = 15  # of each size
VISITS = 200  # of which the bytes are counted
ROWS_A_COMMIT = 3500  # while the file is filled: SQLite takes 32,766 values a statement
AIM = 3.0  # times as long as with ten rows, where a start checks 10 hashes and not 200
KB = 1024


def run(
    sizes: Sequence[int] = SIZES, openings: int = OPENINGS, visits: int = VISITS
) -> list[Figure]:
    """Ratios of opening, then what one visit costs on disk."""
    with tempfile.TemporaryDirectory(prefix="journal-", dir=disk()) as name:
        path = Path(name) / "journal.db"
        rest = _rows_without_end()
        taken = {size: _open_times(path, size, rest, openings) for size in sizes}
        years = _starts_of_years(Path(name) / "years" / "journal.db", openings)
        turned = _turn_of(path, max(sizes))
        return [*_ratios(taken), *years, turned, *_bytes(Path(name) / "visits.db", visits)]


def visit(number: int) -> list[list[AnyRow]]:
    """The commits of an electricity visit: three notes, paid, posted, printed, closed."""
    order = f"TDR 0417 {number:04d}"
    bill = Bill("B1", "210344001725", "श्री कृष्ण चन्द्र शर्मा", "2026-10", "2026-11-28",
                rupees(470), Money(0))  # fmt: skip
    key, job = f"{number:032x}", f"{order}/receipt/1"
    notes: list[list[AnyRow]] = []
    for which, value in enumerate((200, 200, 100)):
        name = EventId("1873452", 1, number * 3 + which)
        notes.append([rows.StackIntended(order, name, rupees(value))])
        notes.append([rows.NoteCredited(order, name, rupees(value), at_power_up=False)])
    return [
        [
            rows.OrderCreated(order, key, "electricity", "hi", bill, rupees(470)),
            rows.CashOpened(order, key[:8], rupees(970)),
        ],
        *notes,
        [
            rows.CashClosed(order, key[:8], "paid_in_full"),
            rows.OrderPaid(order, rupees(500), rupees(30)),
        ],
        [rows.OrderPosted(order, f"REF{number}")],
        [rows.PrintIntended(order, job, "receipt")],
        [rows.Printed(order, job)],
        [rows.OrderClosed(order, rows.End.FULFILLED)],
    ]


def _open_times(path: Path, size: int, rest: Iterator[AnyRow], openings: int) -> list[float]:
    """Seconds from nothing to a journal that knows what stands open."""
    _fill(path, size, rest)
    times = []
    for _ in range(openings):
        began = time.perf_counter()
        journal = Journal(path)
        journal.open_orders()
        times.append(time.perf_counter() - began)
        journal.close()
    return times


def _fill(path: Path, size: int, rest: Iterator[AnyRow]) -> None:
    journal, at = Journal(path), datetime.now(UTC)
    while journal.length < size:
        journal.append(at, *islice(rest, min(size - journal.length, ROWS_A_COMMIT)))
    journal.close()


def _starts_of_years(path: Path, openings: int) -> list[Figure]:
    """A start of core with no archive beside the file, and with `YEARS` of them."""
    first, rest = datetime(2026, 6, 1, tzinfo=INDIA), _rows_without_end()
    figures = []
    for years in range(YEARS + 1):
        at = first.replace(year=first.year + years)
        _start(path, at)
        if years in (0, YEARS):
            times = [_start(path, at) for _ in range(openings)]
            said = f"{percentile(times, 0.50) * 1000:.1f} ms at p50"
            figures.append(Figure(f"start, {years} archives beside it", said, len(times)))
        journal = Journal(path)
        for _ in range(ROWS_A_YEAR // 14):
            journal.append(at, *islice(rest, 14))
        journal.close()
    return figures


def _start(path: Path, at: datetime) -> float:
    """Seconds of what core does before its first screen; the first of a year turns it."""
    began = time.perf_counter()
    open_journal(path, at, "bench").close()
    return time.perf_counter() - began


def _turn_of(path: Path, size: int) -> Figure:
    """Once a year: the whole chain is recomputed before the file becomes an archive."""
    with closing(Journal(path)) as journal:
        at = datetime.fromisoformat(journal.last_at).astimezone(INDIA)
        for order in journal.unposted_orders():
            journal.append(at, rows.OrderPosted(order, "REF"))
        for order in journal.open_orders():
            journal.append(at, rows.OrderClosed(order, rows.End.CANCELLED))
    taken = _start(path, at.replace(year=at.year + 1, month=1, day=2))
    assert archives(path), "an order stands open"
    return Figure(f"{size:,} rows archived", f"{taken:.2f} s", 1)


def _rows_without_end() -> Iterator[AnyRow]:
    for number in count(1):
        for commit in visit(number):
            yield from commit


def _ratios(taken: dict[int, list[float]]) -> list[Figure]:
    middle = {size: percentile(times, 0.50) for size, times in taken.items()}
    least = middle[min(middle)]
    return [
        Figure(
            f"opened with {size:,} rows",
            f"{middle[size] * 1000:.1f} ms at p50, {middle[size] / least:.2f} times",
            len(times),
            f"< {AIM:.0f} times",
            is_met=middle[size] / least < AIM,
        )
        for size, times in taken.items()
    ]


def _bytes(path: Path, visits: int) -> list[Figure]:
    journal, at = Journal(path), datetime.now(UTC)
    keeper, before, began = AnchorKeeper(path), path.stat().st_size, _written()
    anchors = []
    for number in range(1, visits + 1):
        for commit in visit(number):
            journal.append(at, *commit)
        started = time.perf_counter()
        keeper.write(journal)
        anchors.append(time.perf_counter() - started)
    written = _written() - began
    journal.close()  # folds the log into the file
    grown = path.stat().st_size - before
    return [
        Figure("written a visit", f"{written / visits / KB:.1f} KB", visits),
        Figure("size on disk a visit", f"{grown / visits / KB:.2f} KB", visits),
        Figure("anchor, after a visit", f"{percentile(anchors, 0.5) * 1000:.2f} ms at p50", visits),
    ]


def _written() -> int:
    """Bytes that this process has handed to the system so far (proc(5): wchar)."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("wchar:")).split()[1])
