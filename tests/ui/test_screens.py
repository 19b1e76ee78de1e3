"""Every screen on every panel, in every language, in both sizes of letters.

A sample here; all of them with `make screens` (`SCREENS=all`), which takes minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.ui import pictures
from tests.ui.looks import contrast_faults, overlaps, target_faults, text_faults
from tests.ui.panel import Panel
from tests.ui.survey import LAYOUTS
from ui import samples, theme
from ui.gallery import scenes

ROOT = Path(__file__).parents[2]
IS_WHOLE = os.environ.get("SCREENS") == "all"
EVERY, PICTURES = ("1", "1") if IS_WHOLE else ("5", "20")


@pytest.mark.timeout(3600 if IS_WHOLE else 180)
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_screen_was_good_in_one_language_on_one_panel(layout: tuple[int, int]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.survey", *map(str, layout), "--every", EVERY,
         "--pictures", PICTURES],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout or done.stderr


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_screen_without_a_picture(layout: tuple[int, int]) -> None:
    folder = pictures.FOLDER / "x".join(map(str, layout))
    assert {path.stem for path in folder.glob("*.webp")} == set(scenes("hi"))


# --- the finders can fail ------------------------------------------------------------------


def _picture(panel: Panel) -> Image.Image:
    return pictures.reduced(panel.picture(scenes("hi")["5-bill"]))


def test_a_letter_moved_and_no_picture_said_so(panel: Panel) -> None:
    before = _picture(panel)
    assert pictures.differs(before, _picture(panel)) is None
    row = next(text for text in panel.widgets("Text") if text.text == "माह")
    row._plate.pos = row._plate.pos[0] + 6, row._plate.pos[1]
    moved = pictures.reduced(panel.again())
    assert pictures.differs(before, moved) is not None


def test_a_colour_changed_and_no_picture_said_so(panel: Panel) -> None:
    before = _picture(panel)
    panel.widgets("Total")[-1].fill = theme.NIGHT
    assert pictures.differs(before, pictures.reduced(panel.again())) is not None


def test_a_text_that_is_cut_off_is_found(panel: Panel) -> None:
    panel.show(samples.screen(samples.done()))
    assert text_faults(panel) == []
    text = next(each for each in panel.widgets("Text") if each.text == "हो गया")
    text.letter, before = 400, text.letter
    panel.settle()
    found = text_faults(panel)
    text.letter = before
    assert found


def test_two_things_in_one_place_are_found(panel: Panel) -> None:
    panel.show(samples.screen(samples.done()))
    assert overlaps(panel) == []
    one, other = panel.button("एक और सेवा"), panel.button("हो गया")
    one.x = other.x
    assert overlaps(panel)


def test_a_button_for_thin_fingers_is_found(panel: Panel) -> None:
    panel.show(samples.screen(samples.done()))
    assert target_faults(panel) == []
    panel.button("हो गया").height = 50
    assert target_faults(panel)


def test_grey_letters_on_a_card_are_found(panel: Panel) -> None:
    panel.show(samples.screen(samples.done()))
    assert contrast_faults(panel) == []
    text = next(each for each in panel.widgets("Text") if each.text == "रसीद संख्या")
    before = list(text.colour)
    text.colour = "#777777"
    found = contrast_faults(panel)
    text.colour = before
    assert found
