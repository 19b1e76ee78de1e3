"""What must be true of the orders in a journal, whatever happened: read from its rows alone."""

from __future__ import annotations

from firmware.contract.money import total
from firmware.core.endings import LATE
from firmware.journal import rows
from firmware.journal.change_rows import ChangeInDoubt, ChangePaid
from firmware.journal.journal import Journal
from firmware.journal.orders import Order


def check_proofs(journal: Journal) -> None:
    """When the citizen left, each order had on paper or screen all that was known by then."""
    for entry in journal.entries():
        if isinstance(entry.row, rows.OrderCreated):
            _check_proofs_of(journal, entry.row)


def _check_proofs_of(journal: Journal, created: rows.OrderCreated) -> None:
    order = Order(created)
    for entry in journal.of_order(created.order)[1:]:
        if isinstance(entry.row, rows.OrderClosed) and order.end is None:
            assert not order.claims or order.has_proof("claim") or _came_late(order), order
            is_fulfilled = order.is_paid and order.refusal is None
            assert not is_fulfilled or order.has_proof("receipt"), order
        order.apply(entry.row, entry.at)


def _came_late(order: Order) -> bool:
    """He was told on the screen that nobody knows, and has gone with the number."""
    return "fate" in order.shown and order.claims[-1].cause == LATE


def check_spoken_for_once(journal: Journal, order: Order) -> None:
    """Bills, claims and change come to no more than went in. What a claim of the doubtful said is
    given twice only where it came back to the hand after it was claimed."""
    history = [entry.row for entry in journal.of_order(order.number)]
    doubted = {row.id for row in history if isinstance(row, rows.NoteInDoubt)}
    stuck = {row.id for row in history if isinstance(row, ChangeInDoubt)}
    back = [r.value for r in history if isinstance(r, rows.NoteGivenBack) and r.id in doubted]
    back += [r.paid for r in history if isinstance(r, ChangePaid) and r.id in stuck]
    took = (order.inserted + order.in_doubt + total(back)).paise
    gave = (order.used + order.claimed + order.changed + order.cashless.going_back).paise
    assert gave <= took, f"{order.number}: {gave} of {took} paise"
