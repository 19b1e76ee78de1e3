"""Turns on a shared ccTalk wire, byte by byte."""

from __future__ import annotations

import pytest

from drivers.base.party_turns import LATE_AFTER, PartyLine
from drivers.cctalk.codec import HOST, Checksum, Frame, Header
from drivers.cctalk.party import HEARS_AGAIN_AFTER, OBEYED_WITHIN, POLLED_WITHIN, CctalkManners

COIN_POLL = Frame(2, HOST, Header.READ_CREDITS).to_bytes()
COIN_SEARCH = Frame(2, HOST, Header.SIMPLE_POLL).to_bytes()
BILL_POLL = Frame(40, HOST, Header.READ_BILL_EVENTS).to_bytes()
CRC_POLL = Frame(40, HOST, Header.READ_BILL_EVENTS).to_bytes(Checksum.CRC)
STACK = Frame(40, HOST, Header.ROUTE_BILL, b"\x01").to_bytes()
COIN_ANSWER = Frame(HOST, 2, Header.REPLY, bytes(11)).to_bytes()
BILL_ANSWER = Frame(HOST, 40, Header.REPLY, bytes(11)).to_bytes()
CRC_ANSWER = Frame(HOST, 40, Header.REPLY, bytes(11)).to_bytes(Checksum.CRC)
COINS, NOTES = 0, 1


@pytest.fixture
def party() -> PartyLine:
    return PartyLine(CctalkManners(), 2)


def test_a_request_waits_until_the_one_before_it_is_answered(party: PartyLine) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.asked(NOTES, BILL_POLL, 1.0)
    assert party.to_wire() == COIN_POLL
    party.heard(COIN_ANSWER[:7], 1.01)
    assert party.to_wire() == b"", "half an answer"
    party.heard(COIN_ANSWER[7:], 1.02)
    assert party.to_wire() == BILL_POLL
    party.heard(BILL_ANSWER, 1.03)
    assert list(party.to_lines()) == [
        (COINS, COIN_ANSWER[:7]), (COINS, COIN_ANSWER[7:]), (NOTES, BILL_ANSWER)
    ]  # fmt: skip
    assert party.next_deadline() == float("inf")


def test_an_echo_is_no_answer_and_is_not_kept_from_whoever_sent_it(party: PartyLine) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.asked(NOTES, BILL_POLL, 1.0)
    party.to_wire()
    party.heard(COIN_POLL, 1.01)
    assert party.to_wire() == b""
    party.heard(COIN_ANSWER, 1.02)
    assert party.to_wire() == BILL_POLL
    assert list(party.to_lines()) == [(COINS, COIN_POLL), (COINS, COIN_ANSWER)]


def test_the_late_answer_of_one_device_does_not_end_the_turn_of_the_other(party: PartyLine) -> None:
    party.asked(NOTES, BILL_POLL, 1.0)
    party.tick(1.0 + POLLED_WITHIN)
    party.asked(COINS, COIN_POLL, 1.2)
    party.asked(NOTES, BILL_POLL, 1.2)
    party.to_wire()
    party.heard(BILL_ANSWER, 1.21)
    assert party.to_wire() == b"", "the coin acceptor is still to speak"
    party.heard(COIN_ANSWER, 1.22)
    assert party.to_wire() == BILL_POLL


def test_a_device_that_is_not_there_leaves_the_wire_to_the_other(party: PartyLine) -> None:
    party.asked(COINS, COIN_SEARCH, 1.0)
    party.asked(NOTES, BILL_POLL, 1.0)
    assert party.to_wire() == COIN_SEARCH
    assert party.next_deadline() == 1.0 + POLLED_WITHIN
    party.tick(1.0 + POLLED_WITHIN)
    assert party.to_wire() == BILL_POLL


def test_the_talkative_one_does_not_speak_twice_while_the_other_waits(party: PartyLine) -> None:
    now, spoken = 1.0, list[bytes]()
    for _ in range(20):
        party.asked(COINS, COIN_POLL, now)
        party.asked(NOTES, BILL_POLL, now)
        spoken.append(party.to_wire())
        party.heard(COIN_ANSWER if spoken[-1] == COIN_POLL else BILL_ANSWER, now)
        now += 0.01
    assert spoken[::2] == [COIN_POLL] * 10 and spoken[1::2] == [BILL_POLL] * 10


def test_a_late_order_dies_instead_of_acting_late(party: PartyLine) -> None:
    party.asked(COINS, Frame(2, HOST, Header.COIN_ID, b"\x01").to_bytes(), 1.0)
    party.asked(NOTES, STACK, 1.0)
    party.to_wire()
    assert OBEYED_WITHIN > LATE_AFTER
    party.tick(1.0 + OBEYED_WITHIN)
    assert party.to_wire() == b""


def test_a_repeat_takes_the_place_of_what_still_waits(party: PartyLine) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.asked(NOTES, BILL_POLL, 1.0)
    party.asked(NOTES, BILL_POLL, 1.1)
    party.to_wire()
    party.tick(1.0 + POLLED_WITHIN)
    assert party.to_wire() == BILL_POLL
    party.heard(BILL_ANSWER, 1.2)
    assert party.to_wire() == b""


def test_half_a_request_of_a_driver_that_died_does_not_spoil_the_next(party: PartyLine) -> None:
    party.asked(NOTES, BILL_POLL[:3], 1.0)
    assert party.to_wire() == b""
    party.asked(NOTES, BILL_POLL[:2], 1.1)
    party.asked(NOTES, BILL_POLL[2:], 1.11)
    assert party.to_wire() == BILL_POLL


def test_a_device_that_could_not_read_the_other_checksum_is_given_silence_to_forget_it(
    party: PartyLine,
) -> None:
    party.asked(NOTES, CRC_POLL, 1.0)
    party.asked(COINS, COIN_POLL, 1.0)
    assert party.to_wire() == CRC_POLL
    party.heard(CRC_ANSWER, 1.02)
    assert party.to_wire() == b""
    assert party.next_deadline() == 1.02 + HEARS_AGAIN_AFTER
    party.tick(1.02 + HEARS_AGAIN_AFTER)
    assert party.to_wire() == COIN_POLL


def test_noise_from_a_driver_is_not_kept_for_ever(party: PartyLine) -> None:
    for place in range(5000):
        party.asked(NOTES, b"\xff\xff\xff", 1.0 + place * 0.01)
    party.asked(NOTES, BILL_POLL, 100.0)
    assert party.to_wire() == BILL_POLL
