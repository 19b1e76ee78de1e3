"""What a ccTalk validator cannot do, and who it is not: jams, a full stacker, another device."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.cctalk.codec import Header
from drivers.cctalk_bill.codec import Fault
from drivers.cctalk_bill.driver import NoteAcceptor
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    CheatAttempt,
    Kind,
    NoteStacked,
    NoteUnaccounted,
    Stack,
    Status,
    event_key,
)
from firmware.runtime.config import ConfigError, DeviceSection
from tests.drivers.cctalk_bill.stage import Stage

# --- what stands in its way ----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["unsafe", "safe"])
def test_jam_stops_the_acceptor_until_a_self_check_finds_nothing(stage: Stage, where: str) -> None:
    stage.visit.hand("jam", where=where)
    stage.run(7.0)
    assert stage.faults() == [f"notes.jam.{where}"]
    assert stage.status() is Status.OUT_OF_SERVICE
    stage.visit.hand("clear_jam")
    stage.run(6.0)
    assert stage.faults() == [] and stage.status() is Status.READY


def test_a_jam_that_only_the_self_check_knows_of_ends_with_it(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    honest = unit._obey[Header.SELF_CHECK]
    unit._obey[Header.SELF_CHECK] = lambda data, now: bytes((Fault.BILL_JAMMED,))
    stage.visit.start_driver()
    stage.run(8.0)
    assert stage.faults() == ["notes.jam.transport"]
    unit._obey[Header.SELF_CHECK] = honest
    stage.run(6.0)
    assert stage.faults() == []


def test_a_note_in_a_jam_has_no_end_before_the_jam_has(stage: Stage) -> None:
    note = stage.escrow()
    stage.order(Stack(note.id))
    stage.run(0.3)
    stage.visit.hand("jam", where="safe")
    stage.run(30.0)
    assert not stage.till.heard(NoteUnaccounted)
    stage.visit.hand("clear_jam")
    stage.run(15.0)
    ends = [e for e in stage.till.told if isinstance(e, NoteStacked | NoteUnaccounted)]
    assert len({event_key(e) for e in ends}) == 1


def test_full_stacker_is_said_once_and_known_after_a_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(capacity=1))
    stage.visit.hand("insert", paise=50000)
    stage.run(4.0)
    assert stage.faults() == ["notes.stacker.full"]
    stage.visit.start_driver()
    stage.run(2.0)
    assert stage.faults() == ["notes.stacker.full"]
    stage.visit.hand("empty_stacker")
    stage.run(8.0)
    assert stage.faults() == [] and stage.status() is Status.READY


def test_a_stacker_that_only_the_event_calls_full_is_full_whatever_the_self_check_says(
    stage: Stage,
) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    checks = [Fault.STACKER_FULL]
    unit._obey[Header.SELF_CHECK] = lambda data, now: bytes((checks.pop() if checks else 0,))
    stage.visit.hand("stacker_full")
    stage.run(20.0)
    assert not checks and stage.faults() == ["notes.stacker.full"]
    stage.visit.start_driver()
    stage.run(8.0)
    assert stage.faults() == ["notes.stacker.full"], "the buffer still has the event"
    stage.visit.hand("remove_cash_box")
    stage.visit.hand("replace_cash_box")
    stage.run(1.0)
    assert stage.faults() == []


def test_a_broken_motor_is_named(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    honest = unit._obey[Header.SELF_CHECK]
    unit._obey[Header.SELF_CHECK] = lambda data, now: bytes((37, 1))
    stage.visit.start_driver()
    stage.run(2.0)
    assert [(fault.code, fault.detail) for fault in stage.state().faults] == [
        ("notes.failure", "fault 37, bill transport motor, 1")
    ]
    unit._obey[Header.SELF_CHECK] = honest
    stage.run(6.0)
    assert stage.faults() == []


def test_string_puller_is_told_once_and_the_acceptor_goes_on(stage: Stage) -> None:
    stage.visit.hand("cheat")
    stage.run(3.0)
    assert stage.till.heard(CheatAttempt) == [CheatAttempt()]
    assert stage.faults() == ["notes.fraud"] and stage.status() is Status.DEGRADED
    stage.run(31.0)
    assert stage.faults() == []


# --- who it is -----------------------------------------------------------------------------------


def test_a_validator_without_escrow_is_never_opened(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    unit._obey[Header.REQUEST_OPERATING_MODE] = lambda data, now: b"\x01"
    stage.visit.hand("power_cycle")
    stage.run(6.0)
    assert stage.status() is Status.OUT_OF_SERVICE
    assert stage.faults() == ["notes.device.refuses"]
    assert unit.physics()["accepting"] == []


def test_a_coin_acceptor_at_its_address_is_refused(stage: Stage) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, NoteAcceptorEmulator)
    unit._obey[Header.CATEGORY] = lambda data, now: b"Coin Acceptor"
    stage.visit.start_driver()
    stage.run(3.0)
    [fault] = stage.state().faults
    assert fault.code == "notes.device.refuses"
    assert fault.detail == ("category: expected Bill Acceptor or Bill Validator, got Coin Acceptor")


def test_bills_of_another_country_are_worth_nothing_here(tmp_path: Path) -> None:
    unit = NoteAcceptorEmulator()
    unit._names = [f"EU{value:04d}A" for value in (5, 10, 20)]
    stage = Stage(tmp_path, unit)
    stage.run(2.0)
    assert stage.faults() == ["notes.device.refuses"] and stage.state().denominations == []


def test_options_name_the_nearest_and_bound_what_a_note_is_worth(tmp_path: Path) -> None:
    def made(options: dict[str, object]) -> NoteAcceptor:
        return NoteAcceptor(
            "notes", DeviceSection("cctalk_bill", Kind.NOTES, "", options), tmp_path
        )

    with pytest.raises(ConfigError, match="did you mean `address`"):
        made({"adress": 40})
    with pytest.raises(ConfigError, match="bills"):
        made({"bills": {"IN0010A": 0}})
    assert made({"checksum": "simple", "bills": {"IN0010A": 1000}}).maker == "ccTalk"
