"""What a plate draws of itself: its shade under a finger, and its place when it moves."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageChops

from tests.ui.panel import HEIGHT, Panel
from ui import samples

Box = tuple[int, int, int, int]


def box_of(widget: Any) -> Box:
    left, low = widget.to_window(widget.x, widget.y)
    right, high = widget.to_window(widget.right, widget.top)
    return round(left), HEIGHT - round(high), round(right), HEIGHT - round(low)


def changed(before: Image.Image, after: Image.Image) -> Box | None:
    found: Box | None = ImageChops.difference(before, after).getbbox()
    return found


def test_a_key_that_was_touched_looked_as_if_it_was_not(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["3-number"]))
    key = next(each for each in panel.widgets("Key") if each.text == "5")
    before = panel.again()
    key.is_down = True
    seen = changed(before, panel.again())
    key.is_down = False
    assert seen is not None
    left, high, right, low = box_of(key)
    assert left <= seen[0] and high <= seen[1] and seen[2] <= right and seen[3] <= low
    assert (seen[2] - seen[0], seen[3] - seen[1]) == (right - left, low - high), "all of the key"
    assert changed(before, panel.again()) is None, "and nothing of it stays"


def test_a_plate_goes_with_its_words(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["3-number"]))
    key = next(each for each in panel.widgets("Key") if each.text == "5")
    before, box = panel.again(), box_of(key)
    key.y += 20
    after = panel.again()
    key.y -= 20
    moved = box[0], box[1] - 20, box[2], box[3] - 20
    assert changed(before.crop(box), after.crop(moved)) is None
    assert changed(before, panel.again()) is None
