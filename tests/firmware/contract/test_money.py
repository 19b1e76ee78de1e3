"""Money: integer paise in, integer paise out, and no float on the way (M1)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.money import (
    ZERO,
    Money,
    indian_grouping,
    parse_rupees,
    rupees,
    total,
)

amounts = st.integers(min_value=-(10**12), max_value=10**12)
moneys = amounts.map(Money)


@given(one=moneys, other=moneys)
def test_adding_and_taking_away_loses_no_paisa(one: Money, other: Money) -> None:
    assert (one + other) - other == one
    assert (one + other).paise == one.paise + other.paise
    assert (one < other) == (one.paise < other.paise)


@given(each=st.lists(moneys, max_size=20))
def test_total_is_the_sum(each: list[Money]) -> None:
    assert total(each).paise == sum(money.paise for money in each)
    assert total(each * 3) == total(each) * 3


@given(float_amount=st.floats())
def test_no_float_becomes_money(float_amount: float) -> None:
    with pytest.raises(TypeError, match="whole number of paise"):
        Money(float_amount)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="whole number of paise"):
        rupees(1) * float_amount  # type: ignore[operator]


@pytest.mark.parametrize("raw", [b'{"paise":1.5}', b'{"paise":"100"}', b'{"paise":true}', b"{}"])
def test_no_float_arrives_over_the_bus(raw: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=Money)


def test_true_is_no_amount() -> None:
    with pytest.raises(TypeError):
        Money(True)


@given(money=moneys)
def test_bus_carries_money_unchanged(money: Money) -> None:
    assert msgspec.json.decode(msgspec.json.encode(money), type=Money) == money


@given(paise=st.integers(min_value=0, max_value=10**11 - 1))
def test_what_a_receipt_prints_is_what_was_paid(paise: int) -> None:
    money = Money(paise)
    assert parse_rupees(money.exact().replace(",", "")) == money
    assert parse_rupees(money.short().replace(",", "")) == money
    assert parse_rupees(str(money).removeprefix("₹")) == money


@given(money=moneys)
def test_what_is_owed_reads_as_the_same_amount_with_a_minus(money: Money) -> None:
    owed = ZERO - money
    for text in (Money.exact, Money.short, Money.__str__):
        assert text(owed).replace("-", "") == text(money).replace("-", "")
        assert ("-" in text(owed)) == (owed < ZERO)


@given(number=st.integers(min_value=0, max_value=10**12))
def test_indian_grouping_is_three_then_pairs(number: int) -> None:
    groups = indian_grouping(number).split(",")
    assert "".join(groups) == str(number)
    assert all(len(group) == 2 for group in groups[1:-1])
    assert len(groups) == 1 or (len(groups[-1]) == 3 and len(groups[0]) in (1, 2))


@pytest.mark.parametrize(
    ("paise", "short", "exact", "log"),
    [
        (47000, "470", "470.00", "₹470.00"),
        (47050, "470.50", "470.50", "₹470.50"),
        (147005, "1,470.05", "1,470.05", "₹1470.05"),
        (12345678900, "12,34,56,789", "12,34,56,789.00", "₹123456789.00"),
        (-150, "-1.50", "-1.50", "-₹1.50"),
        (0, "0", "0.00", "₹0.00"),
    ],
)
def test_amounts_as_people_read_them(paise: int, short: str, exact: str, log: str) -> None:
    assert (Money(paise).short(), Money(paise).exact(), str(Money(paise))) == (short, exact, log)


@pytest.mark.parametrize("text", ["", "470.5", "470.505", "-1", "₹5", "1,470", " 5", "1e3"])
def test_amount_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected rupees like"):
        parse_rupees(text)
