"""Change that was given out, beside what an operator counts and what the papers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Action
from firmware.contract.ticket import Pair
from firmware.contract.till import CollectionDiffered
from firmware.core.papers import put_in
from firmware.journal import desk_rows
from tests.firmware.core.desk_world import DeskWorld
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.test_slips_pay_bills import code_of, last

TUBES = {100: 20, 200: 20, 500: 10, 1000: 10}


@pytest.fixture
def world(tmp_path: Path) -> DeskWorld:
    world = DeskWorld(tmp_path, rupees(440), KEYS)
    world.acceptors.changer.payable = dict(TUBES)
    return world


def pay_500_for_440(world: DeskWorld) -> None:
    world.go_to_cash()
    world.insert(500)
    world.run(5)
    world.press(Action.FINISH)
    world.run(6)


def sides(world: DeskWorld) -> list[str]:
    found = world.rows(desk_rows.CollectionDiffers)
    return [s for row in found if isinstance(row, desk_rows.CollectionDiffers) for s in row.sides]


def holds(world: DeskWorld, amount: int) -> None:
    """The changer says what its tubes hold, in coins of ₹1."""
    world.acceptors.changer.tubes = {100: amount}


def test_change_out_of_the_float_is_no_coin_that_lacks_in_the_box(world: DeskWorld) -> None:
    """More went out of the tubes than came in, and the tubes say so themselves."""
    holds(world, 200)
    world.run(7)
    pay_500_for_440(world)
    holds(world, 140)
    world.enter()
    world.collect(500, 0)
    assert world.last_closed.expected.in_coins == rupees(-60)
    assert world.last_closed.in_coin_box == ZERO
    assert sides(world) == []


def test_more_change_than_coins_and_no_tubes_that_say_so(world: DeskWorld) -> None:
    """The changer was swapped, or says nothing of its tubes: somebody must look."""
    pay_500_for_440(world)
    world.enter()
    world.collect(500, 0)
    assert sides(world) == ["tubes"]
    assert any(isinstance(each, CollectionDiffered) for each in world.told)


@pytest.mark.parametrize(
    ("tubes", "counted", "found"),
    [
        (210, 10, []),  # ₹20 came in: half of it is in the tubes, half in the box
        (210, 0, ["counted_coins"]),
        (180, 20, ["counted_coins"]),  # ₹20 are missing from the tubes: ₹40 should be in the box
        (240, 0, ["tubes"]),  # somebody filled the tubes
    ],
)
def test_coins_that_are_missing_from_the_tubes(
    world: DeskWorld, tubes: int, counted: int, found: list[str]
) -> None:
    """A hand counts the box; nobody's hand counts the tubes, and a hand could empty them."""
    holds(world, 200)
    world.run(7)
    world.office.amount = rupees(20)
    world.go_to_cash()
    world.drop(10)
    world.drop(10)
    world.run(4)
    world.press(Action.FINISH)
    world.run(2)
    holds(world, tubes)
    world.enter()
    world.collect(0, counted)
    assert sides(world) == found


def test_the_second_collection_counts_from_the_tubes_of_the_first(world: DeskWorld) -> None:
    holds(world, 200)
    world.run(7)
    world.enter()
    world.collect(0, 0)
    world.leave_desk()
    pay_500_for_440(world)
    holds(world, 100)
    world.enter()
    world.collect(500, 0)
    assert world.last_closed.tubes_before == rupees(200)
    assert sides(world) == ["counted_coins"], "₹60 were paid out, and ₹100 are gone"


def test_a_note_that_lacks_is_found_beside_change(world: DeskWorld) -> None:
    pay_500_for_440(world)
    world.enter()
    world.collect(400, 0)
    [differs] = world.rows(desk_rows.CollectionDiffers)
    assert isinstance(differs, desk_rows.CollectionDiffers)
    assert differs.sides == ["counted_notes", "tubes"]


@pytest.mark.parametrize(("pays", "is_named"), [("unsure", True), ("nothing", False)])
def test_change_in_doubt_is_named_where_counts_differ(
    world: DeskWorld, pays: str, is_named: bool
) -> None:
    world.acceptors.changer.pays = pays
    pay_500_for_440(world)
    world.run(30)
    world.enter()
    world.collect(400, 0)
    [differs] = world.rows(desk_rows.CollectionDiffers)
    assert isinstance(differs, desk_rows.CollectionDiffers)
    doubt = desk_rows.Doubt("change_in_doubt", "TDR 0417 0001", rupees(60))
    assert (doubt in differs.doubts) is is_named


def pairs(world: DeskWorld) -> dict[str, str]:
    return {
        each.label: each.value for each in world.printer.papers[-1].lines if isinstance(each, Pair)
    }


def test_the_receipt_says_what_was_put_in_and_what_came_back(world: DeskWorld) -> None:
    """₹500 is what the citizen remembers; ₹440 in notes was on no note."""
    pay_500_for_440(world)
    said = pairs(world)
    assert (said["नोट से"], said["सिक्कों में लौटाए"], said["कुल भुगतान"]) == (
        "₹500.00", "₹60.00", "₹440.00"
    )  # fmt: skip


def test_the_receipt_takes_the_change_off_the_cash_and_not_off_the_slip(world: DeskWorld) -> None:
    """A slip of ₹200 and a note of ₹100 pay ₹240; the changer gives ₹60 of the note back."""
    world.go_to_cash()
    world.insert(200)
    world.press(Action.CANCEL)
    world.run(4)
    world.press(Action.FINISH)
    code = code_of(world, last(world).claims[0].claim)
    world.office.amount = rupees(240)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code)
    world.run(1)
    world.insert(100)
    world.run(5)
    assert last(world).changed == rupees(60)
    assert put_in(last(world)) == (rupees(100), ZERO, rupees(200))
