"""SSP packets: the documents' own bytes, and whatever else a wire may bring."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.crc import cms
from drivers.itl_ssp.codec import (
    FRAME_GAP,
    LONGEST_DATA,
    WITH_CHANNEL,
    Answer,
    CorruptFrame,
    Counters,
    Frame,
    FrameReader,
    Generic,
    Poll,
    PollEvent,
    Request,
    Setup,
    enabled_channels,
    parse_poll,
    reject_reason,
    serial_number,
    set_inhibits,
)

VECTORS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/itl_ssp/packets.toml").read_text()
)
frames = st.builds(
    Frame,
    sequence=st.booleans(),
    data=st.binary(min_size=0, max_size=LONGEST_DATA),
    address=st.integers(0, 0x7D),
)


def read(raw: bytes) -> list[Frame]:
    return FrameReader().feed(raw, now=0.0)


def data_of(vector: dict[str, Any]) -> bytes:
    (frame,) = read(bytes.fromhex(vector["raw"]))
    assert frame.to_bytes() == bytes.fromhex(vector["raw"])
    return Answer.from_data(frame.data).data


def test_crc_of_the_catalogue() -> None:
    assert cms(b"123456789") == 0xAEE7  # CRC-16/CMS


@pytest.mark.parametrize("vector", VECTORS["packet"], ids=lambda vector: vector["name"])
def test_packets_of_the_documents(vector: dict[str, Any]) -> None:
    raw, data = bytes.fromhex(vector["raw"]), bytes.fromhex(vector["data"])
    frame = Frame(bool(raw[1] & 0x80), data)
    assert frame.to_bytes() == raw
    assert read(raw) == [frame]


@pytest.mark.parametrize("vector", VECTORS["setup"], ids=lambda vector: vector["name"])
def test_set_up_replies_of_the_documents(vector: dict[str, Any]) -> None:
    setup = Setup.from_data(data_of(vector))
    expected = {key: vector[key] for key in ("unit", "firmware", "country", "version")}
    assert vars(setup) == expected | {"values": tuple(vector["values"])}


def test_a_unit_of_ours_answers_set_up_as_the_document_does() -> None:
    raw = data_of(VECTORS["setup"][1])
    assert Setup.from_data(raw).to_data() == raw


@pytest.mark.parametrize("vector", VECTORS["poll"], ids=lambda vector: vector["raw"])
def test_poll_replies_of_the_documents(vector: dict[str, Any]) -> None:
    events, unknown = parse_poll(data_of(vector))
    assert [[event.code.name, event.channel] for event in events] == vector["events"]
    assert unknown == b""
    assert b"".join(event.to_bytes() for event in events) == data_of(vector)


def test_serial_number_of_the_document() -> None:
    assert serial_number(bytes.fromhex("00 1C 96 2C")) == 1873452


def test_inhibit_bits_let_in() -> None:
    assert set_inhibits(frozenset({1, 2, 3})).to_data() == bytes.fromhex("02 07 00")
    assert enabled_channels(bytes.fromhex("07 80")) == frozenset({1, 2, 3, 16})


def test_reject_codes_are_words_and_a_new_one_keeps_its_number() -> None:
    assert reject_reason(b"\x06") == "inhibited"
    assert reject_reason(b"\x1d") == "unable_to_stack"
    assert reject_reason(b"\x2a") == "unknown_2a"
    assert reject_reason(b"") == "not_told"


@given(frames)
def test_every_frame_comes_back(frame: Frame) -> None:
    assert read(frame.to_bytes()) == [frame]


@given(frames, frames)
def test_two_frames_on_end_come_back_both(one: Frame, two: Frame) -> None:
    assert read(one.to_bytes() + two.to_bytes()) == [one, two]


@pytest.mark.parametrize("count", range(1, 20))
def test_7f_everywhere(count: int) -> None:
    frame = Frame(True, b"\x7f" * count)
    assert frame.to_bytes().count(0x7F) >= 1 + 2 * count
    assert read(frame.to_bytes()) == [frame]


def test_a_packet_that_breaks_off_does_not_swallow_the_next() -> None:
    whole = Frame(False, b"\xf0\xee\x06")
    assert read(whole.to_bytes()[:5] + whole.to_bytes()) == [whole]


def test_a_silence_ends_a_packet() -> None:
    raw, reader = Frame(False, b"\xf0\xee\x06").to_bytes(), FrameReader()
    assert reader.feed(raw[:5], now=0.0) == []
    assert reader.feed(raw[5:], now=FRAME_GAP * 2) == []
    assert reader.feed(raw, now=FRAME_GAP * 4) != []


def test_one_flipped_bit_is_never_a_frame() -> None:
    raw = Frame(False, b"\xf0\xcc\xee\x06").to_bytes()
    for place in range(8, 8 * len(raw)):
        hurt = bytearray(raw)
        hurt[place // 8] ^= 1 << place % 8
        assert read(bytes(hurt)) == []


@given(st.lists(st.binary(max_size=40) | st.just(b"\x7f"), max_size=8))
def test_behind_arbitrary_bytes_and_a_gap_a_frame_is_read(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for number, piece in enumerate(pieces):
        reader.feed(piece, now=number * 0.05)
    frame = Frame(True, b"\xf0\xcc")
    assert reader.feed(frame.to_bytes(), now=len(pieces) * 0.05 + 2 * FRAME_GAP) == [frame]


@given(st.binary(max_size=60))
def test_arbitrary_poll_data_is_read_to_its_end_or_to_what_is_unknown(data: bytes) -> None:
    events, unknown = parse_poll(data)
    assert b"".join(event.to_bytes() for event in events) + unknown == data


@given(st.lists(st.tuples(st.sampled_from(Poll), st.integers(0, 16)), max_size=10))
def test_every_list_of_events_comes_back(pairs: list[tuple[Poll, int]]) -> None:
    events = [PollEvent(code, channel if code in WITH_CHANNEL else 0) for code, channel in pairs]
    assert parse_poll(b"".join(event.to_bytes() for event in events)) == (events, b"")


@given(st.binary(max_size=120))
def test_arbitrary_replies_are_read_or_called_corrupt(data: bytes) -> None:
    Request.from_data(data)
    for parse in (Answer.from_data, Setup.from_data, Counters.from_data, serial_number):
        try:
            parse(data)
        except CorruptFrame as error:
            assert "expected" in str(error)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_counters_come_back(stacked: int, rejected: int) -> None:
    assert Counters.from_data(Counters(stacked, rejected).to_data()) == Counters(stacked, rejected)


def test_a_corrupt_frame_says_bytes_expected_and_got() -> None:
    with pytest.raises(CorruptFrame, match=r"80 01 f0 23 81: expected CRC 8023, got 8123"):
        Frame.from_body(bytes.fromhex("80 01 F0 23 81"))


def test_no_generic_reply_is_no_answer() -> None:
    assert Answer.from_data(b"\xf5\x03") == Answer(Generic.CANNOT_BE_PROCESSED, b"\x03")
    with pytest.raises(CorruptFrame):
        Answer.from_data(b"\x99")
