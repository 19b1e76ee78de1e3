"""Coins as pulses: who gets the credit, and what is said of a coin that nobody could count."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.pulse.driver import LATE, CoinAcceptor
from drivers.pulse.emulator import INDIAN_PULSES, PulseAcceptorEmulator
from firmware.contract.device import (
    CheatAttempt,
    CoinAccepted,
    CreditsLost,
    EventId,
    Kind,
    Lease,
    Outcome,
    Return,
    Status,
)
from firmware.contract.money import Money
from firmware.runtime.config import ConfigError, DeviceSection
from tests.drivers.listener import Listener, running
from tests.drivers.panel.rig import Rig
from tests.drivers.pulse.stage import ALL, Stage

STEPS = [step * 0.05 for step in range(26)]  # seconds: a coin of ten pulses takes 1.15 in all


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


@pytest.mark.parametrize("contact", ["nc", "no"])
@pytest.mark.parametrize("width", [20, 50, 100])
def test_every_coin_at_every_width_on_either_contact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, contact: str
) -> None:
    stage = Stage(tmp_path, monkeypatch, width_ms=width, gap_ms=width, contact=contact)
    stage.insert(*INDIAN_PULSES.values(), every=6.0)
    assert stage.credited == stage.in_box == dict.fromkeys(map(str, INDIAN_PULSES.values()), 1)
    assert stage.device.state().status is Status.READY


def test_coins_pushed_in_as_fast_as_a_hand_can(stage: Stage) -> None:
    stage.insert(100, 500, 100, 200, 1000, every=0.1)
    stage.wait(9.0)
    assert stage.credited == stage.in_box
    assert sum(stage.in_box.values()) == 5
    assert stage.lost == 0


def test_without_a_lease_for_every_coin_the_gate_is_shut(stage: Stage) -> None:
    """One wire inhibits them all: what may not come in shuts out the rest."""
    stage.grant(Lease("first", 5.0, ALL[:2]))
    stage.wait(0.1)
    assert stage.device.state().accepting == []
    stage.insert(100)
    stage.grant(None)
    stage.insert(100)
    assert stage.in_box == {} and stage.emulator.physics()["returned"] == {"100": 2}
    stage.grant(stage.lease_of("first"))
    stage.wait(LATE)
    assert stage.device.state().accepting == ALL


def test_a_coin_on_its_way_when_the_gate_shuts_is_credited(stage: Stage) -> None:
    stage.hand("insert", paise=1000)
    stage.wait(0.16)  # past the gate
    stage.grant(None)
    stage.wait(3.0)
    assert stage.credited == stage.in_box == {"1000": 1}


@pytest.mark.parametrize("passes_after", STEPS)
def test_one_lease_follows_the_other_while_a_coin_is_counted(
    stage: Stage, passes_after: float
) -> None:
    stage.hand("insert", paise=1000)
    stage.wait(passes_after)
    stage.grant(stage.lease_of("second"))
    stage.wait(4.0)
    stage.insert(500)
    told = [
        (e.value.paise, e.session) for e in stage.journal.values() if isinstance(e, CoinAccepted)
    ]
    is_back = stage.emulator.physics()["returned"].get("1000", 0)
    assert told == [(1000, "first"), (500, "second")][is_back:]


@pytest.mark.parametrize("dies_after", STEPS)
def test_a_driver_that_dies_over_a_coin_says_that_one_is_lost_and_whose(
    stage: Stage, dies_after: float
) -> None:
    stage.hand("insert", paise=1000)
    stage.wait(dies_after)
    stage.kill_driver()
    stage.lease = stage.lease_of("second")
    stage.wait(1.0)
    stage.start_driver()
    stage.wait(4.0)
    stage.insert(500)
    credits = [e for e in stage.journal.values() if isinstance(e, CoinAccepted)]
    losses = [e for e in stage.journal.values() if isinstance(e, CreditsLost)]
    assert {e.session for e in credits if e.value == Money(1000)} <= {"first"}
    assert [e.session for e in credits if e.value == Money(500)] == ["second"]
    assert {e.session for e in losses} <= {"first"}
    in_box = stage.in_box.get("1000", 0)
    heard = sum(e.value == Money(1000) for e in credits) + len(losses)
    # From the gate to the end of the first pulse, 0.05 s, only the metal knows of it.
    assert heard == in_box or 0.15 <= dies_after <= 0.25


def test_a_stray_pulse_at_power_up_is_no_coin(stage: Stage) -> None:
    stage.kill_driver()
    stage.hand("power_cycle")
    stage.start_driver()
    stage.wait(4.0)
    assert stage.credited == {} and stage.lost == 0


def test_a_spark_while_nobody_pays_is_an_alarm_and_no_money(stage: Stage) -> None:
    stage.grant(None)
    stage.wait(LATE + 0.1)
    stage.hand("cheat", pulses=10)
    stage.wait(3.0)
    assert stage.credited == {}
    assert stage.lost == 1  # a gate that does not shut would look the same
    assert any(isinstance(event, CheatAttempt) for event in stage.told)
    assert [fault.code for fault in stage.device.state().faults] == ["coins.line.unexpected"]
    assert [e.session for e in stage.journal.values() if isinstance(e, CreditsLost)] == [""]


def test_a_number_of_pulses_that_no_coin_has_is_never_guessed(stage: Stage) -> None:
    stage.hand("cheat", pulses=7)
    stage.wait(3.0)
    assert stage.credited == {} and stage.lost == 1


def test_noise_of_relays_is_counted_and_is_no_coin(stage: Stage) -> None:
    stage.hand("noise", glitches=20)
    stage.insert(200)
    assert stage.credited == {"200": 1}
    assert stage.lost == 0


def test_a_cut_wire_shuts_the_gate_until_it_is_mended(stage: Stage) -> None:
    stage.hand("cut_wire")
    stage.wait(1.0)
    state = stage.device.state()
    assert (state.status, state.accepting) == (Status.OUT_OF_SERVICE, [])
    assert [fault.code for fault in state.faults] == ["coins.line.stuck"]
    stage.hand("mend_wire")
    stage.wait(0.5)
    assert stage.device.state().accepting == ALL


def test_credits_that_nobody_acknowledged_are_told_again_under_their_ids(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "tell", stage.told.append)
    stage.insert(100, 500)
    first = list(stage.told)
    stage.kill_driver()
    stage.start_driver()
    stage.wait(0.1)
    assert stage.told[len(first) :] == first
    assert len({str(e.id) for e in first if isinstance(e, CoinAccepted)}) == 2


def test_wrong_options_say_what_is_meant(tmp_path: Path) -> None:
    same = {"pulses": {"1": 100}, "pulse_pin": 6, "enable_pin": 6}
    with pytest.raises(ConfigError, match="both 6"):
        CoinAcceptor("coins", DeviceSection("pulse", Kind.COINS, "", same), tmp_path)
    typo = {"pulses": {"1": 100}, "widht_ms": 50}
    with pytest.raises(ConfigError, match="did you mean `width_ms`"):
        CoinAcceptor("coins", DeviceSection("pulse", Kind.COINS, "", typo), tmp_path)


def test_it_cannot_return_a_note(stage: Stage) -> None:
    reply = stage.device.on_command(Return(EventId("x", 1, 1)))
    assert reply.outcome is Outcome.REFUSED and "Return" in reply.detail


async def test_real_pulses_through_pins_that_live_in_another_process(tmp_path: Path) -> None:
    """The driver's own threads, gpiozero's pins, a socket, and the times of the edges."""
    rig = Rig(tmp_path / "bench.sock", "coins", PulseAcceptorEmulator(width_ms=20, gap_ms=20))
    await rig.start()
    options = {"pulses": INDIAN_PULSES, "width_ms": 20, "gap_ms": 20}
    options |= {"pin_factory": "bench", "bench": str(rig.path)}
    device = CoinAcceptor("coins", DeviceSection("pulse", Kind.COINS, "", options), tmp_path)
    async with running(Listener(device)) as host:
        device.on_lease(Lease("first", 60.0, ALL))
        await host.until(lambda: device.state().accepting == ALL)
        await rig.until(lambda physics: bool(physics["is_enabled"]))  # the pin is another thread's
        for paise in (100, 2000, 500):
            rig.hand("insert", paise=paise)
        await host.until(lambda: len(host.told) == 3)
        assert rig.emulator.physics()["is_enabled"]
    coins = [event.value.paise for event in host.told if isinstance(event, CoinAccepted)]
    assert coins == [100, 2000, 500]
    assert not rig.emulator.physics()["is_enabled"]
    await rig.stop()
