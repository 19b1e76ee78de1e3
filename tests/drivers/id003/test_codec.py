"""ID-003 frames: the bytes of a real bus, and whatever else a wire may bring."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.crc import kermit
from drivers.id003.codec import (
    DENOMINATIONS,
    FRAME_GAP,
    LONGEST_FRAME,
    OVERHEAD,
    WITH_DATA,
    Code,
    CorruptFrame,
    Currency,
    Frame,
    FrameReader,
    Said,
    Status,
    enabled_denominations,
    failure,
    reject_reason,
    set_denominations,
    set_inhibit,
    text,
)

VECTORS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/id003/frames.toml").read_text()
)
ALL = VECTORS["host"] + VECTORS["unit"] + VECTORS["reply"]
frames = st.builds(
    Frame, code=st.integers(0, 0xFF), data=st.binary(max_size=LONGEST_FRAME - OVERHEAD)
)


def read(raw: bytes) -> list[Frame]:
    return FrameReader().feed(raw, now=0.0)


def test_crc_of_the_catalogue() -> None:
    assert kermit(b"123456789") == 0x2189  # CRC-16/KERMIT


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["name"])
def test_frames_of_a_real_bus(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["raw"])
    frame = Frame(vector["code"], bytes.fromhex(vector["data"]))
    assert frame.to_bytes() == raw
    assert read(raw) == [frame]
    assert kermit(raw) == 0


@pytest.mark.parametrize("vector", VECTORS["unit"], ids=lambda vector: vector["name"])
def test_every_status_is_known_and_written_as_it_was_read(vector: dict[str, Any]) -> None:
    frame = Frame(vector["code"], bytes.fromhex(vector["data"]))
    assert Said.from_frame(frame).to_frame() == frame


@pytest.mark.parametrize("vector", VECTORS["host"], ids=lambda vector: vector["name"])
def test_every_command_is_known(vector: dict[str, Any]) -> None:
    assert vector["code"] in list(Code)


def test_the_same_code_is_one_thing_from_the_host_and_another_from_the_unit() -> None:
    shared = {code.value for code in Code} & {status.value for status in Status}
    assert shared >= {0x11, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x50}


def test_settings_of_the_vectors() -> None:
    assert set_inhibit(False).to_bytes() == bytes.fromhex("FC 06 C3 00 04 D6")
    assert set_denominations(frozenset(DENOMINATIONS)).to_bytes() == bytes.fromhex(
        "FC 07 C0 00 00 2D B5"
    )
    eight = frozenset(DENOMINATIONS) - frozenset(range(0x61, 0x69))
    assert set_denominations(eight).to_bytes() == bytes.fromhex("FC 07 C0 FF 00 ED 4A")


@given(st.frozensets(st.sampled_from(DENOMINATIONS)))
def test_denominations_let_in_are_those_that_were_asked_for(codes: frozenset[int]) -> None:
    assert enabled_denominations(set_denominations(codes).data) == codes


def test_currency_of_the_vectors_and_of_india() -> None:
    (vector,) = VECTORS["currency"]
    currency = Currency.from_data(bytes.fromhex(vector["data"]))
    assert currency == Currency(vector["country"], {vector["code"]: vector["value"]})
    india = Currency(0x00, {0x61: 10, 0x62: 20, 0x63: 50, 0x64: 100, 0x65: 200, 0x66: 500})
    assert india.to_data()[:4] == bytes((0x61, 0x00, 1, 1))
    assert Currency.from_data(india.to_data()) == india


@pytest.mark.parametrize("data", [b"\x61\x00\x01", b"\x61\x00\x01\x63"])
def test_a_currency_that_is_cut_short_or_absurd_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptFrame):
        Currency.from_data(data)


def test_a_denomination_that_is_not_assigned_has_no_value() -> None:
    assert Currency.from_data(b"\x61\xe0\x00\x00").values == {}


def test_reasons_failures_and_texts() -> None:
    assert (reject_reason(0x79), reject_reason(0x7A)) == ("inhibited", "unknown_7a")
    assert failure(0xA2) == "A2 stack motor"
    assert failure(0x10) == "10 of no table of ours"
    assert text(b"UBA-10-SS \x00") == "UBA-10-SS"


@pytest.mark.parametrize("status", sorted(WITH_DATA))
def test_a_status_without_its_byte_is_corrupt(status: Status) -> None:
    with pytest.raises(CorruptFrame, match=status.name):
        Said.from_frame(Frame(status))


# --- the wire ------------------------------------------------------------------------------------


@given(st.lists(frames, max_size=5), st.data())
def test_frames_are_read_wherever_the_wire_cuts_them(
    sent: list[Frame], data: st.DataObject
) -> None:
    raw = b"".join(frame.to_bytes() for frame in sent)
    cut = data.draw(st.integers(0, len(raw)))
    reader = FrameReader()
    assert reader.feed(raw[:cut], 0.0) + reader.feed(raw[cut:], 0.01) == sent


def test_a_frame_after_a_silence_is_not_hidden_by_half_a_frame_before() -> None:
    reader, whole = FrameReader(), Frame(Code.STATUS_REQUEST).to_bytes()
    assert reader.feed(b"\xfc\x40\x13", 0.0) == [], "61 bytes are to come"
    assert reader.feed(whole, FRAME_GAP * 1.01) == [Frame(Code.STATUS_REQUEST)]


def test_a_frame_behind_an_fc_that_begins_none_is_found() -> None:
    whole = Frame(Code.STATUS_REQUEST).to_bytes()
    assert read(b"\xfc\x00\xfc\xfc" + whole) == [Frame(Code.STATUS_REQUEST)]
    assert read(b"\xfc\x06\x11" + whole) == [Frame(Code.STATUS_REQUEST)]


def test_an_enq_of_a_unit_in_interrupt_mode_is_nothing() -> None:
    whole = Frame(Code.STATUS_REQUEST).to_bytes()
    assert read(b"\x05" + whole + b"\x05" + whole) == [Frame(Code.STATUS_REQUEST)] * 2


@given(frames, st.data())
def test_a_flipped_bit_is_seen(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(frame.to_bytes())
    place = data.draw(st.integers(2, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    assert frame not in read(bytes(raw))


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_noise_raises_nothing_and_is_not_hoarded(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        reader.feed(piece, 0.0)
        assert len(reader._kept) < LONGEST_FRAME
