"""A screen came in two frames: half of it first, and the rest a frame later."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from tests.ui.panel import Panel
from ui import samples
from ui.scene import Director

DIRECTOR = Director("181")
SOME = list(samples.main_screens())[::15]


@pytest.mark.parametrize("name", SOME)
def test_the_first_frame_of_a_document_is_all_of_it(panel: Panel, name: str) -> None:
    from ui.app import frame_buffer

    panel.picture(DIRECTOR.no_bus())
    found: list[Image.Image] = []
    panel.app.show(DIRECTOR.scene(samples.screen(samples.main_screens()[name], "hi", serial=1)))
    panel.app.at_next_flip(lambda: found.append(frame_buffer()))
    panel.app.draw_now()
    panel.settle()
    assert ImageChops.difference(found[0], panel.again()).getbbox() is None
