"""ccTalk on the wire: the documents' own bytes, round trips, and bytes that are no frame."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cctalk.codec import (
    HOST,
    MOST_DATA,
    POSITIONS,
    SLOTS,
    Checksum,
    CorruptFrame,
    EventBuffer,
    Frame,
    FrameReader,
    News,
    complement,
    count_new,
    crc,
    enabled_positions,
    inhibit_mask,
)
from drivers.cctalk.coins import (
    CoinId,
    parse_coin_id,
    reason,
)
from tests.drivers.cctalk.vectors import load

BYTE = st.integers(0, 255)
PAIRS = st.tuples(*[st.tuples(BYTE, BYTE)] * SLOTS)
FRAMES = st.builds(Frame, BYTE, BYTE, BYTE, st.binary(max_size=MOST_DATA))
CRC_FRAMES = st.builds(Frame, BYTE, st.none(), BYTE, st.binary(max_size=MOST_DATA))


@pytest.mark.parametrize(
    "vector", load("frames")["frame"], ids=lambda v: f"{v['name']}, {v['checksum']}"
)
def test_frames_of_the_documents(vector: dict[str, Any]) -> None:
    raw, checksum = bytes(vector["bytes"]), Checksum(vector["checksum"])
    frame = Frame(
        vector["destination"], vector.get("source"), vector["header"], bytes(vector["data"])
    )
    assert Frame.from_bytes(raw, checksum) == frame
    assert frame.to_bytes(checksum) == raw


@pytest.mark.parametrize("vector", load("crc")["vector"], ids=lambda v: v["bytes"])
def test_crc_of_the_documents(vector: dict[str, Any]) -> None:
    assert crc(bytes.fromhex(vector["bytes"])) == vector["crc"]


@pytest.mark.parametrize(
    "step", load("counter")["step"], ids=lambda s: f"{s['last']}-{s['counter']}"
)
def test_the_counter_table_of_the_documents(step: dict[str, Any]) -> None:
    news = count_new(step["last"], step["counter"])
    assert news == News(step["fresh"], step["lost"], step["is_reset"])


@given(last=st.integers(1, 255), count=st.integers(1, 254))
def test_counting_on_across_the_wrap_finds_every_event(last: int, count: int) -> None:
    counter = (last - 1 + count) % 255 + 1
    news = count_new(last, counter)
    assert (news.fresh + news.lost, news.is_reset) == (count, False)


@pytest.mark.parametrize("coin", load("coins")["coin"], ids=lambda c: c["id"])
def test_coin_ids_of_the_documents(coin: dict[str, Any]) -> None:
    assert parse_coin_id(coin["id"]) == CoinId("IN", Decimal(coin["value"]), "A")


@pytest.mark.parametrize("text", load("coins")["nothing"]["ids"])
def test_what_is_no_coin_id_has_no_value(text: str) -> None:
    assert parse_coin_id(text) is None


LIKE_AN_ID = st.from_regex(r"[A-Z]{2}[0-9KMG.]{3}[A-Z]", fullmatch=True)


@given(st.text(max_size=8) | LIKE_AN_ID)
def test_any_text_may_stand_where_a_coin_id_should(text: str) -> None:
    found = parse_coin_id(text)
    if found is not None:
        assert f"{found.country}{text[2:5]}{found.issue}" == text
        assert found.value.is_finite() and found.value >= 0


def test_a_sum_that_is_zero_already_has_checksum_zero() -> None:
    frame = Frame(2, HOST, 253)
    assert frame.to_bytes() == bytes((2, 0, 1, 253, 0))
    assert Frame.from_bytes(frame.to_bytes()) == frame
    assert complement(bytes(5)) == 0


@given(FRAMES)
def test_every_frame_survives_the_round_trip(frame: Frame) -> None:
    assert Frame.from_bytes(frame.to_bytes()) == frame
    assert sum(frame.to_bytes()) % 256 == 0


@given(CRC_FRAMES)
def test_every_crc_frame_survives_the_round_trip(frame: Frame) -> None:
    assert Frame.from_bytes(frame.to_bytes(Checksum.CRC), Checksum.CRC) == frame


@given(FRAMES, st.sampled_from(Checksum), st.data())
def test_one_hurt_bit_is_always_seen(frame: Frame, checksum: Checksum, data: st.DataObject) -> None:
    raw = bytearray(frame.to_bytes(checksum))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CorruptFrame, match=r"expected .* got"):
        Frame.from_bytes(bytes(raw), checksum)


def test_an_error_says_which_bytes_and_what_was_expected() -> None:
    with pytest.raises(CorruptFrame, match=r"\[02 00 01 fe 00\]: expected checksum ff, got 00"):
        Frame.from_bytes(bytes((2, 0, 1, 254, 0)))
    with pytest.raises(CorruptFrame, match="expected CRC 3f46, got 3f47"):
        Frame.from_bytes(bytes((40, 0, 0x47, 1, 0x3F)), Checksum.CRC)
    with pytest.raises(CorruptFrame, match="expected 11 data bytes, got 3"):
        EventBuffer.from_data(bytes(3))
    with pytest.raises(ValueError, match="at most 252 data bytes, got 253"):
        Frame(2, 1, 0, bytes(253)).to_bytes()


@given(BYTE, PAIRS)
def test_every_credit_buffer_survives_the_round_trip(counter: int, pairs: Any) -> None:
    buffer = EventBuffer(counter, pairs)
    assert EventBuffer.from_data(buffer.to_data()) == buffer
    assert buffer.since(buffer) == News()


@given(st.frozensets(st.sampled_from(POSITIONS)))
def test_every_inhibit_mask_survives_the_round_trip(positions: frozenset[int]) -> None:
    assert enabled_positions(inhibit_mask(positions)) == positions


def test_bit_0_of_the_first_inhibit_byte_is_coin_1() -> None:
    assert inhibit_mask(frozenset({1, 9})) == bytes((1, 1))
    assert inhibit_mask(frozenset({8, 16})) == bytes((128, 128))


@given(st.lists(FRAMES, max_size=4), st.integers(1, 9))
def test_a_reader_finds_the_same_frames_in_any_pieces(frames: list[Frame], size: int) -> None:
    raw = b"".join(frame.to_bytes() for frame in frames)
    reader, found = FrameReader(Checksum.SIMPLE), []
    for place in range(0, len(raw), size):
        found += reader.feed(raw[place : place + size], now=place / 1000)
    assert found == frames


def test_silence_ends_a_frame_that_noise_began() -> None:
    good = Frame(HOST, 2, 0)
    reader = FrameReader(Checksum.SIMPLE)
    assert reader.feed(b"\x01\x40\x02", now=1.0) == []
    assert reader.feed(good.to_bytes(), now=1.051) == [good]


def test_nothing_is_believed_behind_a_hurt_frame_until_the_line_was_silent() -> None:
    good = Frame(HOST, 2, 0).to_bytes()
    reader = FrameReader(Checksum.SIMPLE)
    hurt = bytes((1, 0, 2, 0, 252))
    assert reader.feed(hurt + good, now=1.0) == []
    assert reader.feed(good, now=1.02) == []
    assert reader.corrupt == 1
    assert len(reader.feed(good, now=1.08)) == 1


@given(st.lists(st.binary(max_size=300)), st.sampled_from(Checksum))
def test_arbitrary_bytes_raise_nothing_in_the_reader(pieces: list[bytes], how: Checksum) -> None:
    reader = FrameReader(how)
    for place, piece in enumerate(pieces):
        for frame in reader.feed(piece, now=place * 0.03):
            assert len(frame.data) <= MOST_DATA


@given(BYTE)
def test_every_error_code_has_a_stable_word(code: int) -> None:
    assert reason(code).replace("_", "").isalnum()
    assert (reason(code) == "inhibited") == (code == 2 or 128 <= code <= 159)
