"""Bills that the back end should never have sent: no money is taken for them (M5)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.contract.gateway import Bill
from firmware.contract.money import Money
from firmware.contract.screen import Action, Number, Trouble
from firmware.till.effects import Ask
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("paise", [0, -47000])
def test_a_bill_of_nothing_or_less_is_no_payment(world: World, paise: int) -> None:
    world.office.amount = Money(paise)
    world.go_to_bill()
    screen = world.screen.data
    assert isinstance(screen, Number)
    assert screen.problem == "number.already_paid"
    assert Action.PAY not in world.screen.actions


def test_the_bill_of_somebody_else_is_not_shown(world: World) -> None:
    answer = world.office.answer

    def another(ask: Ask) -> object:
        bill = answer(ask)
        assert isinstance(bill, Bill)
        return msgspec.structs.replace(bill, account="999999999999")

    world.office.answer = another  # type: ignore[method-assign,assignment]
    world.go_to_bill()
    assert isinstance(world.screen.data, Trouble)
    assert world.journal.length == 0
