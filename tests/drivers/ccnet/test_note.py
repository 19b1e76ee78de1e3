"""What is concluded about a note from the states that a unit tells, one a poll."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.base.notes_events import (
    CreditCleared,
    Event,
    NoteCredited,
    NoteInEscrow,
    NoteRejected,
    NoteReturned,
    NoteUnaccounted,
)
from drivers.base.notes_protocol import OpenCredit, Order, Unfinished
from drivers.ccnet.codec import Said, Unit
from drivers.ccnet.note import NoteTracker

FIVE_HUNDRED = 6  # the channel of bill type 5
MINE, OTHER = 5, 4  # bill types
IN_ESCROW = Unfinished(owed=FIVE_HUNDRED)
ORDERED = Unfinished(owed=FIVE_HUNDRED, was_ordered=True)
CREDITED = Unfinished(credits=(OpenCredit(FIVE_HUNDRED),))
NOBODY = Unfinished()
IN_THE_END = [Unit.DISABLED] * 20  # four seconds
OUTCOMES = (
    CreditCleared,
    NoteCredited,
    NoteInEscrow,
    NoteRejected,
    NoteReturned,
    NoteUnaccounted,
)
CREDIT = NoteCredited(FIVE_HUNDRED, 50000)


def told(unfinished: Unfinished, *polls: Unit, bill: int = MINE) -> list[Event]:
    events: deque[Event] = deque()
    tracker = NoteTracker(events, unfinished)
    tracker.values = (1000, 2000, 5000, 10000, 20000, 50000)
    for number, unit in enumerate(polls):
        has_bill = unit in (Unit.ESCROW, Unit.STACKED, Unit.RETURNED)
        tracker.on_said(Said(unit, bill if has_bill else 0), number * 0.2, may_take=True)
    return [event for event in events if isinstance(event, OUTCOMES)]


AFTER_RESET = (Unit.INITIALIZE, Unit.RETURNING)


@pytest.mark.parametrize(
    ("unfinished", "polls", "expected"),
    [
        (IN_ESCROW, [Unit.POWER_UP_IN_VALIDATOR, *AFTER_RESET, *IN_THE_END], NoteReturned()),
        (ORDERED, [Unit.POWER_UP_IN_VALIDATOR, *AFTER_RESET, *IN_THE_END], NoteReturned()),
        (IN_ESCROW, [Unit.POWER_UP, Unit.INITIALIZE, *IN_THE_END], NoteReturned()),
        (ORDERED, [Unit.POWER_UP, Unit.INITIALIZE, *IN_THE_END], NoteUnaccounted()),
        (IN_ESCROW, [Unit.STACKING, Unit.POWER_UP, *IN_THE_END], NoteUnaccounted()),
        (IN_ESCROW, IN_THE_END, NoteUnaccounted()),
        (ORDERED, [Unit.STACKING, *IN_THE_END], NoteUnaccounted()),
        (ORDERED, [Unit.RETURNING, *IN_THE_END], NoteReturned()),
        (ORDERED, [Unit.REJECTING, *IN_THE_END], NoteReturned()),
        (ORDERED, [Unit.RETURNING, Unit.POWER_UP, *IN_THE_END], NoteReturned()),
        (ORDERED, [Unit.RETURNED, *IN_THE_END], NoteReturned()),
        (IN_ESCROW, [Unit.ACCEPTING], NoteUnaccounted()),
        (IN_ESCROW, [Unit.STACKED], CREDIT),
    ],
)
def test_what_became_of_a_note_that_an_earlier_driver_left(
    unfinished: Unfinished, polls: list[Unit], expected: Event
) -> None:
    assert told(unfinished, *polls)[0] == expected


def test_an_ordered_note_of_which_the_unit_says_nothing_is_waited_for() -> None:
    assert told(ORDERED, *[Unit.IDLING] * 9, Unit.STACKED) == [CREDIT]


@pytest.mark.parametrize("trouble", [Unit.VALIDATOR_JAMMED, Unit.CASSETTE_OUT, Unit.BUSY])
def test_while_there_is_trouble_nothing_is_concluded(trouble: Unit) -> None:
    polls = [Unit.IDLING, *[trouble] * 100, Unit.IDLING, Unit.STACKED]
    assert told(ORDERED, *polls) == [CREDIT]


def test_an_order_that_may_have_been_heard_leaves_the_note_in_doubt_after_a_power_up() -> None:
    events: deque[Event] = deque()
    tracker = NoteTracker(events, IN_ESCROW)
    tracker.ordered(Order.STACK)
    for number, unit in enumerate([Unit.POWER_UP, *IN_THE_END]):
        tracker.on_said(Said(unit), number * 0.2, may_take=True)
    assert list(events) == [NoteUnaccounted()]


def test_a_note_found_in_the_stacker_is_the_one_that_was_owed() -> None:
    at_power_up = NoteCredited(FIVE_HUNDRED, 50000, at_power_up=True)
    assert told(IN_ESCROW, *[Unit.POWER_UP_IN_STACKER] * 3) == [at_power_up]


def test_a_note_found_in_the_stacker_is_the_credit_under_its_other_name() -> None:
    assert told(CREDITED, *[Unit.POWER_UP_IN_STACKER] * 3) == []
    again = [Unit.POWER_UP_IN_STACKER, Unit.INITIALIZE, Unit.STACKED, Unit.DISABLED]
    assert told(CREDITED, *again) == [CreditCleared(FIVE_HUNDRED)]


def test_a_note_found_in_the_stacker_that_nobody_knows_has_no_name() -> None:
    assert told(NOBODY, Unit.POWER_UP_IN_STACKER) == [NoteCredited(0, 0, at_power_up=True)]
    assert told(NOBODY, Unit.POWER_UP_IN_STACKER, Unit.INITIALIZE, Unit.STACKED)[1:] == []


def test_a_credit_that_is_still_said_is_the_same_and_one_of_another_type_is_not() -> None:
    assert told(CREDITED, Unit.STACKED, Unit.STACKED) == []
    other = NoteCredited(OTHER + 1, 20000)
    assert told(CREDITED, Unit.STACKED, bill=OTHER) == [CreditCleared(FIVE_HUNDRED), other]


def test_trouble_after_a_credit_does_not_make_its_repeat_a_new_one() -> None:
    assert told(CREDITED, Unit.STACKED, Unit.CASSETTE_JAMMED, Unit.STACKED) == []


def test_a_credit_of_another_type_than_the_note_in_escrow_leaves_that_unaccounted() -> None:
    expected = [NoteUnaccounted(), NoteCredited(OTHER + 1, 20000)]
    assert told(ORDERED, Unit.STACKED, bill=OTHER) == expected


def test_another_note_in_escrow_leaves_the_one_before_unaccounted() -> None:
    expected = [NoteUnaccounted(), NoteInEscrow(OTHER + 1, 20000)]
    assert told(IN_ESCROW, Unit.ESCROW, bill=OTHER) == expected


def test_another_note_that_went_back_leaves_the_one_before_unaccounted() -> None:
    assert told(IN_ESCROW, Unit.RETURNED, bill=OTHER) == [NoteUnaccounted()]


def test_a_note_that_nobody_knows_and_power_up_finds_goes_back_untaken() -> None:
    rejected = [NoteRejected("power_up")]
    assert told(NOBODY, Unit.POWER_UP_IN_VALIDATOR, Unit.RETURNED, *IN_THE_END) == rejected
    assert told(NOBODY, Unit.POWER_UP_IN_VALIDATOR, *IN_THE_END) == rejected
    assert told(NOBODY, Unit.POWER_UP, *IN_THE_END) == []
