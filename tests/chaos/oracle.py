"""Paper and metal on one side, the record, the office and the slips on the other.

Counted anew from what the devices hold and what the files say: the product's sums are not asked.
Everything is at rest: nobody is at the kiosk, no order is open, no payment unanswered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from firmware.core.daemon import journal_path
from firmware.journal.journal import Entry, read_entries
from firmware.journal.orders import Order, fold
from firmware.journal.past import files_of
from firmware.journal.rows import (
    ClaimIssued,
    CoinCredited,
    NoteCredited,
    NoteGivenBack,
    NoteInDoubt,
    OrderCreated,
    ReadRow,
)
from tests.chaos.memory import Kiosk


def wrongs(kiosk: Kiosk) -> list[str]:
    """Every paisa that is lost, created, or spoken for twice; empty when there is none."""
    entries = written(kiosk)
    return [*_of_metal(kiosk, entries), *_of_orders(kiosk, entries)]


def written(kiosk: Kiosk) -> list[Entry]:
    return [e for file in files_of(journal_path(kiosk.config)) for e in read_entries(file)]


def _of_metal(kiosk: Kiosk, entries: list[Entry]) -> Iterator[str]:
    """Each piece of money that is inside has one row, and each row its piece."""
    credits = [e.row for e in entries if isinstance(e.row, NoteCredited | CoinCredited)]
    inside, rows = _inside(kiosk), Counter[int](row.value.paise for row in credits)
    if inside != rows:
        yield f"inside {dict(inside)}, in the journal {dict(rows)}"
    twice = [key for key, times in Counter(str(row.id) for row in credits).items() if times > 1]
    yield from (f"{key} is credited twice" for key in twice)


def _inside(kiosk: Kiosk) -> Counter[int]:
    """Notes and coins by value in paise; without those that a device itself forgot."""
    found = Counter[int]()
    for device in ("notes", "coins"):
        physics = kiosk.wires[device].emulator.physics()
        for where, sign in (("in_box", 1), ("collected", 1), ("unreported", -1)):
            for paise, count in physics.get(where, {}).items():
                found[int(paise)] += sign * count
    return +found


def _of_orders(kiosk: Kiosk, entries: list[Entry]) -> Iterator[str]:
    orders = {e.row.order: list[Entry]() for e in entries if isinstance(e.row, OrderCreated)}
    for entry in entries:
        if entry.order in orders:
            orders[entry.order].append(entry)
    booked = Counter[str]()
    for payment in kiosk.office.payments():
        booked[str(payment["key"])] += int(str(payment["amount"]))
    for history in orders.values():
        order = fold(history)
        yield from _of_order(order, [entry.row for entry in history])
        for at, (line, part) in enumerate(zip(order.lines, order.parts, strict=True), 1):
            due = 0 if at in order.refusals else part.paise
            if (there := booked.pop(line.key, 0)) != due:
                yield f"{order.number}, line {at}: {there} paise booked of {due}"
    yield from (f"booked without an order: {key}" for key in booked if key != COUNTER)
    yield from _of_nobody([entry.row for entry in entries if entry.order is None])


COUNTER = "paid at the counter of the office"  # the key of a payment that no kiosk made


def _of_order(order: Order, rows: list[ReadRow]) -> Iterator[str]:
    """The bill's part and the claims' are what went in: not a paisa more or less."""
    doubted = {row.id for row in rows if isinstance(row, NoteInDoubt)}
    came_back = sum(
        row.value.paise for row in rows if isinstance(row, NoteGivenBack) and row.id in doubted
    )
    took = order.inserted.paise + order.in_doubt.paise + came_back
    gives = order.used.paise + order.claimed.paise + order.cashless.going_back.paise
    if took != gives:
        yield f"{order.number}: {took} paise in, {gives} for the bill and in claims"
    if order.end is None:
        yield f"{order.number}: not closed"
    if order.used and not order.has_proof("receipt"):
        yield f"{order.number}: paid, and neither paper nor screen says so"


def _of_nobody(rows: list[ReadRow]) -> Iterator[str]:
    """What came of no order is claimed piece by piece."""
    doubted = {row.id for row in rows if isinstance(row, NoteInDoubt)}
    came = Counter[str]()
    for row in rows:
        if isinstance(row, NoteCredited | CoinCredited) and row.id not in doubted:
            came[f"C {row.id}"] += row.value.paise
        if isinstance(row, NoteInDoubt):
            came[f"C {row.id}"] += row.value.paise
    claimed = Counter[str]()
    for row in rows:
        if isinstance(row, ClaimIssued):
            claimed[row.claim] += row.amount.paise
    if came != claimed:
        yield f"of nobody {dict(came)}, claimed {dict(claimed)}"
