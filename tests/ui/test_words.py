"""Every key that core may send has words in both languages, and the two catalogues agree."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from firmware.contract.gateway import Tender
from firmware.contract.money import rupees
from firmware.contract.screen import Closed, Hint, Language, Number, ScreenData, Services, Waiting
from firmware.core import desk_screens
from firmware.runtime.words import MissingWords, Words
from firmware.services.catalogue import load_catalogue
from ui import samples, theme
from ui.say import LOCALE, Say
from ui.scene import Director

SERVICE_PARTS = ("name", "by", "account", "account.where")
TROUBLE_PARTS = ("title", "text", "told", "do.1")


def keys_of_core() -> list[str]:
    return [
        *(f"{service}.{part}" for service, _ in samples.TILES for part in SERVICE_PARTS),
        *(f"tile.{reason}" for reason in samples.TILE_REASONS),
        *(f"number.{problem}" for problem in samples.PROBLEMS),
        *(f"waiting.{what}" for what in samples.WAITINGS),
        *(f"slip.{problem}" for problem in samples.SLIP_PROBLEMS),
        "resumed.wrong",
        "note.no_change",
        "note.not_taken",
        "note.limit",
        *(f"limit.{which}" for which in samples.LIMITS),
        *samples.HINTS,
        *(f"card.{reason}" for reason in samples.CARD_HINTS),
        *(f"done.by.{tender}" for tender in Tender),
        *(f"attract.line.{ways}" for ways in ("upi", "card", "upi_card", "no_cash")),
        *(f"trouble.{cause}.{part}" for cause in samples.TROUBLES for part in TROUBLE_PARTS),
        *(f"pin.{problem}" for problem in samples.PIN_PROBLEMS),
        *keys_of_the_desk(),
        *(f"closed.{cause}.{part}" for cause in samples.CLOSINGS for part in ("title", "line")),
    ]


def keys_of_the_desk() -> set[str]:
    """Every constant key in the module that draws the operator's pages."""
    tree = ast.parse(Path(desk_screens.__file__).read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Task"), args=[ast.Constant(value=str(task)), *_]):
                found.add(f"desk.{task}")
            case ast.Constant(value=str(key)) if re.fullmatch(r"(desk|waiting)\.[a-z_]+", key):
                found.add(key)
            case _:
                pass
    assert len(found) > 30
    return found


@pytest.mark.parametrize("language", list(Language))
def test_core_sent_a_key_that_had_no_words(language: Language) -> None:
    say = Say(language, "181")
    assert [key for key in keys_of_core() if not say.has(key)] == []


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_translation_forgot_the_amount() -> None:
    hindi, english = (Words(LOCALE, language.value, "ui") for language in Language)
    assert hindi.keys == english.keys
    differ = [key for key in hindi.keys if _facts(hindi._texts[key]) != _facts(english._texts[key])]
    assert differ == []


def test_a_key_without_words_is_named() -> None:
    with pytest.raises(MissingWords, match=r"no\.such\.key"):
        Say(Language.HINDI, "181")("no.such.key")


def test_every_service_of_the_catalogue_has_a_name() -> None:
    catalogue = load_catalogue()
    names = [*catalogue.services, *(coming.id for coming in catalogue.coming)]
    for language in Language:
        say = Say(language, "181")
        assert [name for name in names if not say.has(f"{name}.name")] == []


@pytest.mark.parametrize("pair", theme.TEXT_PAIRS, ids="/".join)
def test_grey_on_grey_could_not_be_read_in_the_sun(pair: tuple[str, str]) -> None:
    assert theme.contrast(*pair) >= 7.0


def test_contrast_agrees_with_the_standard() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_a_newer_core_sends_keys_that_this_screen_does_not_know() -> None:
    unknown: list[ScreenData] = [
        samples.trouble("moon_fell_down", 200),
        Waiting("waiting.for_godot"),
        Closed("closed.by_order"),
        Services(samples.tiles("tile.strike")),
        Number("electricity", "electricity.account", 12, "", "number.cursed"),
        samples.cash(Hint("cash.refused.ugly", rupees(10))),
        samples.cash(Hint("cash.brand_new")),
    ]
    for language in Language:
        for data in unknown:
            assert Director("181").scene(samples.screen(data, language)).spoken_text
