"""Every key that core may send has words in both languages, and the two catalogues agree."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from types import ModuleType

import pytest

from drivers.base.notes_events import Condition
from firmware.contract.card import SwipeProblem
from firmware.contract.desk import DAEMONS, MACHINE, WhyClosed
from firmware.contract.device import DeviceState, Fault, Kind, Status
from firmware.contract.gateway import Tender
from firmware.contract.money import rupees
from firmware.contract.network import (
    HopName,
)
from firmware.contract.reading import (
    HINDI,
    Language,
)
from firmware.contract.screen import (
    Closed,
    Hint,
    Number,
    ScreenData,
    Services,
    Waiting,
)
from firmware.core import (
    desk_network,
    desk_pages,
    desk_screens,
    desk_testing,
    guided,
    guided_kinds,
    operator,
)
from firmware.core.desk_tasks import (
    GROUPS,
    MORE,
)
from firmware.core.floor import Floor
from firmware.runtime import (
    desk_words,
)
from firmware.runtime.config import (
    ConfigError,
)
from firmware.runtime.service_words import (
    service_words,
)
from firmware.runtime.words import MissingWords, Words
from firmware.services.catalogue import load_catalogue
from firmware.services.catalogue.asks import Ask, Date, Digits, Mobile, Year
from ui import samples, samples_again, samples_asks, samples_desk, theme
from ui.languages import LOCALE, after, languages, offered
from ui.say import Say
from ui.scene import Director

TILE_PARTS = ("name", "by")
SERVICE_PARTS = (*TILE_PARTS, "account")
TROUBLE_PARTS = ("title", "text", "told", "do.1")


def keys_of_core() -> list[str]:
    return [
        *(f"{service}.{part}" for service, _ in samples.TILES for part in TILE_PARTS),
        *(f"{service}.{part}" for service in load_catalogue().services for part in SERVICE_PARTS),
        *(f"number.{problem}" for problem in samples_asks.PROBLEMS),
        *keys_of_questions(),
        *(f"tile.{reason}" for reason in samples.TILE_REASONS),
        *(f"number.{problem}" for problem in samples.PROBLEMS),
        *(f"waiting.{what}" for what in samples.WAITINGS),
        *(f"slip.{problem}" for problem in samples.SLIP_PROBLEMS),
        *(f"reprint.{problem}" for problem in samples_again.PROBLEMS),
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
        *(f"pin.{problem}" for problem in samples_desk.PIN_PROBLEMS),
        *keys_of_the_desk(),
        *samples.newcomer().todo,
        *(f"closed.{cause}.{part}" for cause in samples.CLOSINGS for part in ("title", "line")),
    ]


def keys_of_questions() -> list[str]:
    """What each is called; what is typed also where it is found, and the sentence of one that
    fails its pattern."""
    return [
        f"{service.label(ask)}{part}"
        for service in load_catalogue().services.values()
        for ask in service.asks
        for part in _parts_of(ask)
    ]


def _parts_of(ask: Ask) -> tuple[str, ...]:
    match ask:
        case Digits(pattern=pattern) if pattern:
            return ("", ".where", ".problem")
        case Digits() | Mobile() | Date() | Year():
            return ("", ".where")
        case _:
            return ("",)


def keys_of_the_desk() -> set[str]:
    """Every constant key in the modules that draw the operator's pages, and those made of words."""
    sources = (desk_screens, desk_pages, desk_network, operator)
    trees = [ast.parse(Path(str(each.__file__)).read_text(encoding="utf-8")) for each in sources]
    found: set[str] = {
        *(f"desk.group.{group}" for group in GROUPS),
        *(f"desk.{part}.{kind}" for part in ("device", "test") for kind in Kind),
        *(f"desk.closed.{why.value}" for why in WhyClosed),
        *(f"closed.{why.value}.{part}" for why in WhyClosed for part in ("title", "line")),
        *(f"desk.restart.{name}" for name in (*DAEMONS, MACHINE)),
        *(f"desk.{what}.{way}" for what in ("volume", "brightness") for way in ("up", "down")),
        *(f"hop.{hop}" for hop in (*HopName, "sim")),
        *(f"helpdesk.{hop}" for hop in (*HopName, "well", "nobody_measures")),
        f"desk.{MORE}",
    }
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Call(
                func=ast.Name(id="Task"), args=[ast.Constant(value=str(task)), *_], keywords=[]
            ):
                found.add(f"desk.{task}")
            case ast.Constant(value=str(key)) if re.fullmatch(r"(desk|waiting)\.[a-z_]+", key):
                found.add(key)
            case _:
                pass
    assert len(found) > 90
    return found


@pytest.mark.parametrize("language", list(languages()))
def test_core_sent_a_key_that_had_no_words(language: Language) -> None:
    say = Say(language, "181")
    assert [key for key in keys_of_core() if not say.has(key)] == []


ACCEPTOR_FAULTS = [condition.value for condition in Condition] + [
    "notes.link.lost", "notes.device.refuses", "coins.jam", "coins.link.silent", "coins.tube.500",
]  # fmt: skip


def floor_with(code: str) -> Floor:
    """One acceptor, and this is why it is out of service."""
    kind = Kind(code.partition(".")[0])
    state = DeviceState(
        name=kind, kind=kind, family="any", status=Status.OUT_OF_SERVICE, faults=[Fault(code)]
    )
    return Floor({state.name: state})


@pytest.mark.parametrize("code", ACCEPTOR_FAULTS)
def test_an_acceptor_that_stops_says_why_to_a_citizen(code: str) -> None:
    cause = floor_with(code).acceptor_trouble()
    assert cause is not None
    for language in languages():
        say = Say(language, "181")
        assert all(say.has(f"{cause}.{part}") for part in TROUBLE_PARTS)


def test_a_note_in_the_mouth_is_said_to_be_stuck_and_not_only_that_cash_is_off() -> None:
    assert floor_with("notes.path.blocked").acceptor_trouble() == "trouble.notes_jam"


def test_every_reason_for_which_a_reader_refuses_a_swipe_has_a_hint() -> None:
    assert {reason.value for reason in SwipeProblem} <= set(samples.CARD_HINTS)


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _own(language: str) -> Words:
    """The catalogue of a language alone, with nothing below it."""
    return Words(LOCALE, language, "ui")


@pytest.mark.parametrize("language", list(languages()))
def test_a_translation_forgot_the_amount(language: str) -> None:
    hindi, other = _own(HINDI).texts, _own(language).texts
    assert sorted(set(hindi) ^ set(other)) == [], "a key is in one catalogue alone"
    assert [key for key in hindi if _facts(hindi[key]) != _facts(other[key])] == []
    assert [key for key in hindi if not other[key].strip()] == []


# Said the same way: names, signs, and what is no word of any language.
SAME = re.compile(r"[A-Z0-9 A4()+−अ·.{}a-z_,/…:•]*|.*kioskctl.*")


@pytest.mark.parametrize("language", [code for code in languages() if code not in ("hi", "en")])
def test_a_sentence_was_left_in_hindi(language: str) -> None:
    """Words that two languages share are short: `एक क्षण …`."""
    hindi, other = _own(HINDI).texts, _own(language).texts
    same = [key for key in hindi if hindi[key] == other[key] and not SAME.fullmatch(hindi[key])]
    assert [key for key in same if len(hindi[key].split()) > 3] == []


@pytest.mark.parametrize("language", list(languages()))
def test_a_language_has_its_name_and_its_voice(language: str) -> None:
    meta = languages()[language]
    assert meta.name and meta.voice


def test_what_the_services_lack_in_a_third_language_is_read_in_hindi() -> None:
    """What is missing is named here, so that whoever translates it knows: the rule is Hindi."""
    hindi, marathi = service_words(HINDI), service_words("mr")
    assert len(marathi) == 0, "services speak Marathi now: name what is still missing"
    say = Say("mr", "181", ("mr", "hi"))
    assert all(say.has(key) for key in hindi)
    assert say("electricity.name") == hindi["electricity.name"]


def test_a_language_that_has_no_folder_is_named_at_the_start() -> None:
    with pytest.raises(ConfigError, match="got `xx`"):
        offered(("hi", "xx"))


def test_the_button_leads_through_three_languages_in_turn() -> None:
    three = ("hi", "en", "mr")
    assert [after(each, three) for each in three] == ["en", "mr", "hi"]
    assert after("xx", three) == "hi"


def test_desk_and_kioskctl_say_the_same_in_both_languages() -> None:
    hindi, english = (desk_words.words_of(language) for language in ("hi", "en"))
    assert hindi.keys == english.keys
    assert [k for k in hindi.keys if _facts(hindi.texts[k]) != _facts(english.texts[k])] == []
    made = constants_of("Text", (guided, guided_kinds, desk_testing))
    assert {f"guided.{key}" for key in made} <= hindi.keys


def constants_of(name: str, modules: tuple[ModuleType, ...]) -> set[str]:
    """The first arguments of every call of that name."""
    trees = [ast.parse(Path(str(each.__file__)).read_text(encoding="utf-8")) for each in modules]
    return {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_a_key_without_words_is_named() -> None:
    with pytest.raises(MissingWords, match=r"no\.such\.key"):
        Say(HINDI, "181")("no.such.key")


def test_every_service_of_the_catalogue_has_a_name() -> None:
    catalogue = load_catalogue()
    names = [*catalogue.services, *(coming.id for coming in catalogue.coming)]
    for language in languages():
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
        Number("electricity", "electricity.ask.account", 12, "", "number.cursed"),
        samples.cash(Hint("cash.refused.ugly", rupees(10))),
        samples.cash(Hint("cash.brand_new")),
    ]
    for language in languages():
        for data in unknown:
            assert Director("181").scene(samples.screen(data, language)).spoken_text
