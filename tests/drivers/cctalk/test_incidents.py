"""What happens to coins: counters and deaths. Each test is named after what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.cctalk.driver import CoinAcceptor
from firmware.contract.device import (
    Acknowledge,
    CoinAccepted,
    Outcome,
)
from tests.drivers.cctalk.stage import SlowTill, Stage, lease


class Killed(BaseException):
    """The driver's process dies here."""


def die(*anything: Any) -> None:
    raise Killed


# --- the counter -----------------------------------------------------------------------------


def test_the_counter_wraps_at_255_and_no_id_is_used_twice(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(*[100] * 300, every=0.45)
    assert stage.credited == stage.physics["in_box"] == {"100": 300}
    assert stage.lost == 0
    assert stage.state.counters["device"] == 300 - 255
    assert stage.state.counters["accepted_paise"] == 30_000


def test_six_coins_between_two_polls_are_five_credits_and_one_loss(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.unplug()
    stage.insert(*[500] * 6, every=0.01)
    stage.wait(0.3)
    stage.plug()
    stage.wait(4.0)
    assert stage.physics["in_box"] == {"500": 6}
    assert stage.credited == {"500": 5}
    assert stage.lost == 1
    assert stage.physics["unreported"] == {"500": 1}


@pytest.mark.parametrize("coins_before", [0, 1, 7])
def test_device_reset_between_two_polls(tmp_path: Path, coins_before: int) -> None:
    stage = Stage(tmp_path)
    stage.insert(*[200] * coins_before)
    stage.hand("power_cycle")
    stage.wait(1.5)
    stage.insert(1000, 1000)
    stage.wait(1.0)
    stage.insert(1000)
    stage.wait(0.5)
    assert stage.credited == stage.physics["in_box"]
    assert stage.credited["1000"] >= 1  # its inhibits came back
    assert stage.lost == 0


def test_device_reset_and_rejects_before_the_next_poll_lose_no_credit(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(*[100] * 9)
    stage.hand("link_drop", seconds=0.6)
    stage.hand("power_cycle")
    stage.wait(0.15)
    stage.insert(100, 100, every=0.2)  # every coin type is inhibited now: two rejects
    stage.wait(1.0)
    stage.insert(100)
    assert stage.credited == stage.physics["in_box"] == {"100": 10}
    assert stage.lost == 0


def test_power_cut_before_any_poll_leaves_a_coin_that_only_metal_knows(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.hand("link_drop", seconds=0.3)
    stage.hand("insert", paise=2000)
    stage.wait(0.2)
    stage.hand("power_cycle")
    stage.wait(2.0)
    assert stage.physics["in_box"] == stage.physics["unreported"] == {"2000": 1}
    assert stage.credited == {}


def test_an_answer_hurt_so_that_its_sum_still_fits_mints_no_coin(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    protocol = stage.device.protocol
    honest = protocol.receive_bytes
    forged = bytes.fromhex("01 0b 02 00 01 05 01 00 00 00 00 00 00 00 00 eb")
    assert sum(forged) % 256 == 0

    def once(data: bytes, now: float) -> None:
        protocol.receive_bytes = honest  # type: ignore[method-assign]
        honest(forged, now)

    protocol.receive_bytes = once  # type: ignore[method-assign]
    stage.wait(3.0)
    assert protocol.receive_bytes == honest
    assert stage.till.told == []


# --- the driver dies -------------------------------------------------------------------------


def test_killed_between_saving_and_telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(stage, "tell", die)
        stage.insert(1000)
    stage.start_driver()
    assert stage.credited == {"1000": 1}  # out of the ledger, before any wire is open
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"]


def test_killed_before_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path)
    device = stage.device
    assert isinstance(device, CoinAcceptor)
    monkeypatch.setattr(device._ledger, "save", die)
    with pytest.raises(Killed):
        stage.insert(1000)
    assert stage.till.told == []  # nothing was told that is not on disk
    stage.start_driver()
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"] == {"1000": 1}


def test_the_ids_are_the_same_whenever_the_driver_dies(tmp_path: Path) -> None:
    def ids(folder: Path, kill: bool) -> list[int]:
        stage = Stage(folder)
        for _ in range(6):
            stage.insert(100, 5000, 200)
            if kill:
                stage.start_driver()
                stage.wait(2.0)
        return [e.id.counter for e in stage.till.journal.values() if isinstance(e, CoinAccepted)]

    assert ids(tmp_path / "a", kill=True) == ids(tmp_path / "b", kill=False)


def test_coin_falls_while_the_driver_is_dead(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(500)
    stage.unplug()
    stage.hand("insert", paise=500)
    stage.wait(30.0)
    stage.start_driver()
    stage.plug()
    stage.wait(3.0)
    assert stage.credited == stage.physics["in_box"] == {"500": 2}


def test_a_lost_ledger_credits_nothing_from_before_and_begins_an_epoch(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.insert(500, 500)
    for file in tmp_path.iterdir():
        file.write_bytes(b"a dying card")
    stage.start_driver()
    stage.wait(2.0)
    stage.insert(500)
    assert stage.credited == {"500": 3}
    names = [e.id for e in stage.till.journal.values() if isinstance(e, CoinAccepted)]
    assert [name.counter for name in names] == [1, 2, 1]
    assert names[0].epoch == names[1].epoch != names[2].epoch


def test_told_again_after_a_restart_until_acknowledged_and_not_after(tmp_path: Path) -> None:
    till = SlowTill(lease(), acknowledges=False)
    stage = Stage(tmp_path, till=till)
    stage.insert(1000)
    [event] = till.journal.values()
    till.told.clear()
    stage.start_driver()
    assert till.told == [event]
    assert stage.state.counters["unacknowledged"] == 1
    assert stage.device.on_command(Acknowledge(str(event.id))).outcome is Outcome.DONE  # type: ignore[union-attr]
    assert stage.device.on_command(Acknowledge("again/0/0")).outcome is Outcome.DONE
    till.told.clear()
    stage.start_driver()
    assert till.told == []
