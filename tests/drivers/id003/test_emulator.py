"""The emulated unit keeps ID-003's habits, also those that our own host never tries."""

from __future__ import annotations

import pytest

from drivers.base.notes_mechanics import TO_RECOVERY_POINT, TO_STACK, TRAVEL
from drivers.id003.codec import Code, Frame, FrameReader, Said, Status, set_inhibit
from drivers.id003.emulator import ESCROW_LASTS, UNPOLLED, NoteAcceptorEmulator

TEN_RUPEES = 1000  # paise: code 61


class Host:
    """A host that says just what the test says."""

    def __init__(self) -> None:
        self.unit, self._reader = NoteAcceptorEmulator(), FrameReader()
        assert self.ask(Code.RESET, 0.0) == Status.ACK
        self.unit.receive_bytes(set_inhibit(False).to_bytes(), 0.0)
        self.unit.bytes_to_send()
        assert self.ask(Code.STATUS_REQUEST, 2.0) == Status.ENABLED

    def ask(self, code: Code, now: float) -> int | None:
        """The code of the answer; None where there is none."""
        return self.raw(Frame(code).to_bytes(), now)

    def raw(self, data: bytes, now: float) -> int | None:
        self.unit.receive_bytes(data, now)
        answers = self._reader.feed(self.unit.bytes_to_send(), now)
        assert len(answers) <= 1
        return answers[0].code if answers else None

    def poll(self, since: float, until: float) -> list[int | None]:
        """The statuses of that time, each once as long as it lasts."""
        said: list[int | None] = []
        for tick in range(round((until - since) / 0.1)):
            status = self.ask(Code.STATUS_REQUEST, since + tick * 0.1)
            said += [] if said[-1:] == [status] else [status]
        return said


def in_escrow() -> Host:
    """Since 3.0 seconds."""
    host = Host()
    host.unit.hand_insert(3.0 - TRAVEL, TEN_RUPEES)
    assert host.ask(Code.STATUS_REQUEST, 3.0) == Status.ESCROW
    return host


def test_a_note_on_its_way_to_the_box_says_one_thing_after_the_other() -> None:
    host = in_escrow()
    assert host.ask(Code.STACK_1, 3.2) == Status.ACK
    assert host.poll(3.2, 5.0) == [Status.STACKING, Status.VEND_VALID]
    assert host.ask(Code.ACK, 5.0) is None
    assert host.poll(5.1, 5.5) == [Status.STACKED, Status.ENABLED]
    assert host.unit.physics()["stack_ordered_after"] == pytest.approx(0.2)


def test_stack_2_says_vend_valid_before_the_note_lies_in_the_box() -> None:
    reached = 3.2 + TO_RECOVERY_POINT
    for order, status in ((Code.STACK_1, Status.STACKING), (Code.STACK_2, Status.VEND_VALID)):
        host = in_escrow()
        host.ask(order, 3.2)
        assert host.ask(Code.STATUS_REQUEST, reached + TO_STACK / 2) == status
        assert host.ask(Code.STATUS_REQUEST, reached + TO_STACK + 0.01) == Status.VEND_VALID


def test_a_note_goes_back_after_ten_seconds_in_escrow() -> None:
    host = in_escrow()
    assert host.poll(3.0, 3.0 + ESCROW_LASTS - 0.1) == [Status.ESCROW]
    assert host.poll(3.0 + ESCROW_LASTS, 15.0) == [Status.REJECTING, Status.ENABLED]
    assert host.unit.physics()["returned"] == {"1000": 1}


def test_hold_gives_ten_seconds_more() -> None:
    host = in_escrow()
    host.poll(3.0, 12.0)
    assert host.ask(Code.HOLD, 12.0) == Status.ACK
    assert host.poll(12.0, 12.0 + ESCROW_LASTS - 0.1) == [Status.HOLDING]


def test_a_host_that_polls_no_more_has_its_note_given_back_and_the_mouth_shut() -> None:
    host = in_escrow()
    host.unit.tick(3.0 + UNPOLLED)
    assert host.unit.physics()["at"] == "moving_out"
    assert host.unit.physics()["accepting"] == []


@pytest.mark.parametrize("order", [Code.STACK_1, Code.STACK_2, Code.RETURN, Code.HOLD])
def test_an_order_without_a_note_is_an_invalid_command(order: Code) -> None:
    assert Host().ask(order, 2.5) == Status.INVALID_COMMAND


def test_a_hurt_frame_is_a_communication_error() -> None:
    host = Host()
    assert host.raw(b"\xfc\x05\x11\x27\x57", 2.5) == Status.COMMUNICATION_ERROR


def test_an_acknowledgement_of_nothing_changes_nothing() -> None:
    host = Host()
    assert host.ask(Code.ACK, 2.5) is None
    assert host.ask(Code.STATUS_REQUEST, 2.6) == Status.ENABLED


def test_a_refused_note_is_said_with_its_reason_however_late_the_poll() -> None:
    host = Host()
    host.unit.hand_insert(2.1, TEN_RUPEES, quality="torn")
    host.unit.tick(4.5)
    host.unit.receive_bytes(Frame(Code.STATUS_REQUEST).to_bytes(), 4.6)
    assert host.unit.bytes_to_send() == Said(Status.REJECTING, 0x7D).to_frame().to_bytes()
