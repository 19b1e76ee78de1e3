"""How the money of an order is divided among its bills: a pure function, so any numbers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.money import ZERO, Money, rupees, total
from firmware.journal.division import covered, offer, split

DUES = st.lists(st.integers(1, 10**7).map(Money), min_size=1, max_size=8)
AMOUNTS = st.integers(0, 10**8).map(Money)


@given(DUES, AMOUNTS)
def test_no_paisa_is_divided_away(dues: list[Money], money: Money) -> None:
    assert total(split(dues, money)) == money


@given(DUES, AMOUNTS)
def test_each_is_covered_whole_or_not_at_all(dues: list[Money], money: Money) -> None:
    parts = covered(dues, money)
    assert all(part in (due, ZERO) for part, due in zip(parts, dues, strict=True))
    assert total(parts) <= money
    left = money - total(parts)
    assert all(due > left for due, part in zip(dues, parts, strict=True) if not part)


@given(DUES.filter(lambda dues: len(dues) > 1), AMOUNTS)
def test_the_row_says_only_the_sum_and_the_lines_are_found_again(
    dues: list[Money], money: Money
) -> None:
    """OrderPaid carries no list of lines: the sum of what was covered leads back to them."""
    parts = covered(dues, money)
    assert split(dues, total(parts)) == parts


@given(DUES, AMOUNTS)
def test_an_offer_never_takes_more_than_is_in(dues: list[Money], money: Money) -> None:
    assert ZERO <= offer(dues, money, rupees(200)) <= money


@pytest.mark.parametrize(
    ("dues", "money", "parts"),
    [
        ([470], 470, [470]),
        ([470], 500, [500]),  # an advance
        ([470], 300, [300]),  # a part payment
        ([470, 86], 556, [470, 86]),
        ([470, 86], 570, [470, 100]),  # the advance is the last one's
        ([470, 86], 100, [0, 100]),  # what does not fit is passed over; the rest is the caller's
        ([100, 200, 300], 400, [100, 300, 0]),
    ],
)
def test_who_gets_what(dues: list[int], money: int, parts: list[int]) -> None:
    assert split([rupees(due) for due in dues], rupees(money)) == [rupees(p) for p in parts]


@pytest.mark.parametrize(
    ("dues", "money", "least", "offered"),
    [
        ([470], 300, 200, 300),
        ([470], 200, 200, 200),
        ([470], 190, 200, 0),
        ([470], 470, 200, 0),  # enough: nothing to ask
        ([470], 300, None, 0),
        ([470, 86], 100, None, 86),
        ([470, 86], 85, 20, 0),  # of several no part payment
    ],
)
def test_what_is_offered(dues: list[int], money: int, least: int | None, offered: int) -> None:
    smallest = None if least is None else rupees(least)
    assert offer([rupees(due) for due in dues], rupees(money), smallest) == rupees(offered)
