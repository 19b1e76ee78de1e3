"""The next one here sees nothing of the one before: no widget, shown or put aside, says it."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.contract.reading import HINDI
from firmware.contract.screen import ScreenData
from tests.ui.panel import Panel
from ui import samples

ATTRACT = "1-attract"
OF_SOMEBODY = {  # what may be nobody else's business, and a screen on which it stands
    "5-bill": "श्री कृष्ण चन्द्र शर्मा",
    "7-done": "1725",
    "6-upi": "470",
}


def said(widget: Any) -> list[str]:
    """Every text of a tree, and of what was put aside of it."""
    texts = [part.text for part in widget.walk(restrict=True) if hasattr(part, "block")]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts if text]


def everything(panel: Panel) -> list[str]:
    """Of all views, also of those that are not shown now."""
    return [text for view in panel.app.face.views.values() for text in said(view)]


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_a_name_was_still_in_a_widget_when_the_next_one_came(panel: Panel, name: str) -> None:
    shown: ScreenData = samples.main_screens()[name]
    secret = OF_SOMEBODY[name]
    panel.show(samples.screen(shown))
    assert [text for text in everything(panel) if secret in text], "this test sees what is shown"
    panel.show(samples.screen(samples.main_screens()[ATTRACT]))
    assert [text for text in everything(panel) if secret in text] == []


def test_a_number_that_was_typed_is_in_no_cell(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["3-number-full"]))
    cells = "".join(text for text in everything(panel) if len(text) == 1)
    assert samples.ACCOUNT in cells, "this test sees what is shown"
    panel.show(samples.screen(samples.main_screens()[ATTRACT]))
    assert samples.ACCOUNT not in "".join(text for text in everything(panel) if len(text) == 1)


def test_no_private_screen_leaves_a_word(panel: Panel) -> None:
    """All of them: after the first screen every view that is of somebody is blank."""
    empty = samples.screen(samples.main_screens()[ATTRACT])
    panel.show(empty)
    blank = sorted(everything(panel))
    for name, data in samples.main_screens().items():
        panel.show(samples.screen(data, HINDI))
        panel.show(empty)
        left = set(everything(panel)) - set(blank)
        assert not {text for text in left if "1725" in text or "शर्मा" in text}, name


def test_the_question_hides_what_is_under_it(panel: Panel) -> None:
    """Who comes by while nobody answers reads no bill through it."""
    from ui import theme

    assert len(theme.SHADE) == len("#RRGGBB"), "a shade that lets light through"


def test_a_screen_is_drawn_again_after_it_was_forgotten(panel: Panel) -> None:
    bill = samples.screen(samples.main_screens()["5-bill"])
    panel.show(bill)
    before = sorted(panel.texts())
    panel.show(samples.screen(samples.main_screens()[ATTRACT]))
    panel.show(bill)
    assert sorted(panel.texts()) == before
