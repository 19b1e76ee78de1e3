"""Hindi on the screen, pixel for pixel, against Pillow with Raqm drawing the same string itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from firmware.runtime.fonts import font_path
from tests.ui.panel import HEIGHT, WIDTH, Panel
from ui import shaping

STRINGS = (
    "श्री कृष्ण चन्द्र", "क्षेत्र", "त्रिपाठी", "विद्युत", "रुपये", "ज्ञान", "द्वारा", "स्त्री", "बिजली",
    "कीजिए", "प्रमाण पत्र", "शर्मा", "र्शर्मा", "अक्टूबर 2026", "₹ 1,470.50",
)  # fmt: skip
SHAPED = STRINGS[:13]  # without shaping, each of these comes out different
SIZES = ((46, 400), (72, 800))
INK, PAPER = (20, 33, 61), (255, 249, 240)
LEFT, TOP, LINE = 100, 40, 118  # pixels
NEAR = 3  # of 255: the screen blends in whole steps


def _drawn_by_pillow(size: int, weight: int) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    face = ImageFont.truetype(str(font_path(weight)), size, layout_engine=ImageFont.Layout.RAQM)
    for number, text in enumerate(STRINGS):
        base = TOP + number * LINE + round(size * shaping.ASCENT)
        pen.text((LEFT, base), text, INK, face, anchor="ls")
    return image


def _drawn_by_kiosk(panel: Panel, size: int, weight: int, path: Any) -> Image.Image:
    from kivy.core.window import Window
    from kivy.graphics import Color, Rectangle
    from kivy.uix.widget import Widget

    from ui.text import Text

    board = Widget(size=(WIDTH, HEIGHT))
    with board.canvas:
        Color(*(part / 255 for part in PAPER))
        Rectangle(size=board.size)
    for number, text in enumerate(STRINGS):
        label = Text(text=text, weight=weight, letter=size, stand="top", size=(900, LINE))
        label.top, label.x = HEIGHT - TOP - number * LINE, LEFT
        board.add_widget(label)
    Window.add_widget(board)
    panel.settle()
    panel.app.photograph(path)
    panel.draw()
    Window.remove_widget(board)
    return Image.open(path)


def _rows_that_differ(one: Image.Image, other: Image.Image) -> list[str]:
    gap = np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max(axis=2) > NEAR
    return [
        text
        for number, text in enumerate(STRINGS)
        if gap[TOP + number * LINE : TOP + (number + 1) * LINE].any()
    ]


@pytest.mark.parametrize(("size", "weight"), SIZES)
def test_conjuncts_fell_apart_on_the_screen(
    panel: Panel, tmp_path: Any, size: int, weight: int
) -> None:
    kiosk = _drawn_by_kiosk(panel, size, weight, tmp_path / "frame.png")
    assert _rows_that_differ(kiosk, _drawn_by_pillow(size, weight)) == []


def test_the_comparison_sees_text_that_was_not_shaped(
    panel: Panel, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, weight = SIZES[0]
    basic = ImageFont.truetype(
        str(font_path(weight)), size, layout_engine=ImageFont.Layout.BASIC
    )  # fmt: skip
    monkeypatch.setattr(shaping, "font", lambda weight, size: basic)
    kiosk = _drawn_by_kiosk(panel, size, weight, tmp_path / "frame.png")
    assert set(_rows_that_differ(kiosk, _drawn_by_pillow(size, weight))) >= set(SHAPED)


def test_a_kiosk_without_raqm_draws_nothing_rather_than_rubbish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("PIL.features.check", lambda feature: False)
    shaping.font.cache_clear()
    with pytest.raises(shaping.ShapingMissing):
        shaping.measure("रसीद", 400, 40)
    monkeypatch.undo()
    shaping.font.cache_clear()


def test_lines_break_only_between_words_and_come_out_even() -> None:
    text = "लाइन आते ही बिल भरा हुआ दर्ज हो जाएगा। यह आपकी पावती है।"
    block = shaping.lay_out(text, 400, 40, 600)
    assert " ".join(block.lines) == text and block.fits
    widths = [shaping.measure(line, 400, 40) for line in block.lines]
    assert max(widths) <= 600 and min(widths) > 0.6 * max(widths)


def test_a_long_name_shrinks_before_it_is_said_not_to_fit() -> None:
    shrunk = shaping.lay_out("लक्ष्मीनारायण", 800, 60, 270, is_wrapped=False)
    assert shrunk.fits and shrunk.size < 60
    assert not shaping.lay_out("लक्ष्मीनारायण", 800, 60, 100, is_wrapped=False).fits


def test_tall_and_deep_letters_stay_inside_their_line() -> None:
    block = shaping.lay_out("र्ऊँ हूँ टूँ द्ध्रू", 800, 100, 2000)
    ink = shaping.draw(block).getbbox()
    assert ink is not None
    assert ink[1] > 0 and ink[3] < block.height and ink[0] > 0
