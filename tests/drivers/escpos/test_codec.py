"""Bytes of the document, both ways, and what noise must not do to a reader."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos.codec import (
    CLEAR_BUFFERS,
    RECOVER_AND_CLEAR,
    About,
    AsbReport,
    Condition,
    CorruptReply,
    IdentityAnswer,
    IdentityItem,
    Processed,
    ReplyReader,
    StatusAnswer,
    asb_bytes,
    ask_identity,
    ask_status,
    enable_asb,
    feed_and_cut,
    identity_reply,
    process_id,
    process_reply,
    raster,
    read_asb,
    request_process_id,
    status_byte,
    with_status,
)
from drivers.escpos.logo import ASK_KEYS, Logo

VECTORS = Path(__file__).parents[2] / "vectors" / "escpos"
STATUS = tomllib.loads((VECTORS / "status.toml").read_text())
COMMANDS = tomllib.loads((VECTORS / "commands.toml").read_text())
DOTS = Logo(1, bytes.fromhex("ff 81"))
BUILT = {
    "ask about paper (7.2)": ask_status(About.PAPER),
    "recover and clear (7.5)": RECOVER_AND_CLEAR,
    "clear buffers (7.5)": CLEAR_BUFFERS,
    "automatic status back (7.3)": enable_asb(),
    "ask for the model (7.4)": ask_identity(IdentityItem.MODEL),
    "process id 001F (7.4)": request_process_id(process_id(0x1F)),
    "raster of two rows (7.6)": raster(2, 2, bytes.fromhex("80 01 ff 00")),
    "feed and cut (7.6)": feed_and_cut(24),
    "which pictures are stored (Epson's reference, GS ( L function 64)": ASK_KEYS,
    "store a picture of 8 by 2 dots as 75 (function 67)": DOTS.store().replace(DOTS.key, b"75"),
    "print it (function 69)": DOTS.print()[3:-3].replace(DOTS.key, b"75"),  # between ESC a
}
conditions = st.builds(Condition, *[st.booleans()] * 8)


@pytest.mark.parametrize("vector", COMMANDS["command"], ids=lambda vector: vector["name"])
def test_a_command_is_what_the_document_writes(vector: dict[str, str]) -> None:
    assert BUILT[vector["name"]].hex(" ") == vector["bytes"]


@pytest.mark.parametrize("vector", STATUS["status"], ids=lambda v: f"{v['about']}-{v['byte']}")
def test_a_status_byte_says_what_the_table_says(vector: dict[str, Any]) -> None:
    about = About(vector["about"])
    said = with_status(Condition(), about, int(vector["byte"], 16))
    assert str(said) == vector["says"]
    assert f"{status_byte(about, said):02x}" == vector["byte"]


@pytest.mark.parametrize("vector", STATUS["asb"], ids=lambda vector: vector["bytes"])
def test_an_automatic_status_says_what_the_table_says(vector: dict[str, str]) -> None:
    raw = bytes.fromhex(vector["bytes"])
    assert str(read_asb(raw)) == vector["says"]
    assert asb_bytes(read_asb(raw)) == raw


@pytest.mark.parametrize("vector", STATUS["no_asb"], ids=lambda vector: vector["bytes"])
def test_an_impossible_automatic_status_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(CorruptReply, match=vector["error"]):
        read_asb(bytes.fromhex(vector["bytes"]))


def test_an_error_names_bytes_expected_and_got() -> None:
    with pytest.raises(CorruptReply, match="ff: expected fixed bits 12, got 93"):
        with_status(Condition(), About.PAPER, 0xFF)
    with pytest.raises(ValueError, match="expected 1 to 256 rows and 2 bytes each, got 2 rows and"):
        raster(2, 2, b"\0")


@given(conditions)
def test_a_condition_survives_both_ways_of_telling_it(condition: Condition) -> None:
    assert read_asb(asb_bytes(condition)) == condition
    told = Condition()
    for about in About:
        told = with_status(told, about, status_byte(about, condition))
    assert told == condition


ANSWERS = (
    status_byte(About.PAPER, Condition(paper_end=True)).to_bytes(1, "big")
    + asb_bytes(Condition(cover_is_open=True))
    + identity_reply("TM-T88V")
    + process_reply(b"001F")
)
READ = [
    StatusAnswer(0x72),
    AsbReport(Condition(cover_is_open=True)),
    IdentityAnswer("TM-T88V"),
    Processed(b"001F"),
]


@given(st.lists(st.integers(0, len(ANSWERS)), max_size=6))
def test_answers_split_anywhere_are_read_the_same(cuts: list[int]) -> None:
    reader = ReplyReader()
    edges = [0, *sorted(cuts), len(ANSWERS)]
    read = [reply for start, end in pairwise(edges) for reply in reader.feed(ANSWERS[start:end])]
    assert read == READ


def test_flow_control_inside_an_automatic_status_is_no_part_of_it() -> None:
    assert list(ReplyReader().feed(bytes.fromhex("10 13 00 11 03 00"))) == [
        AsbReport(Condition(paper_near_end=True))
    ]


@given(st.binary(max_size=60))
def test_noise_never_hides_the_process_id_behind_it(noise: bytes) -> None:
    """Unless the noise begins a block: then the block's end is the first that can be told."""
    reader = ReplyReader()
    found = [*reader.feed(noise + b"\0\0\0\0"), *reader.feed(process_reply(b"0001"))]
    assert Processed(b"0001") in found
