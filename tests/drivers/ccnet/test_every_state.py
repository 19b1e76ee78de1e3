"""The power, the driver or the cable goes in every state that a unit can be in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.base.loopback import DriverKilled, MainsCut, Mishap, PowerCut, Unplugged
from drivers.ccnet.codec import Unit
from firmware.contract.device import NoteReturned, NoteStacked, NoteUnaccounted, Return, Status
from tests.drivers import notes
from tests.drivers.ccnet.stage import Stage

Deed = Callable[[Stage], None]


def hand(action: str, **arguments: str | int) -> Deed:
    return lambda stage: stage.visit.hand(action, **arguments)


def escrowed(stage: Stage) -> None:
    stage.escrow()


def returned(stage: Stage) -> None:
    stage.ask(Return(stage.escrow().id))


def cut_in_escrow(stage: Stage) -> None:
    stage.escrow()
    stage.visit.hand("power_cycle")


def cut_while_stacking(stage: Stage) -> None:
    stage.visit.hand("insert", paise=50000)
    stage.run_until_said(Unit.STACKING)
    stage.visit.hand("power_cycle")


def unleased(stage: Stage) -> None:
    stage.till.lease = None
    stage.visit.device.on_lease(None)


INSERT = hand("insert", paise=50000)
NOTHING = hand("replace_cash_box")
REACHED: dict[Unit, tuple[Deed, Deed]] = {
    Unit.POWER_UP: (hand("power_cycle"), NOTHING),
    Unit.POWER_UP_IN_VALIDATOR: (cut_in_escrow, NOTHING),
    Unit.POWER_UP_IN_STACKER: (cut_while_stacking, NOTHING),
    Unit.INITIALIZE: (hand("power_cycle"), NOTHING),
    Unit.IDLING: (NOTHING, NOTHING),
    Unit.ACCEPTING: (INSERT, NOTHING),
    Unit.ESCROW: (escrowed, NOTHING),
    Unit.HOLDING: (escrowed, NOTHING),
    Unit.STACKING: (INSERT, NOTHING),
    Unit.STACKED: (INSERT, NOTHING),
    Unit.RETURNING: (returned, NOTHING),
    Unit.RETURNED: (returned, NOTHING),
    Unit.REJECTING: (hand("insert", paise=50000, quality="fake"), NOTHING),
    Unit.DISABLED: (unleased, NOTHING),
    Unit.CASSETTE_FULL: (hand("stacker_full"), hand("empty_stacker")),
    Unit.CASSETTE_OUT: (hand("remove_cash_box"), hand("replace_cash_box")),
    Unit.VALIDATOR_JAMMED: (hand("jam", where="unsafe"), hand("clear_jam")),
    Unit.CASSETTE_JAMMED: (hand("jam", where="safe"), hand("clear_jam")),
    Unit.CHEATED: (hand("cheat"), NOTHING),
}  # how a unit comes to say it, and what mends it
NOT_OF_OURS = {Unit.BUSY, Unit.PAUSE, Unit.FAILURE}  # test_wire_stories.py has them


def test_every_state_of_a_unit_is_among_them() -> None:
    assert set(REACHED) | NOT_OF_OURS == set(Unit)


@pytest.mark.parametrize("mishap", [PowerCut(), MainsCut(), DriverKilled(), Unplugged()], ids=str)
@pytest.mark.parametrize("unit", REACHED, ids=lambda unit: unit.name)
def test_every_note_has_one_end(tmp_path: Path, unit: Unit, mishap: Mishap) -> None:
    stage = Stage(tmp_path)
    reach, mend = REACHED[unit]
    lease = stage.till.lease
    reach(stage)
    stage.run_until_said(unit)
    mishap.strike(stage.visit)
    stage.till.stacks, stage.till.lease = True, lease
    stage.run(8.0)
    mend(stage)
    stage.run(34.0)
    visit = stage.visit
    assert notes.journalled(visit, NoteStacked) == notes.paper(visit, "in_box")
    assert notes.journalled(visit, NoteReturned) <= notes.paper(visit, "returned")
    assert not notes.journalled(visit, NoteUnaccounted)
    assert stage.state().held is None and stage.faults() == []
    assert stage.status() is Status.READY and len(stage.state().accepting) == 6
