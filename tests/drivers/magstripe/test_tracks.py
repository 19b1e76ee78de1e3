"""Bits, parity, LRC, direction: a track is taken whole or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import iso7813
from drivers.base.plastic import CARDS, bank_card
from drivers.base.secret import LockedBuffer
from drivers.magstripe import codec
from drivers.magstripe.tracks import LAYOUTS, Read, decode, encode, pack
from firmware.contract.card import CardClass, SwipeProblem

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/magstripe/tracks.toml").read_text()
)
BUFFER = LockedBuffer(256)


def read(raw: bytes, number: int) -> tuple[Read, bytes]:
    BUFFER.wipe()
    return decode(memoryview(raw), LAYOUTS[number], BUFFER), bytes(BUFFER.view)


@pytest.mark.parametrize("vector", VECTORS["lrc"], ids=lambda vector: vector["text"])
def test_lrc_of_the_vectors(vector: dict[str, Any]) -> None:
    layout, text = LAYOUTS[vector["track"]], vector["text"].encode()
    bits = encode(text, layout)[-layout.bits - 1 : -1]
    assert sum(bit << place for place, bit in enumerate(bits)) == vector["value"]
    assert read(pack(encode(text, layout)), vector["track"]) == (Read.GOOD, text)


def test_bits_of_the_vector_one_by_one() -> None:
    vector = VECTORS["bits"]
    bits = [int(bit) for bit in vector["bits"] if bit != " "]
    assert encode(vector["text"].encode(), LAYOUTS[vector["track"]]) == bits


@st.composite
def tracks(draw: st.DrawFn) -> tuple[int, bytes]:
    number = draw(st.sampled_from(sorted(LAYOUTS)))
    layout = LAYOUTS[number]
    inside = [layout.offset + value for value in range(1 << layout.bits)]
    inside = [each for each in inside if each not in (layout.start, ord("?"))]
    text = bytes(draw(st.lists(st.sampled_from(inside), max_size=layout.longest - 3)))
    return number, bytes((layout.start,)) + text + b"?"


@given(tracks(), st.booleans(), st.integers(0, 60))
def test_every_track_reads_the_same_from_both_ends(
    track: tuple[int, bytes], is_backwards: bool, clocking: int
) -> None:
    number, text = track
    bits = encode(text, LAYOUTS[number])
    raw = pack(bits[::-1] if is_backwards else bits, clocking)
    assert read(raw, number) == (Read.GOOD, text)


@given(tracks(), st.data())
def test_no_single_wrong_bit_gets_through(track: tuple[int, bytes], data: st.DataObject) -> None:
    number, text = track
    bits = encode(text, LAYOUTS[number])
    bits[data.draw(st.integers(0, len(bits) - 1))] ^= 1
    found, clear = read(pack(bits), number)
    assert found is not Read.GOOD and clear == b""


@pytest.mark.parametrize("text", [b";:4?", b";4684?", b";" + b"0" * 30 + b":4?"])
def test_an_end_that_reads_backwards_as_an_empty_track_is_no_track(text: bytes) -> None:
    bits = encode(text, LAYOUTS[2])
    assert read(pack(bits), 2) == (Read.GOOD, text)
    for place in range(len(bits) - 15):  # the last 15 bits are `;?4` to who reads backwards
        bits[place] ^= 1
        assert read(pack(bits), 2)[0] is not Read.GOOD
        bits[place] ^= 1


@given(st.binary(max_size=255), st.sampled_from(sorted(LAYOUTS)))
def test_noise_never_breaks_the_decoder_and_never_leaves_half_a_track(
    raw: bytes, number: int
) -> None:
    found, clear = read(raw, number)
    assert (found is Read.GOOD) == bool(clear)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda bits: [0] * len(bits), Read.EMPTY),
        (lambda bits: bits[: len(bits) // 2], Read.NO_END),
        (lambda bits: [*bits[:30], bits[30] ^ 1, *bits[31:]], Read.PARITY),
        (lambda bits: [*bits[:30], bits[30] ^ 1, bits[31] ^ 1, *bits[32:]], Read.LRC),
        (lambda bits: [1, *bits], Read.NO_START),
    ],
)
def test_what_a_scratch_and_a_hesitating_hand_look_like(spoil: Any, expected: Read) -> None:
    bits = encode(CARDS["visa"].track2, LAYOUTS[2])
    assert read(pack(spoil(bits)), 2) == (expected, b"")


def test_a_track_that_never_ends_fills_no_memory() -> None:
    text = b";" + b"1" * 60 + b"?"
    assert read(pack(encode(text, LAYOUTS[2])), 2) == (Read.TOO_LONG, b"")


# --- what the bits say --------------------------------------------------------------------------


def judged(track1: bytes = b"", track2: bytes = b"") -> Any:
    found = {number: memoryview(text) for number, text in ((1, track1), (2, track2)) if text}
    return iso7813.judge(found, is_whole=True)


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("101", None),
        ("521", None),
        ("126", None),
        ("201", SwipeProblem.CHIP_CARD),
        ("601", SwipeProblem.CHIP_CARD),
        ("120", SwipeProblem.PIN_NEEDED),
        ("105", SwipeProblem.PIN_NEEDED),
        ("103", SwipeProblem.NOT_FOR_PURCHASE),
        ("504", SwipeProblem.NOT_FOR_PURCHASE),
        ("701", SwipeProblem.NOT_FOR_PURCHASE),
        ("901", SwipeProblem.NOT_FOR_PURCHASE),
    ],
)
def test_service_codes_that_a_kiosk_without_chip_and_pin_must_refuse(
    service: str, expected: SwipeProblem | None
) -> None:
    card = bank_card("4111111111111111", service)
    for found in (judged(track1=card.track1), judged(track2=card.track2), judged(*card.tracks[:2])):
        assert found is expected if expected else isinstance(found, iso7813.BankCard)


def test_one_track_is_enough() -> None:
    card = CARDS["rupay"]
    for found in (judged(track1=card.track1), judged(track2=card.track2)):
        assert iso7813.masked(found.pan) == "608000******0000"
        assert iso7813.class_of(found) is CardClass.NATIONAL


def test_a_card_without_service_code_is_left_to_the_issuer() -> None:
    found = judged(track2=b";4111111111111111=3012=00000?")
    assert iso7813.class_of(found) is CardClass.UNKNOWN


@pytest.mark.parametrize(
    ("track1", "track2", "expected"),
    [
        (CARDS["visa"].track1, CARDS["mastercard"].track2, SwipeProblem.TRACKS_DIFFER),
        (b"", CARDS["ration"].track2, SwipeProblem.NOT_A_BANK_CARD),
        (b"%BABC?", b"", SwipeProblem.NOT_A_BANK_CARD),
        (b"", b";411111111111=3012101?", SwipeProblem.NOT_A_BANK_CARD),  # 12 digits
        (b"", b";41111111111111111111=3012101?", SwipeProblem.NOT_A_BANK_CARD),  # 20
        (b"", b";4111111111111111?", SwipeProblem.NOT_A_BANK_CARD),
        (b"", b"", SwipeProblem.UNREADABLE),
    ],
)
def test_what_is_no_card_to_pay_with(track1: bytes, track2: bytes, expected: SwipeProblem) -> None:
    assert judged(track1, track2) is expected


@given(st.integers(13, 19))
def test_never_more_than_six_and_four_digits_are_shown(length: int) -> None:
    shown = iso7813.masked(memoryview(b"1234567890123456789"[:length]))
    assert len(shown) == length and shown.count("*") == length - 10


@given(st.binary(max_size=120))
def test_whatever_stands_on_a_track_the_parser_survives(text: bytes) -> None:
    for number in (1, 2):
        found = iso7813.find(memoryview(text), number)
        assert found is None or (13 <= len(found.pan) <= 19 and bytes(found.pan).isdigit())


def test_what_a_log_shows_of_a_card_is_its_mask() -> None:
    found = judged(track2=CARDS["visa"].track2)
    assert "4111111111111111" not in repr(found) and "******" in repr(found)


# --- the reader's answers -----------------------------------------------------------------------

RAW = [pack(encode(text, LAYOUTS[number])) if text else b""
       for number, text in zip(LAYOUTS, CARDS["visa"].tracks, strict=True)]  # fmt: skip


def shapes(replies: list[codec.Reply]) -> list[str]:
    return [type(reply).__name__ for reply in replies]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1by", [codec.Alive()]),
        (b"\x1bREVH1.00", [codec.Firmware("REVH1.00")]),
        (b"\x1b3S", [codec.Model("3")]),
        (b"\x1b0\x08\x08\x08", [codec.Done(0x30)]),
        (b"junk\x1by\x00", [codec.Alive()]),
    ],
)
def test_answers_of_the_manual(data: bytes, expected: list[codec.Reply]) -> None:
    assert list(codec.ReplyReader().feed(data)) == expected


def test_a_block_split_anywhere_is_one_block() -> None:
    data = b"\x1by" + codec.block(RAW) + b"\x1by"
    for place in range(len(data)):
        reader, got = codec.ReplyReader(), list[str]()
        for part in (data[:place], data[place:]):
            for reply in reader.feed(part):
                got.append(type(reply).__name__)
                if isinstance(reply, codec.Block):
                    assert [bytes(track) for track in reply.tracks] == RAW
        assert got == ["Alive", "Block", "Alive"]


def test_raw_bits_that_look_like_an_answer_are_bits() -> None:
    data = codec.block([b"\x1by\x1b0", b"?\x1c\x1b0", b"\x1bs\x1b\x01"])
    assert shapes(list(codec.ReplyReader().feed(data))) == ["Block"]


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_noise_never_fills_the_buffer_for_good(parts: list[bytes]) -> None:
    reader = codec.ReplyReader()
    for part in parts:
        list(reader.feed(part))
    reader.clear()
    assert shapes(list(reader.feed(b"\x1by"))) == ["Alive"]
