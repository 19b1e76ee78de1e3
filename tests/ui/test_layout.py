"""Columns, pages and places: what a screen does when there is too much for it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from firmware.contract.reading import ENGLISH, HINDI, TextSize
from tests.ui.looks import faults, off_the_panel
from tests.ui.panel import Panel
from ui import samples
from ui.paging import Block, Part, plan
from ui.scene import Director

RULES = Path(__file__).parents[2] / "ui"
NO_WIDTH = re.compile(r"size_hint(_x|_y)?:.*\belse 0(?![.\d])")


def test_a_button_of_the_screen_before_pushed_another_off_the_panel(panel: Panel) -> None:
    """Kivy leaves what has a hint of 0 as wide as it was, so the next screen had its gap."""
    for name in ("3-ask-village", "3-ask-plan"):
        panel.show(samples.screen(samples.main_screens()[name]))
        assert off_the_panel(panel) == []
    panel.button("आगे देखें").x += 400
    assert off_the_panel(panel)


def test_no_rule_takes_a_width_away_by_a_hint_of_0() -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(RULES.rglob("*.kv"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if NO_WIDTH.search(line)
    ]
    assert found == []
    assert NO_WIDTH.search("size_hint_x: 1 if self.text else 0")


def test_a_button_that_was_gone_kept_the_width_of_its_words(panel: Panel) -> None:
    from ui.text import Text

    text = Text(text="भुगतान करें", size=(400, 80))
    panel.settle()
    assert text.natural_width > 0
    text.text = ""
    panel.settle()
    assert text.natural_width == 0


def test_a_page_was_one_line_and_the_rest_of_it_was_empty() -> None:
    made = plan([Block((40,)), Block((50,) * 6, frame=10)], 240, 20, 8, 60)
    assert made.pages[0] == (Part(0, 0, 1), Part(1, 0, 2))
    assert [page[-1].end for page in made.pages] == [2, 4, 6]


def test_one_tall_row_gave_every_row_a_page_of_its_own() -> None:
    made = plan([Block((150, 50, 50, 50, 50, 50), frame=10)], 240, 20, 8, 60)
    assert [page[0].end - page[0].first for page in made.pages] == [1, 3, 2]


def test_rows_of_a_height_are_spread_evenly_over_the_pages() -> None:
    made = plan([Block((40, 40, 40, 40, 40), frame=10)], 200, 20, 8, 20)
    assert [page[0].end - page[0].first for page in made.pages] == [2, 3]


def test_large_letters_pressed_the_names_of_services_out_of_their_tiles(panel: Panel) -> None:
    shown = samples.screen(
        samples.main_screens()["1-attract-content"], ENGLISH, size=TextSize.LARGE
    )
    panel.show(shown)
    assert faults(panel) == []
    assert "Every service, every village" not in panel.texts()
    panel.touch(panel.button("See more (1/2)"))
    panel.settle()
    assert faults(panel) == []
    assert "Every service, every village" in panel.texts()


def test_who_mends_it_stood_on_what_is_broken(panel: Panel) -> None:
    """On a panel that lies on its side: what has no room at the left goes under the hand."""
    from ui.screens.trouble.model import TroubleModel
    from ui.screens.trouble.screen import TroubleView

    short = TroubleModel(title="बिजली नहीं है", told="संचालक ठीक कर सकता है")
    view = TroubleView(size=(1800, 1300))
    view.model = short
    panel.settle()
    assert view.foot.x < view.hand.x
    view.model = replace(short, text="एक " * 200)
    panel.settle()
    assert view.foot.x == view.hand.x
    assert view.foot.top < view.hand.y
    view.model = short
    panel.settle()
    assert view.foot.x < view.hand.x


def test_a_village_was_asked_for_in_the_wrong_case() -> None:
    director = Director("181", offered=(HINDI, ENGLISH, "mr"))
    data = samples.main_screens()["3-find"]
    asked = {
        language: director.scene(samples.screen(data, language)).model.spoken_text
        for language in (HINDI, ENGLISH, "mr")
    }
    assert asked["mr"].startswith("गावाचे नाव लिहा.")
    assert asked[HINDI].startswith("गाँव का नाम लिखें.")


def test_a_long_name_of_a_server_was_squeezed_beside_its_label(panel: Panel) -> None:
    from ui.parts import Row

    row = Row(label="नाम सेवा", value=f"ठीक नहीं · {'api.office.example.gov.in'}")
    row.width = 520
    panel.settle()
    assert row.is_long
    row.value = "ठीक"
    panel.settle()
    assert not row.is_long


def test_a_picture_of_a_sum_grew_out_of_its_banknote(panel: Panel) -> None:
    for name in ("1-how-to-receipt", "1-how-to-money"):
        data = samples.main_screens()[name]
        panel.show(samples.screen(data, HINDI, size=TextSize.LARGE))
        assert faults(panel) == []
