"""The emulated unit keeps its word: what is repeated, what is illegal, what goes back by itself."""

from __future__ import annotations

import pytest

from drivers.ccnet.codec import (
    ACK,
    NAK,
    Answer,
    Code,
    Frame,
    FrameReader,
    Reply,
    Request,
    Said,
    Unit,
    enable_bill_types,
)
from drivers.ccnet.emulator import ESCROW_LASTS, INITIALIZES, UNPOLLED, NoteAcceptorEmulator
from firmware.runtime.bench import BenchRefused

ALL = enable_bill_types(frozenset(range(6)))
TEN_RUPEES = 1000  # paise: bill type 0


class Host:
    """A host that says just what the test says. It is `now` on its own clock."""

    def __init__(self) -> None:
        self.unit, self.now = NoteAcceptorEmulator(), 0.0
        assert self.poll() == Said(Unit.POWER_UP)
        assert self.ask(Request(Code.RESET)) == Answer(Reply.ACK)
        self.now += INITIALIZES
        assert self.ask(ALL) == Answer(Reply.ACK)

    def ask(self, request: Request) -> Answer:
        self.unit.receive_bytes(Frame(request.to_data()).to_bytes(), self.now)
        return self.heard()

    def heard(self) -> Answer:
        (frame,) = FrameReader().feed(self.unit.bytes_to_send(), 0.0)
        return Answer.from_data(frame.data)

    def poll(self, after: float = 0.0) -> Said:
        self.now += after
        return Said.from_data(self.ask(Request(Code.POLL)).data)

    def say(self, raw: bytes) -> None:
        self.unit.receive_bytes(raw, self.now)

    def stacked(self) -> Said:
        self.unit.hand_insert(self.now, TEN_RUPEES)
        assert self.poll(after=0.7) == Said(Unit.ESCROW, 0)
        assert self.ask(Request(Code.STACK)) == Answer(Reply.ACK)
        assert self.poll(after=0.3) == Said(Unit.STACKING)
        return self.poll(after=0.7)


def test_a_stacked_note_is_said_until_that_reply_is_acknowledged() -> None:
    host = Host()
    assert [host.stacked(), host.poll(), host.poll()] == [Said(Unit.STACKED, 0)] * 3
    host.say(ACK)
    assert host.poll() == Said(Unit.IDLING)


def test_an_acknowledgement_of_another_reply_is_none_of_the_credit() -> None:
    host = Host()
    host.stacked()
    host.ask(Request(Code.GET_STATUS))
    host.say(ACK)
    assert host.poll() == Said(Unit.STACKED, 0)


def test_nak_has_the_last_reply_again() -> None:
    host = Host()
    host.stacked()
    host.say(NAK)
    assert Said.from_data(host.heard().data) == Said(Unit.STACKED, 0)


@pytest.mark.parametrize("code", [Code.STACK, Code.RETURN, Code.HOLD, Code.IDENTIFICATION])
def test_a_command_that_does_not_suit_the_state_is_illegal(code: Code) -> None:
    assert Host().ask(Request(code)) == Answer(Reply.ILLEGAL)


def test_a_note_in_escrow_goes_back_after_ten_seconds_and_hold_gives_ten_more() -> None:
    host = Host()
    host.unit.hand_insert(host.now, TEN_RUPEES)
    assert host.poll(after=0.7) == Said(Unit.ESCROW, 0)
    host.now += ESCROW_LASTS - 1.0
    host.unit.tick(host.now)
    assert host.ask(Request(Code.HOLD)) == Answer(Reply.ACK)
    assert host.poll(after=ESCROW_LASTS - 1.0) == Said(Unit.HOLDING)
    assert host.poll(after=1.1) == Said(Unit.RETURNING)
    assert host.poll(after=1.0) == Said(Unit.RETURNED, 0)
    assert host.unit.physics()["returned"] == {"1000": 1}


def test_a_bill_type_without_escrow_is_stacked_at_once() -> None:
    host = Host()
    assert host.ask(Request(Code.ENABLE_BILL_TYPES, b"\xff" * 3 + bytes(3))) == Answer(Reply.ACK)
    host.unit.hand_insert(host.now, TEN_RUPEES)
    assert host.poll(after=0.7) == Said(Unit.STACKING)


def test_a_unit_that_nobody_polls_disables_itself_and_gives_the_note_back() -> None:
    host = Host()
    host.unit.hand_insert(host.now, TEN_RUPEES)
    host.unit.tick(host.now + 0.7)
    host.unit.tick(host.now + UNPOLLED + 1.0)
    assert host.unit.physics()["at"] == "moving_out"
    assert host.unit.physics()["accepting"] == []


def test_the_time_that_the_host_took_to_order_a_note_stacked() -> None:
    host = Host()
    host.unit.hand_insert(host.now, TEN_RUPEES)
    host.poll(after=0.7)
    host.now += 0.25
    host.ask(Request(Code.STACK))
    assert host.unit.physics()["stack_ordered_after"] == pytest.approx(0.25)


def test_the_mouth_is_shut_while_a_credit_is_not_acknowledged() -> None:
    host = Host()
    host.stacked()
    with pytest.raises(BenchRefused, match="shut"):
        host.unit.hand_insert(host.now, TEN_RUPEES)


def test_a_denomination_that_the_bill_table_cannot_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="one digit and zeros, got 15"):
        NoteAcceptorEmulator(denominations=(15,))
