"""What happens to change on its way out: paid once, counted, and what nobody can count is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.mdb.emulator import CoinChangerEmulator
from firmware.contract.device import Acknowledge, Outcome
from firmware.contract.money import ZERO, rupees
from firmware.contract.payout import PaidOut, PayOutFailed
from tests.drivers.mdb.stage import Clerk, Eats, Stage

CHANGE = "TDR 0417 0001/change"


def paid(stage: Stage) -> dict[str, int]:
    return {paise: count for paise, count in stage.physics["paid_out"].items() if count}


@pytest.mark.parametrize("level", [2, 3])
def test_change_is_paid_in_the_largest_coins(tmp_path: Path, level: int) -> None:
    stage = Stage(tmp_path, CoinChangerEmulator(level=level))
    assert stage.pays(CHANGE, rupees(38)) is Outcome.DONE
    stage.wait(6.0)
    assert stage.told(PaidOut) == [PaidOut(CHANGE, rupees(38), {1000: 3, 500: 1, 200: 1, 100: 1})]
    assert paid(stage) == {"100": 1, "200": 1, "500": 1, "1000": 3}
    assert stage.state.counters["paid_paise"] == 3800


def test_six_rupees_without_a_one_are_three_twos(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinChangerEmulator(tubes={"200": 3, "500": 1}))
    stage.pays(CHANGE, rupees(6))
    stage.wait(4.0)
    assert stage.told(PaidOut) == [PaidOut(CHANGE, rupees(6), {200: 3})]


def test_an_amount_that_no_coins_make_fails_at_once_and_moves_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinChangerEmulator(tubes={"200": 3, "500": 1}))
    stage.pays(CHANGE, rupees(3))
    assert stage.told(PayOutFailed) == [PayOutFailed(CHANGE, rupees(3), ZERO)]
    assert paid(stage) == {}


def test_an_order_asked_again_pays_nothing_twice_not_even_after_a_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for _ in range(3):
        stage.pays(CHANGE, rupees(5))
        stage.wait(0.2)
    stage.wait(4.0)
    stage.device.on_command(Acknowledge(CHANGE))
    stage.start_driver()
    stage.wait(2.0)
    assert stage.pays(CHANGE, rupees(5)) is Outcome.DONE
    stage.wait(4.0)
    assert paid(stage) == {"500": 1}


def test_another_order_waits_for_the_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(5))
    assert stage.pays("another", rupees(5)) is Outcome.REFUSED
    stage.wait(4.0)
    assert stage.pays("another", rupees(5)) is Outcome.DONE


def test_a_tube_jams_and_what_went_out_is_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("jam_tube", paise=100)
    stage.pays(CHANGE, rupees(6))
    stage.wait(5.0)
    assert stage.told(PayOutFailed) == [PayOutFailed(CHANGE, rupees(6), rupees(5), {500: 1})]
    assert stage.faults == ["coins.payout.jam"] and stage.state.payable == {}


@pytest.mark.parametrize("milliseconds", range(0, 3000, 50))
def test_driver_killed_in_the_middle_counts_what_went_out(
    tmp_path: Path, milliseconds: int
) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(18))
    stage.wait(milliseconds / 1000)
    stage.start_driver()
    stage.wait(10.0)
    [end] = stage.told(PaidOut) + stage.told(PayOutFailed)
    assert {str(paise): count for paise, count in end.coins.items()} == paid(stage)


@pytest.mark.parametrize("milliseconds", range(0, 2500, 100))
def test_power_cut_in_the_middle_counts_what_went_out(tmp_path: Path, milliseconds: int) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(18))
    stage.wait(milliseconds / 1000)
    stage.hand("power_cut")
    stage.wait(1.0)
    stage.hand("power_on")
    stage.wait(20.0)
    [end] = stage.told(PaidOut) + stage.told(PayOutFailed)
    assert {str(paise): count for paise, count in end.coins.items()} == paid(stage)
    assert isinstance(end, PaidOut) or end.is_certain


def test_the_order_is_lost_in_the_cable_and_is_not_given_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"R,0F,02")
    stage.pays(CHANGE, rupees(5))
    stage.wait(5.0)
    assert cable.eaten
    assert stage.told(PayOutFailed) == [PayOutFailed(CHANGE, rupees(5), ZERO)]
    assert paid(stage) == {}


def test_the_changer_says_once_what_it_paid_and_the_tubes_say_it_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(5))
    stage.wire = cable = Eats(b"p,0000010000000000")  # sixteen counts
    stage.wait(5.0)
    assert cable.eaten
    assert stage.told(PaidOut) == [PaidOut(CHANGE, rupees(5), {500: 1})]


def test_a_coin_that_falls_as_the_order_comes_spoils_no_count(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinChangerEmulator(level=2))
    stage.hand("insert", paise=500)
    stage.wait(0.1)
    stage.pays(CHANGE, rupees(10))
    stage.wait(6.0)
    assert stage.told(PaidOut) == [PaidOut(CHANGE, rupees(10), {1000: 1})]
    assert stage.credited == stage.physics["in_box"]


def test_a_changer_swapped_in_the_middle_leaves_an_outcome_that_is_not_certain(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(18))
    stage.wait(1.0)
    stage.unplug()
    stage.emulator = CoinChangerEmulator(serial=4712)
    stage.plug()
    stage.wait(3.0)
    [end] = stage.told(PayOutFailed)
    assert (end.asked, end.paid, end.is_certain) == (rupees(18), ZERO, False)


def test_the_outcome_is_told_again_until_the_till_has_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert isinstance(stage.till, Clerk)
    stage.till.acknowledges = False
    stage.pays(CHANGE, rupees(5))
    stage.wait(4.0)
    stage.till.told.clear()
    stage.start_driver()
    [event] = stage.till.told
    assert event == PaidOut(CHANGE, rupees(5), {500: 1})
    stage.device.on_command(Acknowledge(CHANGE))
    stage.till.told.clear()
    stage.start_driver()
    assert stage.till.told == []


def test_no_coin_comes_in_while_coins_go_out(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.pays(CHANGE, rupees(30))
    stage.wait(0.5)
    assert stage.state.accepting == [] and stage.state.payable == {}
    stage.insert(1000)
    assert stage.physics["returned"] == {"1000": 1}
    stage.wait(5.0)
    assert rupees(10) in stage.state.accepting
