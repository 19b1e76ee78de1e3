"""What a ccTalk validator cannot do, and who it is not: jams, a full stacker, another device."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from drivers.cctalk.codec import Header
from drivers.cctalk_bill.codec import Fault
from drivers.cctalk_bill.driver import NoteAcceptor
from drivers.cctalk_bill.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    Kind,
    NoteUnaccounted,
    Status,
)
from firmware.runtime.config import ConfigError, DeviceSection
from tests.drivers.cctalk_bill.stage import Stage
from tests.drivers.note_trouble import NoteTrouble


class TestTrouble(NoteTrouble):
    """That of every maker; a port that is open and silent stays so, and a jam ends in a doubt."""

    jams: ClassVar = {"safe": "notes.jam.safe", "unsafe": "notes.jam.unsafe"}
    long_silence = "notes.link.silent"
    taken_out = NoteUnaccounted


# --- what stands in its way ----------------------------------------------------------------------


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
