"""What is concluded about a note that a driver before this one left open."""

from __future__ import annotations

from collections import deque

from drivers.base.notes_events import (
    Event,
    NoteCredited,
    NoteRejected,
    NoteReturned,
    NoteUnaccounted,
)
from drivers.itl_ssp.codec import Poll, PollEvent
from drivers.itl_ssp.note import NoteTracker

FIVE_HUNDRED = 6


def told_about(
    *polls: list[Poll],
    owed: int | None = FIVE_HUNDRED,
    was_ordered: bool = False,
    is_repeating: bool = True,
    already_told: tuple[Poll, ...] = (),
) -> list[Event]:
    """A note of channel 6 is owed; an empty poll stands for a note found in escrow."""
    events: deque[Event] = deque()
    credits = [PollEvent(code, FIVE_HUNDRED) for code in already_told]
    tracker = NoteTracker(events, owed, credits, was_ordered)
    tracker.values = (1000, 2000, 5000, 10000, 20000, 50000)
    for number, codes in enumerate(polls):
        if codes:
            seen = [PollEvent(code, FIVE_HUNDRED if code in CREDITS else 0) for code in codes]
            tracker.on_poll(seen, number * 0.2, is_repeating)
        else:
            tracker.found_in_escrow()
    return [event for event in events if isinstance(event, OUTCOMES)]


CREDITS = (Poll.CREDIT, Poll.CLEARED_TO_CASH_BOX)
OUTCOMES = (NoteCredited, NoteRejected, NoteReturned, NoteUnaccounted)


def test_a_note_found_in_escrow_after_a_reset_is_another_one() -> None:
    assert told_about([Poll.SLAVE_RESET], [], [Poll.REJECTED]) == [NoteUnaccounted()]


def test_a_note_found_in_escrow_without_a_reset_is_the_same() -> None:
    assert told_about([], [Poll.REJECTED]) == [NoteReturned()]


def test_an_ordered_note_that_went_back_is_in_doubt_with_a_unit_that_says_a_credit_once() -> None:
    assert told_about([], [Poll.REJECTED], was_ordered=True, is_repeating=False) == [
        NoteUnaccounted()
    ]
    assert told_about([], [Poll.REJECTED], was_ordered=True) == [NoteReturned()]


def test_a_credit_counts_before_the_arrival_that_is_told_in_front_of_it() -> None:
    told = told_about([Poll.READ, Poll.CREDIT])
    assert told == [NoteCredited(FIVE_HUNDRED, 50000)]


def test_a_note_cleared_to_the_box_is_the_owed_one_and_then_its_repeat() -> None:
    box = Poll.CLEARED_TO_CASH_BOX
    assert told_about([Poll.SLAVE_RESET, box], [box], [box]) == [
        NoteCredited(FIVE_HUNDRED, 50000, at_power_up=True)
    ]


RESTART = [Poll.SLAVE_RESET, Poll.CLEARED_TO_CASH_BOX]
AT_POWER_UP = NoteCredited(FIVE_HUNDRED, 50000, at_power_up=True)


def test_an_unconfirmed_credit_under_its_other_name_at_power_up_is_no_new_note() -> None:
    assert told_about(RESTART, RESTART, owed=None, already_told=(Poll.CREDIT,)) == []


def test_at_power_up_the_note_that_is_owed_comes_before_an_unconfirmed_credit() -> None:
    assert told_about(RESTART, already_told=(Poll.CREDIT,)) == [AT_POWER_UP]


def test_a_unit_that_says_both_has_both() -> None:
    both = [Poll.SLAVE_RESET, Poll.CREDIT, Poll.CLEARED_TO_CASH_BOX]
    assert told_about(both, both, already_told=(Poll.CREDIT,)) == [AT_POWER_UP]


def test_a_power_up_credit_said_again_is_not_the_note_that_came_in_since() -> None:
    box = Poll.CLEARED_TO_CASH_BOX
    assert told_about([box], [box], already_told=(box,)) == []


def test_a_power_up_credit_said_again_without_its_channel_is_the_same() -> None:
    events: deque[Event] = deque()
    box = PollEvent(Poll.CLEARED_TO_CASH_BOX, FIVE_HUNDRED)
    tracker = NoteTracker(events, FIVE_HUNDRED, [box], was_ordered=False)
    tracker.on_poll([PollEvent(Poll.CLEARED_TO_CASH_BOX, 0)], 0.0, is_repeating=True)
    assert list(events) == []
