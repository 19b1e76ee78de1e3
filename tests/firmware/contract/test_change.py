"""Which coins make an amount: held against every choice of coins there is."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.change import coins_for, largest_first
from firmware.contract.money import ZERO, rupees
from firmware.till.limits import MOST_CHANGE, Bounds, acceptable

TUBES = st.dictionaries(st.sampled_from([100, 200, 500, 700, 1000]), st.integers(0, 3), max_size=4)


@given(st.integers(0, 45), TUBES)
def test_found_if_and_only_if_some_choice_makes_it(amount: int, payable: dict[int, int]) -> None:
    choices = product(*[[(value, n) for n in range(count + 1)] for value, count in payable.items()])
    is_possible = any(sum(value * n for value, n in choice) == amount * 100 for choice in choices)
    coins = coins_for(amount * 100, payable)
    assert (coins is not None) is is_possible
    if coins is not None:
        assert sum(value * count for value, count in coins.items()) == amount * 100
        assert all(0 < count <= payable[value] for value, count in coins.items())


def test_six_without_a_one_is_three_twos_and_not_a_five() -> None:
    assert largest_first(600, {500: 1, 200: 3}) == ({500: 1}, 100)
    assert coins_for(600, {500: 1, 200: 3}) == {200: 3}


def test_largest_first_where_it_works() -> None:
    assert coins_for(3800, {1000: 3, 500: 9, 200: 9, 100: 9}) == {1000: 3, 500: 1, 200: 1, 100: 1}


def test_coins_of_no_value_and_debts_are_nothing() -> None:
    assert coins_for(100, {0: 5, -100: 5}) is None
    assert coins_for(-100, {100: 5}) is None
    assert coins_for(50, {100: 5}) is None


NOTES = [rupees(value) for value in (10, 20, 50, 100, 200, 500)]


@given(st.integers(1, 600), st.integers(0, 40), TUBES)
def test_whatever_may_enter_can_be_credited_or_given_back(
    due: int, advance: int, payable: dict[int, int]
) -> None:
    taken = acceptable(rupees(due), rupees(advance), NOTES, Bounds(payable=payable))
    for note in NOTES:
        over = note - rupees(due)
        is_covered = over <= rupees(advance) or (
            over <= MOST_CHANGE and coins_for(over.paise, payable) is not None
        )
        assert (note in taken) is is_covered
    assert acceptable(ZERO, rupees(advance), NOTES, Bounds(payable=payable)) == []
