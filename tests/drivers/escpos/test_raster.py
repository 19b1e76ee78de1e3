"""A ticket is legible: shaped, unbroken syllables, inside the paper, with a code a phone reads."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image

from drivers.escpos.raster import MODULE, RasterError, Rasteriser
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.runtime.wrapping import syllables, wrap
from tests.drivers.escpos.bench import TICKET


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """The box around everything black: left, top, right, bottom."""
    box = Image.eval(picture.convert("L"), lambda grey: 255 - grey).getbbox()
    assert box is not None
    return box


def draw(*lines: Text | Pair | Rule | Code, width: int = 576) -> Image.Image:
    return Rasteriser(width).draw(Ticket(list(lines)))


@pytest.mark.parametrize("width", [576, 384])
def test_the_code_is_read_from_the_paper(width: int) -> None:
    picture = Rasteriser(width).draw(TICKET)
    assert picture.size[0] == width and picture.mode == "1"
    framed = Image.new("L", (width + 40, picture.height + 40), 255)
    framed.paste(picture, (20, 20))
    assert [code.text for code in zxingcpp.read_barcodes(framed)] == ["RJ 2026 000123"]


def test_a_module_is_never_smaller_than_a_phone_reads() -> None:
    picture = draw(Code("https://example.invalid/" + "x" * 60))
    runs = "".join("#" if not picture.getpixel((x, 0)) else " " for x in range(576)).split()
    assert len(runs[0]) >= 7 * MODULE  # the finder pattern's upper edge
    with pytest.raises(RasterError, match="expected 384 dots at most, got"):
        draw(Code("x" * 600), width=384)


def test_conjuncts_are_shaped_and_not_strung_together() -> None:
    """Unshaped, `श्री` has a bare virama and its letters stand side by side: far wider."""
    rasteriser = Rasteriser()
    measured = rasteriser._measure("श्री", Style.BODY, 400, "hi")
    apart = sum(rasteriser._measure(letter, Style.BODY, 400, "hi") for letter in "शरी")
    assert measured < 0.8 * apart


def test_no_raqm_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda feature: False)
    with pytest.raises(RasterError, match="libfribidi0"):
        Rasteriser()


def test_syllables_stay_whole() -> None:
    assert syllables("क्षत्रिय") == ["क्ष", "त्रि", "य"]
    assert syllables("राष्ट्रवर्धन") == ["रा", "ष्ट्र", "व", "र्ध", "न"]
    assert syllables("फ़ोन") == ["फ़ो", "न"]
    assert syllables("क्‍ष") == ["क्‍ष"]


def test_a_paragraph_breaks_at_spaces_and_a_giant_word_between_syllables() -> None:
    def by_syllable(text: str) -> float:
        return len(syllables(text))

    assert wrap("यह पर्ची दिखाएँ", 6, by_syllable) == ["यह पर्ची", "दिखाएँ"]
    assert wrap("राष्ट्रवर्धन", 3, by_syllable) == ["राष्ट्रव", "र्धन"]
    assert wrap("", 3, by_syllable) == [""]


def test_a_value_that_does_not_fit_goes_below_its_label() -> None:
    short = draw(Pair("नाम", "सीता देवी"))
    long = draw(Pair("नाम", "श्रीमती लक्ष्मी देवी राष्ट्रवर्धन क्षत्रिय पुत्री श्री ज्ञानेश्वर प्रसाद"))
    assert long.height > 1.8 * short.height
    assert ink(long)[0] >= 0 and ink(long)[2] <= 576


def test_labels_are_left_values_right_and_titles_in_the_middle() -> None:
    left, _, right, _ = ink(draw(Pair("नाम", "सीता")))
    assert left < 16 and right > 560
    left, _, right, _ = ink(draw(Text("भुगतान रसीद", Style.TITLE, is_centred=True)))
    assert abs((left + right) / 2 - 288) < 4


def test_blank_paper_above_and_below_is_not_printed() -> None:
    picture = draw(Rule(), Text("नमस्ते"), Rule())
    assert ink(picture)[1] == 0 and ink(picture)[3] == picture.height
