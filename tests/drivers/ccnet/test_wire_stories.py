"""What happens to the wire and the mechanics: named after the incidents."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.ccnet.codec import ACK, Answer, Code, Frame, Request, Said, Unit
from drivers.ccnet.emulator import NoteAcceptorEmulator
from drivers.ccnet.protocol import REPAIR_EVERY
from firmware.contract.device import (
    CashBoxMoved,
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    Stack,
    Status,
)
from firmware.contract.money import rupees
from tests.drivers.ccnet.stage import Stage
from tests.drivers.note_trouble import NoteTrouble, NoteWithoutABox


class Broken(NoteAcceptorEmulator):
    """A unit that says something else for a while; None lets it speak for itself."""

    insists: bytes | None = None

    def _says(self, now: float) -> Said:
        return super()._says(now) if self.insists is None else Said.from_data(self.insists)


@pytest.fixture
def broken(tmp_path: Path) -> Stage:
    return Stage(tmp_path, Broken())


def insist(stage: Stage, said: Said | None) -> None:
    unit = stage.visit.emulator
    assert isinstance(unit, Broken)
    unit.insists = None if said is None else said.to_data()


class TestTrouble(NoteTrouble, NoteWithoutABox):
    """That of every maker."""


# --- the wire ------------------------------------------------------------------------------------


def test_an_order_does_not_outlive_a_silence(stage: Stage) -> None:
    note = stage.escrow()
    stage.visit.hand("link_drop", seconds=4.0)
    stage.ask(Stack(note.id))
    assert stage.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))
    assert stage.in_box() == {}


def test_note_that_came_in_during_a_silence_is_no_longer_taken(stage: Stage) -> None:
    stage.visit.hand("link_drop", seconds=4.0)
    stage.visit.hand("insert", paise=50000)
    assert stage.run_until(NoteRejected) == NoteRejected("host")
    assert not stage.till.heard(NoteEscrowed) and stage.returned() == {"50000": 1}


def test_a_late_ack_is_no_answer_to_a_poll(stage: Stage) -> None:
    protocol = stage.visit.device.protocol
    while protocol.bytes_to_send()[3:4] != bytes((Code.POLL,)):
        stage.visit.now += 0.01
        protocol.tick(stage.visit.now)
    protocol.receive_bytes(ACK, stage.visit.now)
    assert stage.faults() == [] and protocol.bytes_to_send() == b""
    protocol.receive_bytes(Frame(b"\x14").to_bytes(), stage.visit.now)
    assert protocol.bytes_to_send() == ACK


def test_a_hurt_answer_is_asked_for_again_by_nak(stage: Stage) -> None:
    device = stage.visit.device.protocol
    while not device.bytes_to_send():
        device.tick(stage.visit.now)
        stage.visit.now += 0.01
    hurt = bytearray(Frame(b"\x14").to_bytes())
    hurt[3] ^= 1
    device.receive_bytes(bytes(hurt), stage.visit.now)
    assert device.bytes_to_send() == bytes.fromhex("02 03 06 FF BA 8D")


def test_a_unit_that_gets_a_hurt_command_says_nak_and_is_asked_again(stage: Stage) -> None:
    unit = stage.visit.emulator
    unit.bytes_to_send()
    unit.receive_bytes(bytes.fromhex("02 03 06 33 DA 82"), stage.visit.now)
    assert unit.bytes_to_send() == bytes.fromhex("02 03 06 FF BA 8D")


def test_a_unit_that_was_not_polled_disabled_itself_and_is_enabled_again(stage: Stage) -> None:
    unit = stage.visit.emulator
    unit.receive_bytes(Frame(b"\x34" + bytes(6)).to_bytes(), stage.visit.now)
    unit.bytes_to_send()
    assert unit.physics()["accepting"] == []
    stage.run(3.0)
    assert len(unit.physics()["accepting"]) == 6


# --- start-up ------------------------------------------------------------------------------------


def commands(stage: Stage) -> list[int]:
    """What the host asked, without polls, ACKs, and what the unit said."""
    codes = [data[0] for data in stage.tap.carried if data[0] in list(Code) and len(data) != 120]
    return [code for code in codes if code not in (Code.POLL, 0x41)]


def test_start_up_after_a_power_up(stage: Stage) -> None:
    stage.tap.carried.clear()
    stage.visit.hand("power_cycle")
    stage.run(6.0)
    asked = [Code.IDENTIFICATION, Code.RESET, Code.SET_SECURITY, Code.ENABLE_BILL_TYPES]
    assert commands(stage) == [*asked, Code.GET_STATUS]
    assert len(stage.state().accepting) == 6


def test_start_up_of_a_unit_that_kept_its_power_disables_it_first(stage: Stage) -> None:
    stage.tap.carried.clear()
    stage.visit.start_driver()
    stage.run(3.0)
    asked = [Code.ENABLE_BILL_TYPES, Code.IDENTIFICATION, Code.SET_SECURITY]
    assert commands(stage)[:3] == asked and Code.RESET not in commands(stage)
    assert len(stage.state().accepting) == 6


def test_a_unit_that_does_not_say_who_it_is_before_reset(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(answers_at_power_up=False))
    stage.run(2.0)
    assert stage.status() is Status.READY and stage.faults() == []
    assert stage.state().identity.serial == "000001873452"
    assert len(stage.state().accepting) == 6


def test_a_unit_without_security_levels(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(has_security=False))
    assert stage.status() is Status.READY and len(stage.state().accepting) == 6


def test_a_unit_for_the_notes_of_another_country_takes_none(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(country="EUR"))
    assert stage.state().denominations == [] and stage.state().accepting == []
    assert stage.visit.emulator.physics()["accepting"] == []


class Stubborn(NoteAcceptorEmulator):
    """A switch inside forbids all but the smallest note, whatever the host enables."""

    def _on_setting(self, request: Request, now: float) -> Answer:
        answer = super()._on_setting(request, now)
        self._ram.enabled &= {0}
        return answer


def test_a_unit_with_a_switch_of_its_own_is_believed_about_what_it_lets_in(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Stubborn())
    assert len(stage.state().denominations) == 6
    assert stage.state().accepting == [rupees(10)]


def test_a_state_of_another_kind_of_device_is_said_and_the_start_up_begins_again(
    stage: Stage,
) -> None:
    protocol = stage.visit.device.protocol
    while protocol.bytes_to_send()[3:4] != bytes((Code.POLL,)):
        stage.visit.now += 0.01
        protocol.tick(stage.visit.now)
    protocol.receive_bytes(Frame(b"\x1d").to_bytes(), stage.visit.now)
    stage.run(0.5)
    assert stage.faults() == ["notes.device.refuses"]
    assert stage.status() is Status.OUT_OF_SERVICE
    stage.run(3.0)
    assert stage.status() is Status.READY


# --- conditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "ends"), [("safe", NoteStacked), ("unsafe", NoteReturned)])
def test_power_cut_in_a_jam_credits_only_what_ends_in_the_box(
    stage: Stage, where: str, ends: type[NoteStacked | NoteReturned]
) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.4)
    stage.visit.hand("jam", where=where)
    stage.visit.hand("power_cycle")
    stage.run(10.0)
    assert stage.till.journal == {}
    stage.visit.hand("clear_jam")
    assert stage.run_until(ends) == ends(note.id, rupees(500))
    assert bool(stage.in_box()) is (where == "safe")


def test_cash_box_that_is_out_over_a_power_cut_is_told_once(stage: Stage) -> None:
    stage.visit.hand("remove_cash_box")
    stage.run(1.0)
    stage.visit.hand("power_cycle")
    stage.run(8.0)
    assert stage.till.heard(CashBoxMoved) == [CashBoxMoved(is_present=False)]
    assert stage.faults() == ["notes.cashbox.removed"]


def test_a_broken_motor_is_named_and_reset_is_tried_now_and_then(broken: Stage) -> None:
    insist(broken, Said(Unit.FAILURE, 0x50))
    broken.tap.carried.clear()
    broken.run(2.5 * REPAIR_EVERY)
    assert broken.status() is Status.OUT_OF_SERVICE
    assert [(fault.code, fault.detail) for fault in broken.state().faults] == [
        ("notes.failure", "stack motor (50)")
    ]
    assert commands(broken).count(Code.RESET) == 2
    insist(broken, None)
    broken.run(3.0)
    assert broken.status() is Status.READY and broken.faults() == []


def test_a_broken_motor_with_a_note_inside_is_not_reset(broken: Stage) -> None:
    note = broken.escrow()
    insist(broken, Said(Unit.FAILURE, 0x50))
    broken.tap.carried.clear()
    broken.run(2.5 * REPAIR_EVERY)
    assert Code.RESET not in commands(broken)
    insist(broken, None)
    assert broken.run_until(NoteReturned) == NoteReturned(note.id, rupees(500))


def test_a_second_note_in_the_mouth_is_refused_and_one_that_sticks_blocks_it(broken: Stage) -> None:
    insist(broken, Said(Unit.PAUSE))
    broken.run(3.0)
    assert broken.till.heard(NoteRejected) == [NoteRejected("second_note")]
    assert broken.faults() == []
    broken.run(10.0)
    assert broken.faults() == ["notes.path.blocked"]
    insist(broken, None)
    broken.run(1.0)
    assert broken.faults() == [] and broken.status() is Status.READY
