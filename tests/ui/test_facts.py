"""What a lookup shows: as many lines a page as fit, and nothing of who stood there before."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from firmware.contract.facts import ShowFacts
from firmware.contract.reading import ENGLISH, HINDI, Language
from firmware.contract.screen import Action, Screen
from tests.ui.panel import Panel
from ui import samples, samples_facts
from ui.scene import Director
from ui.screens.facts.model import FactsModel


def shown(data: ShowFacts, language: Language = ENGLISH) -> FactsModel:
    model = Director("181").scene(samples.screen(data, language)).model
    assert isinstance(model, FactsModel)
    return model


def screen(data: ShowFacts, serial: int = 1) -> Screen:
    return samples.screen(data, HINDI, serial)


def test_labels_are_the_service_s_own_and_the_date_is_said() -> None:
    model = shown(samples_facts.GRIEVANCE)
    assert [row.label for row in model.rows] == [
        "About", "Department", "Registered on", "Status", "Action taken",
    ]  # fmt: skip
    assert model.as_of == "As of 22 November 2026, 14:05 · free of charge"
    assert not model.is_kept
    assert "Status: In progress" in model.spoken_text


def test_what_was_kept_is_told_apart_from_what_is_so_now() -> None:
    model = shown(replace(samples_facts.FAMILY, is_kept=True), HINDI)
    assert model.is_kept
    assert "22 नवम्बर 2026, 14:05 बजे" in model.as_of
    assert "संपर्क नहीं" in model.spoken_text


def test_an_office_tells_a_line_of_which_this_kiosk_knows_no_label() -> None:
    line = samples_facts.line("brand_new", "नया", "New")
    assert [row.label for row in shown(replace(samples_facts.FAMILY, lines=[line])).rows] == [
        "Also"
    ]


def test_no_line_is_lost_between_two_pages(panel: Panel) -> None:
    panel.show(screen(samples_facts.MOST))
    stack = panel.app.face.view.ids.hand  # type: ignore[union-attr]
    assert stack.pages > 1
    seen: list[object] = []
    for _ in range(stack.pages):
        seen += panel.widgets("Row")
        stack.turn()
        panel.settle()
    assert len(seen) == len(set(map(id, seen))) == len(samples_facts.MOST.lines)


def test_a_case_number_in_two_parts_is_shown_as_people_have_it() -> None:
    case = replace(samples_facts.GRIEVANCE, account="RJTK01-0004172026")
    number = shown(case).account.replace("\N{NO-BREAK SPACE}", " ")
    assert number.endswith(": RJTK010004172026")


@pytest.mark.parametrize("slip", samples_facts.SLIPS)
def test_the_machine_says_what_became_of_the_slip(slip: str) -> None:
    model = shown(replace(samples_facts.FAMILY, slip=f"facts.slip.{slip}"))
    assert model.strip in model.spoken_text
    assert model.print.is_there is (slip == "failed")


def test_the_next_page_is_a_touch_or_a_key_away(panel: Panel) -> None:
    panel.show(screen(samples_facts.MOST))
    pages = panel.app.face.view.ids.hand.pages  # type: ignore[union-attr]
    panel.touch(panel.button(f"और देखें (1/{pages})"))
    assert f"और देखें (2/{pages})" in panel.texts()
    assert panel.app.face.key("pagedown")
    panel.settle()
    assert f"और देखें ({3 if pages > 2 else 1}/{pages})" in panel.texts()
    assert panel.presses == []


def test_the_other_language_keeps_the_page_and_another_citizen_does_not(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(screen(samples_facts.MOST))
    pages = panel.app.face.view.ids.hand.pages  # type: ignore[union-attr]
    panel.touch(panel.button(f"और देखें (1/{pages})"))
    panel.show(screen(replace(samples_facts.MOST, slip="facts.slip.enough"), 2))
    assert f"और देखें (2/{pages})" in panel.texts()
    panel.show(screen(replace(samples_facts.MOST, account="4812345679"), 3))
    assert f"और देखें (1/{pages})" in panel.texts()


def test_a_slip_another_service_and_the_end_are_buttons(panel: Panel) -> None:
    panel.show(screen(samples_facts.GRIEVANCE))
    for text in ("पर्ची लें", "एक और सेवा", "हो गया"):
        panel.touch(panel.button(text))
    assert panel.presses == [(Action.PRINT, ""), (Action.ANOTHER, ""), (Action.FINISH, "")]
    assert not panel.app.face.key("pagedown"), "there is one page"


def test_nothing_of_the_facts_is_left_in_a_widget_when_nobody_is_here(panel: Panel) -> None:
    """The view is built once and stays in memory: its rows must not keep a name."""
    panel.show(screen(samples_facts.MOST))
    panel.show(screen(samples_facts.FAMILY, 2))
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    view = panel.app.face.views[FactsModel]
    assert not any(row.value or row.label for row in view._rows)
    assert view.model == FactsModel()
