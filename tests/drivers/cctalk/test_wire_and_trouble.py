"""Other devices, bad wires, jams and cheats: each test is named after what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.base.loopback import OneByteAtATime, Wire
from drivers.cctalk.codec import Header
from drivers.cctalk.driver import CoinAcceptor, Record
from drivers.cctalk.emulator import CoinAcceptorEmulator
from firmware.contract.device import (
    CheatAttempt,
    CoinAccepted,
    CoinRejected,
    DeviceEvent,
    EventId,
    Light,
    Outcome,
    Return,
    Status,
)
from firmware.contract.money import Money
from firmware.runtime.config import ConfigError
from tests.drivers.cctalk.stage import SlowTill, Stage, lease, make_device


class LateBy(Wire):
    """Every write arrives late by the same time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        return [(self._seconds, data)]


# --- another device, another wire --------------------------------------------------------------


def test_another_acceptor_is_put_in_and_its_past_is_not_credited(tmp_path: Path) -> None:
    stage = Stage(tmp_path, till=SlowTill(lease(), acknowledges=False))
    stage.insert(100)
    stage.unplug()
    other = CoinAcceptorEmulator(serial=99, coins={"IN2K0A": 2000, "IN100A": 100})
    other.log.counter, other._is_enabled = 3, True
    stage.emulator = other
    stage.plug()
    stage.wait(2.0)
    stage.insert(2000)
    assert stage.credited == {"100": 1, "2000": 1}
    serials = [e.id.serial for e in stage.till.journal.values() if isinstance(e, CoinAccepted)]
    assert serials == ["1234567", "99"]
    assert stage.state.counters["unacknowledged"] == 2  # the old one's credit is not forgotten


def test_positions_of_the_old_acceptor_are_never_opened_on_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    other = CoinAcceptorEmulator(serial=99, coins={"IN010A": 1000, "IN100A": 100})
    opened: set[int] = set()
    take = other._modify_inhibits

    def watch(data: bytes, now: float) -> bytes | None:
        answer = take(data, now)
        opened.update(other._enabled)
        return answer

    monkeypatch.setitem(other._obey, Header.MODIFY_INHIBITS, watch)
    stage.emulator = other
    stage.plug()
    stage.wait(2.0)
    assert opened == {2}


def test_the_port_comes_back_and_the_device_behind_it_is_silent(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("power_cut")
    stage.wait(4.0)
    assert stage.faults == ["coins.link.silent"]
    stage.unplug()
    stage.wait(0.1)
    assert stage.faults == ["coins.link.lost"]
    stage.plug()
    stage.wait(4.0)
    assert stage.faults == ["coins.link.silent"]


def test_a_bill_validator_at_our_address_is_no_coin_acceptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.cctalk.emulator.CATEGORY", "Bill Validator")
    stage = Stage(tmp_path)
    assert stage.faults == ["coins.device.wrong"]
    assert stage.status() is Status.OUT_OF_SERVICE
    monkeypatch.undo()
    stage.wait(3.0)
    assert stage.status() is Status.READY


@pytest.mark.parametrize("has_echo", [True, False])
def test_an_adapter_with_and_without_echo(tmp_path: Path, has_echo: bool) -> None:
    stage = Stage(tmp_path, CoinAcceptorEmulator(has_echo=has_echo), wire=OneByteAtATime())
    stage.insert(100, 200)
    assert stage.credited == stage.physics["in_box"] == {"100": 1, "200": 1}
    assert stage.faults == []


def test_the_echo_vanishes_when_the_wire_is_shorted(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinAcceptorEmulator(has_echo=True))
    stage.hand("short", seconds=5.0)
    stage.wait(4.0)
    assert stage.faults == ["coins.link.silent", "coins.link.echo"]
    assert stage.status() is Status.GONE
    assert stage.state.accepting == []
    stage.wait(5.0)
    assert stage.faults == []
    assert stage.status() is Status.READY


def test_the_plug_of_the_device_is_off_and_the_echo_is_still_there(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinAcceptorEmulator(has_echo=True))
    stage.hand("insert", paise=500)  # in the box before the plug is off, and told after
    stage.wait(0.14)
    stage.hand("link_drop", seconds=6.0)
    stage.wait(4.0)
    assert stage.faults == ["coins.link.silent"]
    stage.wait(6.0)
    assert stage.status() is Status.READY
    assert stage.credited == stage.physics["in_box"] == {"500": 1}


def test_noise_hurts_answers_and_costs_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CoinAcceptorEmulator(has_echo=True))
    for paise in (100, 200, 500, 1000, 2000) * 4:
        stage.hand("noise", answers=4)
        stage.insert(paise, every=1.7)
    assert stage.credited == stage.physics["in_box"]
    assert sum(stage.credited.values()) == 20
    assert stage.lost == 0


def test_late_twins_of_answers_do_not_shift_the_coin_ids(tmp_path: Path) -> None:
    """Half a second there and back: every request is repeated, and answered more than once."""
    stage = Stage(tmp_path, wire=LateBy(0.25))
    stage.wait(60.0)
    device = stage.device
    assert isinstance(device, CoinAcceptor)
    values = {position: value.paise for position, value in device._values.items()}
    assert values == {1: 100, 2: 200, 3: 500, 4: 1000, 5: 2000}


# --- what may be taken -----------------------------------------------------------------------


def test_a_coin_id_that_is_not_in_the_table_is_never_enabled(tmp_path: Path) -> None:
    odd = CoinAcceptorEmulator(coins={"IN010A": 1000, "IN100A": 100, "......": 7})
    stage = Stage(tmp_path, odd)
    assert stage.state.denominations == stage.state.accepting == [Money(100)]
    assert odd._enabled == {2}
    stage.insert(1000, 100)
    assert stage.physics["returned"] == {"1000": 1}
    assert stage.credited == stage.physics["in_box"] == {"100": 1}


def test_only_the_leased_values_are_taken_and_none_without_a_lease(tmp_path: Path) -> None:
    till = SlowTill(lease(200, 500))
    stage = Stage(tmp_path, till=till)
    assert stage.state.accepting == [Money(200), Money(500)]
    assert stage.physics["accepting"] == [200, 500]
    till.lease = None
    stage.device.on_lease(None)
    assert stage.state.accepting == []  # at once, whatever the device still does
    stage.wait(0.5)
    assert stage.physics["accepting"] == [] and not stage.physics["is_enabled"]
    stage.insert(200)
    assert stage.physics["returned"] == {"200": 1}
    assert CoinRejected("inhibited") in stage.till.told


def test_a_coin_that_fell_before_the_lease_ended_is_credited_after(tmp_path: Path) -> None:
    till = SlowTill(lease())
    stage = Stage(tmp_path, till=till)
    stage.hand("link_drop", seconds=0.4)
    stage.hand("insert", paise=1000)
    stage.wait(0.2)
    till.lease = None
    stage.device.on_lease(None)
    stage.wait(2.0)
    assert stage.credited == stage.physics["in_box"] == {"1000": 1}


def test_the_driver_hangs_and_the_device_inhibits_itself(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    stage.wait(1.2)
    assert stage.physics["accepting"] == []
    stage.insert(1000)
    assert stage.physics["returned"] == {"1000": 1}
    stage.plug()
    stage.wait(2.0)
    assert stage.status() is Status.READY and 1000 in stage.physics["accepting"]


# --- trouble ---------------------------------------------------------------------------------


def test_a_jam_stops_the_coins_until_it_is_cleared(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("jam")
    stage.wait(1.0)
    assert stage.faults == ["coins.jam"]
    assert stage.status() is Status.OUT_OF_SERVICE
    assert stage.state.accepting == [] and stage.physics["faults"] == ["jam"]
    stage.wait(6.0)
    assert stage.faults == ["coins.jam", "coins.selfcheck.3"]
    stage.hand("clear_jam")
    stage.wait(6.0)
    assert stage.faults == []
    stage.insert(100)
    assert stage.credited == {"100": 1}


def test_a_coin_on_a_string_is_a_cheat_and_pauses_the_device(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("cheat")
    stage.wait(1.0)
    assert CheatAttempt("coin_on_string") in stage.till.told
    assert (stage.faults, stage.status()) == (["coins.fraud"], Status.DEGRADED)
    assert stage.physics["accepting"] == [] and stage.credited == {}
    stage.wait(6.0)
    assert stage.status() is Status.READY and stage.physics["accepting"] != []


def test_a_slug_comes_back_and_the_next_coin_is_welcome(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("insert_slug")
    stage.insert(100, 5000)
    wanted: list[DeviceEvent] = [
        CoinRejected("slug"),
        CheatAttempt("slug"),
        CoinRejected("rejected"),
    ]
    assert [event for event in stage.till.told if event in wanted] == wanted
    assert stage.credited == {"100": 1}
    assert stage.physics["returned"] == {"0": 1, "5000": 1}


def test_a_self_check_that_fails_at_start_keeps_the_device_shut(tmp_path: Path) -> None:
    emulator = CoinAcceptorEmulator()
    emulator.hand("break", 0.0, code=30)
    stage = Stage(tmp_path, emulator)
    assert stage.faults == ["coins.selfcheck.30"]
    assert stage.status() is Status.OUT_OF_SERVICE and stage.physics["accepting"] == []
    emulator.hand("break", stage.now, code=0)
    stage.wait(6.0)
    assert stage.status() is Status.READY and stage.physics["accepting"] != []


def test_the_port_goes_away_under_the_driver(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    stage.wait(0.1)
    assert (stage.faults, stage.status()) == (["coins.link.lost"], Status.GONE)
    assert stage.state.accepting == []
    stage.plug()
    stage.wait(2.0)
    assert (stage.faults, stage.status()) == ([], Status.READY)


# --- commands and options --------------------------------------------------------------------


@pytest.mark.parametrize("command", [Return(EventId("1", 1, 1)), Light("lamp", True)])
def test_what_a_coin_acceptor_cannot_do_is_refused(tmp_path: Path, command: Any) -> None:
    reply = make_device(tmp_path).on_command(command)
    assert reply.outcome is Outcome.REFUSED and type(command).__name__ in reply.detail


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"adress": 3}, "did you mean `address`"),
        ({"address": 1}, "address"),
        ({"checksum": "xor"}, "checksum"),
        ({"coins": {}}, "coins"),
        ({"coins": {"IN100A": -5}}, "coins"),
        ({"coins": {"IN100A": 1.0}}, "coins"),
        ({"coins": {"IN1": 100}}, "coins"),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_device(tmp_path, **options)


def test_identity_and_counters_are_the_devices_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(100, 7, 500)
    found = stage.state.identity
    assert (found.maker, found.model, found.serial) == ("Kiosk bench", "COIN5", "1234567")
    counters = {"accepted": 2, "accepted_paise": 600, "lost": 0, "events": 3, "device": 3}
    assert stage.state.counters == {**counters, "unacknowledged": 0}
    device = stage.device
    assert isinstance(device, CoinAcceptor) and isinstance(device._record, Record)
    assert device._ledger.load() == device._record
