"""What happens to coins on their way in. Each test is named after what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.mdb.coins import ChangerSetup
from drivers.mdb.emulator import CoinChangerEmulator
from firmware.contract.device import CoinAccepted, CoinRejected, CreditsLost, Status
from firmware.contract.money import Money
from tests.drivers.mdb.stage import Eats, Stage, lease


class Killed(BaseException):
    """The driver's process dies here."""


def die(*anything: Any) -> None:
    raise Killed


# --- an answer is lost that the adapter has acknowledged ----------------------------------------


def test_an_answer_with_a_coin_lost_in_the_cable_is_found_in_its_tube(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,52")  # a coin of type 2, into its tube
    stage.insert(500)
    stage.wait(2.0)
    assert cable.eaten
    assert stage.credited == stage.physics["in_box"] == {"500": 1}
    assert stage.state.counters["found"] == stage.state.counters["gaps"] == 1


def test_the_next_coin_tells_of_the_one_that_was_lost(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = Eats(b"p,52")
    stage.insert(500, 500, 500, every=0.2)
    stage.wait(2.0)
    assert stage.credited == stage.physics["in_box"] == {"500": 3}
    assert stage.state.counters["found"] == 1


def test_driver_killed_with_the_answer_in_the_cable(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,53")
    stage.hand("insert", paise=1000)
    while not cable.eaten:
        stage.wait(0.001)
    stage.start_driver()
    stage.wait(3.0)
    [coin] = stage.told(CoinAccepted)
    assert (coin.value, coin.session) == (Money(1000), "visit")
    assert stage.physics["in_box"] == {"1000": 1}


def test_a_coin_of_the_cash_box_that_nobody_heard_of_leaves_a_gap_to_be_counted(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    stage.wire = cable = Eats(b"p,44")  # type 4 has no tube
    stage.insert(2000)
    stage.wait(2.0)
    assert cable.eaten
    assert stage.physics["in_box"] == {"2000": 1} and stage.credited == {}
    assert stage.state.counters["gaps"] == 1


def test_power_cut_before_any_poll_and_the_tube_remembers(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("link_drop", seconds=0.3)
    stage.hand("insert", paise=200)
    stage.wait(0.2)
    stage.hand("power_cycle")
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"] == {"200": 1}
    assert stage.physics["unreported"] == {}


def test_an_answer_hurt_on_the_bus_is_said_again_and_counted_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("insert", paise=2000)
    stage.wait(0.1)
    stage.hand("noise", answers=3)
    stage.wait(2.0)
    assert stage.credited == stage.physics["in_box"] == {"2000": 1}
    assert stage.state.counters["gaps"] <= 1  # the noise in the cable may have met a poll


def test_a_technician_fills_a_tube_and_no_citizen_is_credited(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.till.lease = None
    stage.device.on_lease(None)
    stage.wait(2.0)
    stage.hand("fill_tube", paise=100, count=30)
    stage.start_driver()
    stage.wait(20.0)
    stage.till.lease = lease("next")
    stage.wait(3.0)
    assert stage.credited == {}
    assert stage.state.payable[100] == stage.physics["tubes"]["100"] == 40


# --- the driver dies ----------------------------------------------------------------------------


def test_killed_before_saving_and_the_tube_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    monkeypatch.setattr(stage.device._ledger, "save", die)  # type: ignore[attr-defined]
    with pytest.raises(Killed):
        stage.insert(1000)
    assert stage.till.told == []  # nothing was told that is not on disk
    stage.start_driver()
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"] == {"1000": 1}


def test_killed_between_saving_and_telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(stage, "tell", die)
        stage.insert(1000)
    stage.start_driver()
    assert stage.credited == {"1000": 1}  # out of the ledger, before any wire is open
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"]


def test_coins_that_fell_while_the_driver_was_dead_are_the_first_citizens(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    stage.insert(500, 2000)
    stage.till.lease = lease("next")
    stage.start_driver()
    stage.plug()
    stage.wait(4.0)
    stage.insert(100)
    coins = {(coin.value.paise, coin.session) for coin in stage.told(CoinAccepted)}
    assert coins == {(500, "visit"), (2000, "visit"), (100, "next")}


def test_a_lost_ledger_begins_an_epoch_and_credits_nothing_from_before(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(500, 500)
    for file in tmp_path.iterdir():
        file.write_bytes(b"a dying card")
    stage.start_driver()
    stage.wait(2.0)
    stage.insert(500)
    names = [coin.id for coin in stage.told(CoinAccepted)]
    assert [name.counter for name in names] == [1, 2, 1]
    assert names[0].epoch == names[1].epoch != names[2].epoch


# --- what the changer says ----------------------------------------------------------------------


def test_eight_coins_between_two_polls_all_fit_and_the_ninth_comes_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    stage.insert(*[100] * 9, every=0.01)
    stage.wait(0.3)
    stage.plug()
    stage.wait(3.0)
    assert stage.physics["in_box"] == stage.credited == {"100": 8}
    assert stage.physics["returned"] == {"100": 1}


def test_a_jammed_changer_takes_no_coin_until_somebody_came(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("jam")
    stage.wait(1.0)
    assert stage.state.status is Status.OUT_OF_SERVICE and stage.faults == ["coins.jam"]
    assert stage.state.accepting == []
    stage.hand("clear_jam")
    stage.wait(3.0)
    stage.insert(1000)
    assert stage.credited == stage.physics["in_box"] == {"1000": 1} and stage.faults == []


def test_slugs_and_coins_that_are_not_leased_come_back_with_a_reason(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.till.lease = lease("visit", 1)
    stage.wait(1.5)
    stage.hand("insert_slug")
    stage.insert(1000)
    reasons = [event.reason for event in stage.till.told if isinstance(event, CoinRejected)]
    assert sorted(reasons) == ["inhibited", "slug"]
    assert stage.physics["returned"] == {"0": 1, "1000": 1}


def test_a_full_tube_sends_its_coins_to_the_box_and_they_count(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinChangerEmulator(tubes={"100": 59}, tube_capacity=60))
    stage.insert(100, 100, 100)
    assert stage.credited == {"100": 3} and stage.physics["tubes"] == {"100": 60}
    assert not stage.told(CreditsLost)


def test_a_changer_of_another_country_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = CoinChangerEmulator()
    euro = ChangerSetup(3, b"\x19\x78", 1, 2, frozenset(), (5, *[0] * 15))
    monkeypatch.setattr(emulator, "_setup", lambda: euro)
    stage = Stage(tmp_path, emulator)
    assert stage.faults[0] == "coins.device.refuses" and stage.state.accepting == []
    assert stage.state.status is Status.OUT_OF_SERVICE
    assert "1356" in stage.state.faults[0].detail


def test_an_adapter_without_a_changer_and_a_port_without_an_adapter_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    stage.hand("link_drop", seconds=30.0)
    stage.wait(4.0)
    assert stage.faults == ["coins.link.silent"]
    stage.wait(40.0)
    assert stage.faults == [] and stage.state.status is Status.READY
    monkeypatch.setattr(stage.emulator, "receive_bytes", lambda data, now: None)
    stage.wait(4.0)
    assert stage.faults == ["coins.link.adapter"]
