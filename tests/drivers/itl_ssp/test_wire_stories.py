"""What happens to the wire and the mechanics: named after the incidents."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from drivers.base.loopback import Unplugged
from drivers.itl_ssp.codec import Code, Frame
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from firmware.contract.device import (
    Acknowledge,
    CheatAttempt,
    NoteStacked,
    NoteUnaccounted,
    Stack,
    Status,
    event_key,
)
from firmware.contract.money import rupees
from tests.drivers.itl_ssp.stage import Stage, Tap
from tests.drivers.note_trouble import NoteTrouble


class TestTrouble(NoteTrouble):
    """That of every maker; the unit says where a jam is, not what is stuck."""

    jams: ClassVar = {"safe": "notes.jam.safe", "unsafe": "notes.jam.unsafe"}
    cheat = CheatAttempt("channel 1")


# --- the wire ------------------------------------------------------------------------------------


def test_old_firmware_without_poll_with_ack_credits_once(old_stage: Stage) -> None:
    old_stage.visit.hand("insert", paise=50000)
    old_stage.run_until(NoteStacked)
    old_stage.run(5.0)
    assert len(old_stage.till.heard(NoteStacked)) == 1
    assert old_stage.status() is Status.READY


def test_old_firmware_credit_in_a_pulled_cable_is_had_by_the_same_flag(old_stage: Stage) -> None:
    note = old_stage.escrow()
    old_stage.ask(Stack(note.id))
    old_stage.run_until_the_credit_is_in_the_cable()
    Unplugged(0.5).strike(old_stage.visit)
    assert old_stage.run_until(NoteStacked, within=5.0)


def test_old_firmware_that_loses_power_with_the_credit_in_the_cable(old_stage: Stage) -> None:
    note = old_stage.escrow()
    old_stage.ask(Stack(note.id))
    old_stage.run_until_the_credit_is_in_the_cable()
    old_stage.visit.unplug()
    old_stage.visit.hand("power_cycle")
    old_stage.run(3.0)
    old_stage.visit.plug()
    assert old_stage.run_until(NoteUnaccounted) == NoteUnaccounted(note.id, rupees(500))


def test_firmware_below_protocol_6_is_refused_and_said(tmp_path: Path) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(protocol_version=5))
    assert stage.faults() == ["notes.device.refuses"]
    assert stage.status() is Status.OUT_OF_SERVICE


@pytest.mark.parametrize("version", [6, 7, 8])
def test_versions_are_negotiated_downwards(tmp_path: Path, version: int) -> None:
    stage = Stage(tmp_path, NoteAcceptorEmulator(protocol_version=version))
    assert rupees(500) in stage.state().denominations


# --- conditions ----------------------------------------------------------------------------------


# --- the order of things on the wire -------------------------------------------------------------

START_UP = "11 06 05 0c 58 18"


def asked_after_restart(stage: Stage) -> str:
    """The codes of the commands that a fresh driver sends in its first half second."""
    tap = Tap(to_device=True)
    stage.visit.wire = tap
    stage.visit.start_driver()
    stage.run(0.5)
    return " ".join(f"{data[3]:02x}" for data in tap.carried)


def test_start_up_asks_for_a_note_in_escrow_before_the_first_poll(stage: Stage) -> None:
    assert asked_after_restart(stage).startswith(f"{START_UP} 02 0a 56 ")


def test_a_note_found_in_escrow_goes_back_before_anything_is_enabled_or_polled(
    stage: Stage,
) -> None:
    stage.escrow()
    assert asked_after_restart(stage).startswith(f"{START_UP} 08 02 0a 56 ")


def test_a_fresh_driver_sees_what_the_unit_repeats_before_it_acknowledges(stage: Stage) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    credit = stage.run_until(NoteStacked)
    stage.visit.unplug()
    key = event_key(credit)
    assert key is not None
    stage.ask(Acknowledge(key))
    stage.visit.plug()
    assert asked_after_restart(stage).startswith(f"{START_UP} 02 0a 56 57 ")


def test_an_event_of_a_payout_unit_is_said_and_the_start_up_begins_again(stage: Stage) -> None:
    protocol = stage.visit.device.protocol
    stage.run(0.1)
    while (asked := protocol.bytes_to_send()) == b"":
        protocol.tick(stage.visit.now + 1.0)
    protocol.receive_bytes(
        Frame(bool(asked[1] & 0x80), b"\xf0\xda\x01").to_bytes(), stage.visit.now + 1.0
    )
    stage.run(0.5)
    assert stage.faults() == ["notes.device.refuses"]
    assert stage.status() is Status.OUT_OF_SERVICE
    stage.run(3.0)
    assert stage.status() is Status.READY


def test_a_lease_that_ends_while_a_note_is_stacked_shuts_the_mouth_after_it(stage: Stage) -> None:
    note = stage.escrow()
    stage.ask(Stack(note.id))
    stage.run(0.3)
    tap = Tap(to_device=True)
    stage.visit.wire = tap
    stage.till.lease = None
    stage.visit.device.on_lease(None)
    stage.run(0.2)
    assert stage.visit.emulator.physics()["at"] == "stacking"
    assert {data[3] for data in tap.carried} == {Code.POLL_WITH_ACK}
    stage.run(2.0)
    assert stage.till.heard(NoteStacked)
    assert stage.visit.emulator.physics()["accepting"] == []


def test_a_unit_that_disabled_itself_is_enabled_again(stage: Stage) -> None:
    stage.run(3.0)
    for flag in (False, True):  # somebody else's DISABLE: one of the two is no repeat
        disable = Frame(flag, bytes((Code.DISABLE,))).to_bytes()
        stage.visit.emulator.receive_bytes(disable, stage.visit.now)
    stage.visit.emulator.bytes_to_send()
    assert not stage.visit.emulator.physics()["is_enabled"]
    stage.run(3.0)
    assert len(stage.visit.emulator.physics()["accepting"]) == 6


def test_an_acknowledgement_in_the_cable_does_not_confirm_a_credit_the_till_has_not(
    stage: Stage,
) -> None:
    stage.till.acknowledges = False
    stage.visit.hand("insert", paise=50000)
    first = stage.run_until(NoteStacked)
    stage.run(1.0)
    stage.escrow(10000)
    stage.visit.hand("link_drop", seconds=1.0)
    stage.ask(Acknowledge(event_key(first) or ""))
    stage.visit.hand("power_cycle")
    while stage.run_until(NoteStacked) == first:
        pass
    tap = Tap(to_device=True)
    stage.visit.wire = tap
    stage.run(3.0)
    assert Code.EVENT_ACK not in {data[3] for data in tap.carried}


def test_a_lost_answer_is_waited_for_asleep(stage: Stage) -> None:
    """The driver once span on a poll that was due while the answer before it was awaited."""
    stage.visit.hand("link_drop", seconds=3.0)
    protocol = stage.visit.device.protocol
    until, wakes = stage.visit.now + 2.5, 0
    while stage.visit.now < until:
        stage.run(max(protocol.next_deadline() - stage.visit.now, 0.001))
        wakes += 1
    assert wakes < 20
