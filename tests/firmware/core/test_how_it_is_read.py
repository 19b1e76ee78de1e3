"""The language and the size of letters: chosen by one citizen, and never left to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.reading import TextSize, in_language, on_paper
from firmware.contract.screen import Action, Attract
from firmware.runtime.ui_section import UiSection
from tests.firmware.core.world import CONFIG, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


class AtTheBorder(World):
    base = replace(CONFIG, ui=UiSection(languages=("mr", "hi", "en"), text_size=TextSize.LARGE))


def letters(world: World) -> str:
    return world.screen.text_size.value


def test_large_letters_stayed_for_the_next_citizen(world: World) -> None:
    assert Action.TEXT_SIZE not in world.screen.actions  # nobody is here
    world.go_to_bill()
    assert Action.TEXT_SIZE in world.screen.actions
    world.press(Action.TEXT_SIZE, "large")
    assert letters(world) == "large"
    world.press(Action.CANCEL)
    assert isinstance(world.screen.data, Attract)
    assert letters(world) == "normal"


def test_a_press_that_no_screen_offers_changes_no_letter(world: World) -> None:
    world.go_to_bill()
    world.press(Action.TEXT_SIZE, "enormous")
    assert world.screen.text_size is TextSize.NORMAL


def test_core_died_under_somebody_who_reads_large_letters(world: World) -> None:
    world.go_to_bill()
    world.press(Action.TEXT_SIZE, "large")
    world.crash()
    assert world.screen.text_size is TextSize.LARGE


def test_a_language_that_this_kiosk_does_not_offer_is_not_chosen(world: World) -> None:
    world.press(Action.CHOOSE_LANGUAGE, "mr")
    assert isinstance(world.screen.data, Attract) and world.screen.language == "hi"


def test_a_kiosk_at_a_border_offers_a_third_language(tmp_path: Path) -> None:
    world = AtTheBorder(tmp_path)
    assert (world.screen.language, world.screen.text_size) == ("mr", TextSize.LARGE)
    world.go_to_bill()
    world.press(Action.CHOOSE_LANGUAGE, "mr")
    assert world.screen.language == "mr"


def test_what_an_office_says_in_two_languages_is_read_in_hindi_by_a_third() -> None:
    words = {"en": "Tonk", "hi": "टोंक"}
    assert in_language(words, "mr", "?") == "टोंक"
    assert in_language({"en": "Tonk"}, "mr", "?") == "Tonk"
    assert in_language({}, "mr", "?") == "?"
    assert (on_paper("mr"), on_paper("en")) == ("hi", "en")
