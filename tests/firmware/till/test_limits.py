"""What may come in: a note that passed a limit could not be given change for, nor given back."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.money import ZERO, Money, rupees, total
from firmware.contract.screen import Hint
from firmware.till.limits import (
    Bounds,
    Limits,
    Taken,
    acceptable,
    bounds,
    can_reach,
    extra,
    note_buttons,
    tightest,
    why_no_cash,
)

KNOWN = [rupees(value) for value in (1, 2, 5, 10, 20, 50, 100, 200, 500)]
paise = st.integers(0, 200_000).map(Money)
maybe = st.none() | paise
values = st.lists(st.sampled_from(KNOWN), unique=True)
all_limits = st.builds(
    Limits, per_visit=maybe, per_day=maybe, least=paise, most=maybe,
    refused=values.map(frozenset),
)  # fmt: skip


def left(limit: Money | None, taken: Money) -> Money:
    return Money(10**12) if limit is None else max(limit - taken, ZERO)


@given(all_limits, paise, paise, values, st.lists(st.integers(0, 100), max_size=30))
def test_no_row_of_notes_passes_a_limit_or_the_advance(
    limits: Limits, due: Money, advance: Money, could: list[Money], choices: list[int]
) -> None:
    """Whatever the citizen picks of what is offered, one note after the other."""
    taken: list[Money] = []
    for choice in choices:
        so_far = total(taken)
        within = bounds(limits, Taken(so_far, so_far, so_far))
        offered = acceptable(due - so_far, advance, could, within)
        if offered:
            taken.append(offered[choice % len(offered)])
    assert total(taken) <= max(due + advance, ZERO)
    for limit in (limits.per_visit, limits.per_day, limits.most):
        assert limit is None or total(taken) <= limit
    assert not limits.refused & set(taken)


@given(all_limits, st.builds(Taken, paise, paise, paise))
def test_the_limit_that_is_named_is_the_one_that_leaves_least(limits: Limits, taken: Taken) -> None:
    rooms = {
        "limit.most": left(limits.most, taken.order),
        "limit.visit": left(limits.per_visit, taken.visit),
        "limit.day": left(limits.per_day, taken.day),
    }
    found = tightest(limits, taken)
    if found is None:
        assert limits.most is limits.per_visit is limits.per_day is None
    else:
        assert found[1] == min(rooms.values()) == rooms[found[0]]


@given(paise, paise, values, maybe, values)
def test_a_button_is_lit_exactly_when_the_note_may_come_in(
    due: Money, advance: Money, could: list[Money], room: Money | None, refused: list[Money]
) -> None:
    within = Bounds(room, frozenset(refused))
    buttons = note_buttons(could, due, advance, within)
    assert [b.value for b in buttons if b.is_taken] == acceptable(due, advance, could, within)
    assert all((b.why_not is None) == b.is_taken for b in buttons)


@given(paise, paise, maybe)
def test_the_screen_promises_no_more_extra_than_a_limit_leaves(
    due: Money, advance: Money, room: Money | None
) -> None:
    promised = extra(due, advance, Bounds(room))
    assert ZERO <= promised <= advance
    if room is not None and room >= due:
        assert due + promised <= room


def every_sum(steps: Iterable[Money], top: int) -> set[int]:
    sums = {0}
    for step in (value.paise for value in steps):
        for start in range(step, top + 1):
            if start - step in sums:
                sums.add(start)
    return sums


@given(
    st.integers(0, 60), st.integers(0, 60),
    st.lists(st.integers(1, 25).map(Money), max_size=4, unique=True),
)  # fmt: skip
def test_what_notes_can_come_to_is_what_counting_says(
    least: int, width: int, steps: list[Money]
) -> None:
    reachable = every_sum(steps, 130)
    expected = any(found in reachable for found in range(least, least + width + 1))
    assert can_reach(Money(least), Money(least + width), steps) is expected


def test_a_lakh_in_one_rupee_coins_is_counted_at_once() -> None:
    assert can_reach(rupees(100_000), rupees(100_000), KNOWN)
    assert not can_reach(Money(10_000_050), Money(10_000_099), KNOWN)


NOTES = [rupees(value) for value in (50, 100, 200, 500)]


@pytest.mark.parametrize(
    ("payable", "limits", "taken", "said"),
    [
        (470, Limits(), Taken(), None),
        (450, Limits(per_day=rupees(450)), Taken(), None),
        (470, Limits(per_day=rupees(1000)), Taken(day=rupees(531)), Hint("limit.day", rupees(469))),
        (470, Limits(per_visit=rupees(600)), Taken(visit=rupees(200)),
         Hint("limit.visit", rupees(400))),
        (470, Limits(most=rupees(400)), Taken(), Hint("limit.most", rupees(400))),
        (470, Limits(least=rupees(500)), Taken(), Hint("limit.least", rupees(500))),
        # the next sum that these notes come to is ₹500, which is beyond the limit
        (470, Limits(per_visit=rupees(490)), Taken(), Hint("limit.values")),
        (470, Limits(refused=frozenset({rupees(50), rupees(100), rupees(500)})), Taken(),
         Hint("limit.values")),
        (480, Limits(refused=frozenset({rupees(50), rupees(100), rupees(200)})), Taken(), None),
    ],
)  # fmt: skip
def test_a_bill_that_could_not_be_finished_is_refused_before_the_first_note(
    payable: int, limits: Limits, taken: Taken, said: Hint | None
) -> None:
    assert why_no_cash(rupees(payable), rupees(30), limits, taken, NOTES) == said


def test_without_an_acceptor_the_obstacle_speaks_and_not_the_limits() -> None:
    assert why_no_cash(rupees(470), rupees(30), Limits(), Taken(), []) is None
