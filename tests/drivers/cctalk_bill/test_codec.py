"""The validator's words: the documents' own bytes, what they mean, and what a bill is worth."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from drivers.cctalk.codec import BLANK, HOST, Checksum, CorruptFrame, EventBuffer, Frame
from drivers.cctalk_bill.codec import (
    Escrowed,
    Fault,
    Said,
    Scaling,
    Stacked,
    Status,
    fault_word,
    meaning,
    paise_of,
    values_of,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "cctalk_bill" / "frames.toml"
FRAMES: list[dict[str, Any]] = tomllib.loads(VECTORS.read_text())["frame"]
RUPEES = Scaling(100, 2)


@pytest.mark.parametrize("vector", FRAMES, ids=[each["name"] for each in FRAMES])
def test_the_frames_of_the_documents(vector: dict[str, Any]) -> None:
    checksum = Checksum(vector["checksum"])
    request = Frame.from_bytes(bytes(vector["request"]), checksum)
    assert (request.destination, request.header) == (40, vector["header"])
    sent = Frame(40, HOST, request.header, request.data)
    assert sent.to_bytes(checksum) == bytes(vector["request"])
    if "reply" in vector:
        reply = Frame.from_bytes(bytes(vector["reply"]), checksum)
        assert (reply.destination, reply.header) == (HOST, 0)
        assert "data" not in vector or reply.data == bytes(vector["data"])
        if "means" in vector:
            buffer = EventBuffer.from_data(reply.data)
            newest = [list(pair) for pair in buffer.pairs[: len(vector["means"])]]
            assert (buffer.counter, newest) == (vector["counter"], vector["means"])
            assert set(buffer.pairs[len(newest) :]) <= {BLANK}


@pytest.mark.parametrize(
    ("pair", "means"),
    [
        ((3, 1), Escrowed(3)),
        ((3, 0), Stacked(3)),
        ((3, 7), Stacked(0)),  # no document knows where it went
        ((0, 21), Stacked(0)),
        ((0, 1), Said(Status.RETURNED)),
        ((0, 99), Said(99)),
    ],
)
def test_what_a_pair_means(pair: tuple[int, int], means: object) -> None:
    assert meaning(pair) == means


@pytest.mark.parametrize(
    ("name", "scaling", "paise"),
    [
        ("IN0010A", RUPEES, 1000),
        ("IN0500B", RUPEES, 50000),
        ("IN0010A", Scaling(10, 0), 10000),
        ("IN0010A", Scaling(1, 3), 1),
        ("IN0001A", Scaling(1, 3), 0),  # a tenth of a paisa is no money
        ("IN0010A", Scaling(0, 0), 0),  # it does not know the country
        ("EU0005A", RUPEES, 0),
        (".......", RUPEES, 0),
        ("IN1K00A", RUPEES, 0),
    ],
)
def test_what_a_bill_is_worth(name: str, scaling: Scaling, paise: int) -> None:
    assert paise_of(name, scaling) == paise


def test_a_table_is_the_only_word_where_there_is_one() -> None:
    names = {1: "IN0010A", 2: "IN0020A", 3: "......."}
    assert values_of(names, {}, RUPEES) == {1: 1000, 2: 2000}
    assert values_of(names, {"IN0020A": 5000}, RUPEES) == {2: 5000}


def test_a_scaling_survives_the_round_trip_and_half_of_one_is_none() -> None:
    assert Scaling.from_data(bytes((100, 0, 2))) == RUPEES
    assert Scaling.from_data(Scaling(1000, 3).to_data()) == Scaling(1000, 3)
    with pytest.raises(CorruptFrame, match="expected a scaling of 3 bytes, got 2"):
        Scaling.from_data(bytes(2))


def test_a_fault_has_words_for_a_technician() -> None:
    assert fault_word(37, 0) == "fault 37, bill transport motor"
    assert fault_word(Fault.BILL_JAMMED, 2) == "fault 39, 2"
