"""CCNET frames: captured bytes, and whatever else a wire may bring."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.crc import kermit
from drivers.ccnet.codec import (
    FRAME_GAP,
    LONGEST,
    NO_BILL,
    WITH_DETAIL,
    Answer,
    BillStatus,
    Code,
    CorruptFrame,
    Denomination,
    Frame,
    FrameReader,
    Identification,
    Reply,
    Request,
    Said,
    Unit,
    bill_table,
    bill_table_data,
    enable_bill_types,
    failure,
    fits,
    reject_reason,
    types_mask,
    types_of,
)

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/ccnet/frames.toml").read_text()
)
frames = st.builds(Frame, st.binary(min_size=1, max_size=LONGEST - 5))
types = st.frozensets(st.integers(0, 23))


def read(raw: bytes) -> list[Frame]:
    return FrameReader().feed(raw, now=0.0)


def captured(name: str) -> bytes:
    (frame,) = read(bytes.fromhex(VECTORS["captured"][name]))
    return frame.data


def test_crc_of_the_catalogue() -> None:
    assert kermit(b"123456789") == 0x2189  # CRC-16/KERMIT


@pytest.mark.parametrize("vector", VECTORS["frame"], ids=lambda vector: vector["name"])
def test_frames_of_the_documents(vector: dict[str, Any]) -> None:
    raw, data = bytes.fromhex(vector["raw"]), bytes.fromhex(vector["data"])
    assert Frame(data).to_bytes() == raw
    assert read(raw) == [Frame(data)]


@pytest.mark.parametrize("vector", VECTORS["said"], ids=lambda vector: vector["raw"])
def test_states_of_the_documents(vector: dict[str, Any]) -> None:
    (frame,) = read(bytes.fromhex(vector["raw"]))
    said = Said(Unit[vector["unit"]], vector["detail"])
    assert Said.from_data(frame.data) == said
    assert said.to_data() == frame.data


def test_a_captured_status_lets_nothing_in() -> None:
    data = captured("status")
    assert BillStatus.from_data(data) == BillStatus(frozenset(), frozenset())
    assert BillStatus.from_data(data).to_data() == data


def test_a_captured_identification() -> None:
    who = Identification.from_data(captured("identification"))
    assert who == Identification("ID003", "231000760443", bytes(7))
    assert who.to_data() == captured("identification")


def test_a_captured_bill_table() -> None:
    table = bill_table(captured("bill_table"))
    values = [5, 10, 20, 50, 100, 200, 500]
    assert table == (*(Denomination(value, "EUR") for value in values), *[NO_BILL] * 17)
    assert bill_table_data(table[:7]) == captured("bill_table")


def test_a_note_worth_less_than_one_unit_is_worth_nothing_here() -> None:
    assert Denomination.from_data(b"\x05IND\x81").value == 0
    assert Denomination.from_data(b"\x05IND\xff").value == 0


def test_bill_types_are_bits_from_the_last_byte_upwards() -> None:
    assert types_mask(frozenset({0, 7, 8, 23})) == bytes.fromhex("80 01 81")
    everything = frozenset(range(24))
    assert enable_bill_types(everything).to_data() == bytes.fromhex("34 FF FF FF FF FF FF")


def test_reasons_are_words_and_a_new_one_keeps_its_number() -> None:
    assert reject_reason(0x68) == "inhibited"
    assert reject_reason(0x92) == "barcode"
    assert reject_reason(0x2A) == "unknown_2a"
    assert failure(0x50) == "stack motor (50)"
    assert failure(0x99) == "unknown (99)"


@given(frames)
def test_every_frame_comes_back(frame: Frame) -> None:
    assert read(frame.to_bytes()) == [frame]


@given(frames, frames)
def test_two_frames_on_end_come_back_both(one: Frame, two: Frame) -> None:
    assert read(one.to_bytes() + two.to_bytes()) == [one, two]


@given(types, types)
def test_a_status_comes_back(enabled: frozenset[int], high: frozenset[int]) -> None:
    status = BillStatus(enabled, high)
    assert BillStatus.from_data(status.to_data()) == status
    assert types_of(types_mask(enabled)) == enabled


@given(st.sampled_from(Unit), st.integers(0, 255))
def test_every_state_comes_back(unit: Unit, detail: int) -> None:
    said = Said(unit, detail if unit in WITH_DETAIL else 0)
    assert Said.from_data(said.to_data()) == said


def test_noise_with_the_head_of_a_frame_in_it_does_not_swallow_the_next() -> None:
    whole = Frame(b"\x81\x01")
    for noise in ("02 02 03 03 02", "02 03 09", "02 03 06 33"):
        assert read(bytes.fromhex(noise) + whole.to_bytes()) == [whole], noise


def test_a_frame_that_breaks_off_is_over_after_a_silence() -> None:
    whole, reader = Frame(b"\x81\x01"), FrameReader()
    assert reader.feed(bytes.fromhex("02 03 FA"), now=0.0) == []
    assert reader.feed(whole.to_bytes(), now=FRAME_GAP * 2) == [whole]


def test_one_flipped_bit_is_never_a_frame() -> None:
    raw = Frame(b"\x81\x05").to_bytes()
    for place in range(8 * len(raw)):
        hurt = bytearray(raw)
        hurt[place // 8] ^= 1 << place % 8
        assert read(bytes(hurt)) == []


@given(st.lists(st.binary(max_size=600), max_size=8))
def test_arbitrary_bytes_raise_nothing_and_leave_less_than_a_frame(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for number, piece in enumerate(pieces):
        reader.feed(piece, now=number * 0.05)
        assert len(reader._buffer) < LONGEST


@given(st.binary(max_size=130))
def test_arbitrary_replies_are_read_or_called_corrupt(data: bytes) -> None:
    Request.from_data(data)
    answer = Answer.from_data(data)
    assert answer.to_data() == data
    for code in Code:
        fits(Request(code), answer)
    for parse in (Said.from_data, BillStatus.from_data, Identification.from_data, bill_table):
        try:
            parse(data)
        except CorruptFrame as error:
            assert "expected" in str(error)


def test_an_answer_must_have_the_shape_of_one_to_its_question() -> None:
    poll, stack, table = Request(Code.POLL), Request(Code.STACK), Request(Code.GET_BILL_TABLE)
    said, ack = Answer(Reply.DATA, b"\x81\x01"), Answer(Reply.ACK)
    assert fits(poll, said) and fits(stack, ack)
    assert not fits(poll, ack) and not fits(stack, said) and not fits(table, said)
    assert all(fits(each, Answer(Reply.ILLEGAL)) for each in (poll, stack, table))


def test_a_corrupt_frame_says_bytes_expected_and_got() -> None:
    with pytest.raises(CorruptFrame, match=r"02 03 06 33 da 82: expected CRC 81da, got 82da"):
        Frame.from_bytes(bytes.fromhex("02 03 06 33 DA 82"))
