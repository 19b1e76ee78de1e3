"""Take, give back, or look again: the three words for a note in escrow, and where each leads."""

from __future__ import annotations

import pytest

from firmware.contract.device import EventId, NoteEscrowed, NoteReturned, NoteStacked, Return, Stack
from firmware.contract.gateway import Bill
from firmware.contract.money import ZERO, rupees
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.rows import AnyRow
from firmware.till.decision import HOLD_AT_MOST, Decision, Obstacle, Refuse, Take, Wait, decide
from firmware.till.effects import Effect, Outbox, Tell
from firmware.till.limits import Bounds
from firmware.till.session import TRANSITIONS, CashSession, Note

PRINTER, DOOR = Obstacle("trouble.printer", is_passing=True), Obstacle("trouble.door_open")
NAME = EventId("SN", 1, 1)
NOTE = NoteEscrowed(NAME, rupees(200))


@pytest.mark.parametrize(
    ("obstacle", "why_not", "waited", "decision"),
    [
        (None, None, 0.0, Take()),
        (None, None, 60.0, Take()),  # what was late to pass has passed
        (None, "note.no_change", 0.0, Refuse("note.no_change")),
        (PRINTER, None, 0.0, Wait()),
        (PRINTER, None, HOLD_AT_MOST - 0.01, Wait()),
        (PRINTER, None, HOLD_AT_MOST, Refuse("trouble.printer")),
        (PRINTER, "note.limit", 0.0, Refuse("note.limit")),  # nothing to wait for
        (DOOR, None, 0.0, Refuse("trouble.door_open")),
    ],
)
def test_the_decision(
    obstacle: Obstacle | None, why_not: str | None, waited: float, decision: Decision
) -> None:
    assert decide(obstacle, why_not, waited) == decision


class Till:
    """A session with its rows in a list: of an order of ₹470."""

    def __init__(self) -> None:
        bill = Bill("B", "1", "", "2026-10", "2026-11-28", rupees(470), ZERO)
        self.order = Order(rows.OrderCreated("T 1", "k", "electricity", "hi", bill, rupees(470)))
        self.rows: list[AnyRow] = []
        self.outbox = Outbox()
        self.session = CashSession(self.order, self.write, self.outbox)

    def write(self, *written: AnyRow) -> None:
        self.rows += written
        for row in written:
            self.order.apply(row, "")

    def told(self) -> list[Effect]:
        return self.outbox.take()


def test_a_note_waits_without_a_row_and_is_taken_at_the_next_check() -> None:
    till = Till()
    till.session.on_escrow(NOTE, "notes", PRINTER, 0.0)
    assert (till.session.note, till.rows, till.told()) == (Note.WAITING, [], [])
    assert till.session.waiting == {"notes": [rupees(200)]}
    assert not till.session.is_quiet  # nobody may settle over its head
    till.session.tick(3.0, "notes")
    assert till.told() == []  # nothing was ordered, so nothing is repeated
    till.session.look_again(None, 3.0)
    assert till.session.note is Note.STACKING
    assert till.rows == [rows.StackIntended("T 1", NAME, rupees(200))]
    assert till.told() == [Tell("notes", Stack(NAME))]
    assert till.session.waiting == {}


def test_a_note_that_is_being_stacked_has_used_its_part_of_the_limit() -> None:
    till = Till()
    till.session = CashSession(till.order, till.write, till.outbox, lambda: Bounds(rupees(300)))
    till.session.on_escrow(NOTE, "notes", None, 0.0)
    values = [rupees(value) for value in (50, 100, 200, 500)]
    assert till.session.wanted(values) == [rupees(50), rupees(100)]


def test_the_same_note_told_again_does_not_wait_anew() -> None:
    till = Till()
    for now in (0.0, 2.0, 4.0):
        till.session.on_escrow(NOTE, "notes", PRINTER, now)
    assert (till.session.note, till.told()) == (Note.WAITING, [])
    till.session.on_escrow(NOTE, "notes", PRINTER, HOLD_AT_MOST)
    assert till.rows == [rows.ReturnIntended("T 1", NAME, rupees(200), "trouble.printer")]
    assert till.told() == [Tell("notes", Return(NAME))]


@pytest.mark.parametrize(
    "outcome", [NoteReturned(NAME, rupees(200)), NoteStacked(NAME, rupees(200))]
)
def test_a_note_that_ends_by_itself_while_it_waits_is_written_as_it_ended(
    outcome: NoteReturned | NoteStacked,
) -> None:
    till = Till()
    till.session.on_escrow(NOTE, "notes", PRINTER, 0.0)
    till.session.on_outcome(outcome)
    assert (till.session.note, till.session.held) == (Note.NONE, None)
    assert till.order.inserted == (rupees(200) if isinstance(outcome, NoteStacked) else ZERO)
    till.session.look_again(None, 1.0)
    assert len(till.rows) == 1


def test_the_table_lets_a_waiting_note_go_every_way_a_new_one_may() -> None:
    assert TRANSITIONS[Note.WAITING] == TRANSITIONS[Note.NONE]
    assert all(Wait not in TRANSITIONS[note] for note in (Note.STACKING, Note.RETURNING))


def test_a_waiting_note_that_left_without_a_word_still_has_its_owner() -> None:
    """The next note is in escrow; what the device says of the first one later ends its doubt."""
    till = Till()
    till.session.on_escrow(NOTE, "notes", PRINTER, 0.0)
    till.session.on_escrow(NoteEscrowed(EventId("SN", 1, 2), rupees(50)), "notes", None, 1.0)
    assert till.order.in_doubt == rupees(200)
    assert till.rows[:2] == [
        rows.ReturnIntended("T 1", NAME, rupees(200), "left_escrow"),
        rows.NoteInDoubt("T 1", NAME, rupees(200)),
    ]
    till.session.on_outcome(NoteReturned(NAME, rupees(200)))
    assert till.order.in_doubt == ZERO
