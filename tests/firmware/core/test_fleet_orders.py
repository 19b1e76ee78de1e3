"""The fleet orders of the till what a person at the kiosk may, and no visit is ended by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.desk import MACHINE, PutBack, Restart, TakeOut, WhyClosed
from firmware.contract.device import Outcome
from firmware.contract.fleet import RefreshCatalogue
from firmware.contract.rates import FetchRates
from firmware.contract.screen import Action, Attract, Closed, Done
from firmware.core.fleet_orders import FleetOrders
from firmware.journal.shift_rows import ServiceStopped
from firmware.till.effects import Ask
from tests.firmware.core.world import World

BY = "fleet: office"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_out_of_service_waits_for_the_citizen_whose_money_is_inside(world: World) -> None:
    orders = FleetOrders(world.core)
    world.go_to_cash()
    world.insert(200)
    reply, _ = orders.obey(TakeOut(BY, WhyClosed.REPAIR))
    assert reply.outcome is Outcome.DONE and "end of the visit" in reply.detail
    assert world.journal.last_of(ServiceStopped) is not None, "a restart does not forget it"
    for note in (200, 50):
        orders.tick()
        world.insert(note)
    world.drop(20)
    world.run(3)
    orders.tick()
    assert isinstance(world.screen.data, Done), "it was paid to its end"
    world.press(Action.FINISH)
    orders.tick()
    closed = world.screen
    assert closed.data == Closed("closed.repair")
    assert orders.obey(PutBack(BY))[0].outcome is Outcome.DONE
    opened = world.screen
    assert isinstance(opened.data, Attract)


@pytest.mark.parametrize("is_power_cut", [False, True])
def test_core_died_between_out_of_service_and_the_end_of_the_visit(
    world: World, is_power_cut: bool
) -> None:
    """The row is on disk; the money that is inside comes first all the same."""
    world.go_to_cash()
    world.insert(200)
    FleetOrders(world.core).obey(TakeOut(BY, WhyClosed.REPAIR))
    world.power_cut() if is_power_cut else world.crash()
    orders = FleetOrders(world.core)
    if is_power_cut:
        world.says_it_is_his()
    world.run(1)
    for note in (200, 50):
        orders.tick()
        world.insert(note)
    world.drop(20)
    world.run(3)
    assert isinstance(world.screen.data, Done), "it was paid to its end"
    world.press(Action.FINISH)
    orders.tick()
    closed = world.screen
    assert closed.data == Closed("closed.repair")
    world.crash()
    assert world.core.floor.closed_because == WhyClosed.REPAIR


def test_in_service_takes_back_what_had_not_begun(world: World) -> None:
    orders = FleetOrders(world.core)
    world.go_to_cash()
    orders.obey(TakeOut(BY, WhyClosed.REPAIR))
    assert orders.obey(TakeOut(BY, WhyClosed.OTHER))[0].outcome is Outcome.REFUSED, "it is already"
    assert orders.obey(PutBack(BY))[0].outcome is Outcome.DONE
    orders.tick()
    assert world.core.floor.closed_because == ""


def test_the_machine_is_not_restarted_under_a_citizen(world: World) -> None:
    orders = FleetOrders(world.core)
    world.go_to_cash()
    reply, _ = orders.obey(Restart(BY, MACHINE))
    assert reply.outcome is Outcome.REFUSED and "somebody is at the kiosk" in reply.detail


def test_rates_are_asked_for_now(world: World) -> None:
    reply, effects = FleetOrders(world.core).obey(RefreshCatalogue(BY))
    assert reply.outcome is Outcome.DONE
    assert effects == [Ask(FetchRates(world.core.floor.rates.newest))]
