"""The escape commands as the document has them, byte for byte; dots survive the packing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from drivers.evolis.bitmap import (
    PICTURE_SIZE,
    PictureError,
    pack_7_bits,
    panels_of,
    picture_of,
    unpack_7_bits,
)
from drivers.evolis.codec import (
    PANEL_BYTES,
    AnswerReader,
    Ask,
    CommandReader,
    Depth,
    Do,
    Panel,
    Ribbon,
    Word,
    Words,
    command,
    download,
    first_integer,
    ribbon_in,
    select_ribbon,
    word_in,
)
from drivers.evolis.events import MEANS

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/evolis/commands.toml").read_text(encoding="utf-8")
)


def test_every_command_and_question_is_that_of_the_document() -> None:
    assert {each.name: command(each).hex(" ") for each in Do} == VECTORS["commands"]
    assert {each.name: command(each).hex(" ") for each in Ask} == VECTORS["questions"]
    assert {each.value: select_ribbon(each).hex(" ") for each in Ribbon} == VECTORS["ribbons"]


@pytest.mark.parametrize("vector", VECTORS["panel"], ids=lambda vector: vector["ink"])
def test_a_panel_is_its_head_its_dots_and_an_end(vector: dict[str, str | int]) -> None:
    size = int(vector["dots"])
    sent = download(Panel(str(vector["ink"]), bytes(size)))
    assert sent == bytes.fromhex(str(vector["head"])) + bytes(size) + b"\r"


def test_every_answer_of_the_document_is_known_and_means_something() -> None:
    assert [str(word) for word in Word] == VECTORS["answers"]["words"]
    assert set(MEANS) == set(Word) - {Word.OK}


def test_a_panel_that_is_not_whole_is_no_panel() -> None:
    with pytest.raises(ValueError, match="expected 82296 bytes, got 82295"):
        Panel("k", bytes(82295))


@pytest.mark.parametrize(
    ("answer", "word", "number"),
    [("OK", Word.OK, None), ("OK 12", Word.OK, 12), ("CARD JAM", Word.CARD_JAM, None),
     ("CARD JAN", None, None), ("0", None, 0), ("left: 187 of 200", None, 187)],
)  # fmt: skip
def test_answers_are_read_leniently(answer: str, word: Word | None, number: int | None) -> None:
    assert (word_in(answer), first_integer(answer)) == (word, number)


def test_a_ribbon_is_known_in_any_case_and_half_a_ribbon_is_not_there() -> None:
    assert (ribbon_in("YMCKO"), ribbon_in("k ")) == (Ribbon.COLOUR, Ribbon.MONOCHROME)
    assert ribbon_in("1/2YMCKO") is None


def test_answers_end_with_any_of_three_marks_and_noise_is_skipped() -> None:
    reader = AnswerReader()
    assert list(reader.feed(b"OK\r\n12\0\xffOK\rCARD")) == ["OK", "12"]
    assert list(reader.feed(b" JAM\r")) == ["CARD JAM"]
    assert list(reader.feed(b"x" * 5000 + b"\rOK\r")) == ["OK"]
    assert reader.corrupt == 2


@given(st.integers(1, 4000))
def test_commands_and_panels_are_found_however_the_bytes_are_split(size: int) -> None:
    panel = Panel("k", bytes(range(256)) * 321 + bytes(120))
    stream = command(Do.START) + download(panel) + command(Do.EJECT) + bytes(64)
    reader = CommandReader()
    pieces = (stream[at : at + size] for at in range(0, len(stream), size))
    found = [each for piece in pieces for each in reader.feed(piece)]
    assert found == [Words("Ss"), panel, Words("Se")]
    assert not reader.is_waiting


@given(st.lists(st.integers(0, 127), min_size=8, max_size=8).map(bytes), st.integers(1, 5))
def test_eight_dots_lie_in_seven_bytes_the_first_on_top(dots: bytes, times: int) -> None:
    bits = int("".join(f"{dot:07b}" for dot in dots), 2).to_bytes(7)
    assert pack_7_bits(dots * times) == bits * times
    assert unpack_7_bits(bits * times) == dots * times


def test_inks_of_pure_colours_and_where_they_lie() -> None:
    """A red corner top left, a black one top right; the first line is the left edge, from below."""
    picture = Image.new("RGB", PICTURE_SIZE, "white")
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, 0, 7, 7), fill="red")
    canvas.rectangle((1008, 0, 1015, 7), fill="black")
    inks = {panel.ink: panel.data for panel in panels_of(picture, Ribbon.COLOUR)}
    assert list(inks) == ["y", "m", "c", "k", "o"]
    assert len(inks["y"]) == PANEL_BYTES[Depth.SEVEN_BITS]
    yellow, cyan = unpack_7_bits(inks["y"]), unpack_7_bits(inks["c"])
    assert (sum(yellow), sum(cyan)) == (64 * 127, 0)  # of red; black is K's alone
    assert inks["y"] == inks["m"]
    assert sum(byte.bit_count() for byte in inks["k"]) == 64
    assert set(inks["o"]) == {0xFF}
    first_line = yellow[:648]
    assert max(first_line) == 127 and sum(first_line) == 8 * 127


@pytest.mark.parametrize("ribbon", Ribbon)
def test_what_the_printer_shows_is_what_was_drawn(ribbon: Ribbon) -> None:
    picture = Image.new("RGB", PICTURE_SIZE, "white")
    ImageDraw.Draw(picture).rectangle((40, 60, 400, 500), fill="black")
    shown = picture_of({panel.ink: panel.data for panel in panels_of(picture, ribbon)})
    assert ImageChops.difference(picture, shown).getbbox() is None


def test_a_picture_of_another_size_is_no_side_of_a_card() -> None:
    with pytest.raises(PictureError, match=r"expected \(1016, 648\) dots, got \(1012, 638\)"):
        panels_of(Image.new("RGB", (1012, 638)), Ribbon.COLOUR)
