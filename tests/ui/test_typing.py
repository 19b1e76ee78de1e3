"""Letters on the screen, in the real widget tree and as models: keys, search, bar code readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from firmware.contract.letters import normalised
from firmware.contract.reading import HINDI
from firmware.contract.screen import Action, Number, Screen, ScreenData
from firmware.contract.typed import LONGEST_SCAN, FindPlace, WriteText
from tests.ui.panel import Panel
from ui import samples, samples_typing
from ui.keyboard_rows import DEVANAGARI, UNITS, Does, Layer, first_layer, rows_of
from ui.say import Say
from ui.screens.find_place import model as find_place
from ui.screens.number import model as number
from ui.screens.write_text import model as write_text
from ui.wedge import LEAST_SCAN, MOST_HELD, PAUSE, Scanned, Typed, Wedge

IN_HINDI = Say(HINDI, "181")
BOX = WriteText("grievance", "grievance.ask.text", 200, lines=4)
NAME = WriteText("grievance", "grievance.ask.name", 5, 2)


def screen(data: ScreenData) -> Screen:
    return samples.screen(data)


def box(data: WriteText = BOX) -> write_text.WriteTextModel:
    return write_text.model(data, screen(data), IN_HINDI)


# --- the keys ------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", Layer)
@pytest.mark.parametrize("has_next", [True, False])
def test_every_row_is_as_wide_as_the_keyboard(layer: Layer, has_next: bool) -> None:
    for script in ("any", "devanagari", "latin"):
        for row in rows_of(layer, script, True, has_next):
            assert abs(sum(cap.units for cap in row) - UNITS) < 0.01


def test_the_consonants_stand_as_they_are_taught() -> None:
    rows = [row.split() for row in DEVANAGARI[2:5]]
    vargas = [row[at : at + 5] for row in rows for at in (0, 5)]
    assert ["".join(varga) for varga in vargas[:5]] == ["कखगघङ", "चछजझञ", "टठडढण", "तथदधन", "पफबभम"]
    assert all(len(row) == UNITS for row in rows)


def test_every_sign_stands_below_its_vowel() -> None:
    vowels, signs = (row.split() for row in DEVANAGARI[:2])
    names = zip(vowels[1:], signs[1:], strict=True)
    assert "".join(f"{vowel}{sign}" for vowel, sign in names) == "आाइिईीउुऊूएेऐैओोऔौ"


def test_each_question_begins_with_letters_that_it_takes() -> None:
    assert first_layer("any", "hi") is Layer.DEVANAGARI
    assert first_layer("any", "en") is first_layer("latin", "hi") is Layer.LATIN
    last = rows_of(Layer.LATIN, "latin", False, True)[-1]
    assert not [cap for cap in last if cap.does is Does.LAYER], "no way to letters not taken"


# --- words ---------------------------------------------------------------------------------


def typed(keys: str, data: WriteText = BOX) -> str:
    shown = box(data)
    for key in keys.split("|"):
        shown = write_text.write(shown, key)
    return shown.typed


def test_a_name_typed_key_by_key() -> None:
    assert typed("क|ा|म|ा|क्ष|ी") == "कामाक्षी"
    assert typed("ा|क|ि|ी| | |दे") == "कि दे", "what cannot follow is not typed"


def test_a_full_box_takes_no_letter_more() -> None:
    assert typed("क|म|ल|ा| |दे|वी|य", NAME) == "कमला दे", "five letters, each with its sign"


def test_the_last_letter_may_still_get_its_sign() -> None:
    assert typed("क|म|ल|द|व|ी", NAME) == "कमलदवी"


def test_a_document_about_the_same_question_keeps_the_words() -> None:
    half = write_text.write(box(), "प")
    assert write_text.keep_typed(box(), half).typed == "प"
    assert write_text.keep_typed(box(NAME), half).typed == "", "another question begins anew"


def test_the_strip_says_when_there_is_little_room() -> None:
    assert box().strip == ""
    assert replace(box(NAME), typed="कमल").strip == "2 अक्षर और लिख सकते हैं"
    assert replace(box(NAME), typed="कमलाबा").strip == "1 अक्षर और लिख सकते हैं"


@pytest.fixture
def boxed(panel: Panel) -> Iterator[Panel]:
    panel.show(screen(samples.cash()))
    panel.show(screen(BOX))
    yield panel
    panel.show(screen(samples.cash()))


def key(panel: Panel, letter: str) -> None:
    caps = {cap.cap.value: cap for cap in panel.widgets("CapKey") if cap.cap.does is Does.TYPE}
    panel.touch(caps[letter])


def test_a_complaint_typed_on_the_glass(boxed: Panel) -> None:
    for letter in ("प", "ा", "न", "ी"):
        key(boxed, letter)
    boxed.touch(boxed.button("आगे"))
    assert boxed.presses == [(Action.STAY, ""), (Action.ENTER, "पानी")]


def test_a_sign_is_off_until_a_letter_stands_there(boxed: Panel) -> None:
    signs = [cap for cap in boxed.widgets("CapKey") if cap.cap.value == "ि"]
    assert not signs[0].is_on
    key(boxed, "क")
    assert signs[0].is_on
    key(boxed, "ि")
    assert not signs[0].is_on, "one sign a letter"


def test_both_alphabets_are_a_touch_away(boxed: Panel) -> None:
    boxed.touch(boxed.button("A B C"))
    key(boxed, "K")
    boxed.touch(boxed.button("अ आ क"))
    key(boxed, "क")
    boxed.touch(boxed.button("1 2 3"))
    key(boxed, "7")
    assert "Kक7" in boxed.texts()


def test_words_arrive_from_a_physical_keyboard_too(boxed: Panel) -> None:
    for name in ("n", "o", "spacebar", "w", "x", "backspace", "enter"):
        assert boxed.app.face.key(name)
    assert boxed.presses[-1] == (Action.ENTER, "no w")


def test_the_words_of_the_citizen_before_are_gone(boxed: Panel) -> None:
    key(boxed, "क")
    boxed.show(screen(samples.cash()))
    boxed.show(screen(BOX))
    boxed.touch(boxed.button("आगे"))
    assert boxed.presses[-1] == (Action.ENTER, "")


def test_what_was_said_wrong_stands_there_until_it_is_mended(boxed: Panel) -> None:
    boxed.show(screen(replace_typed(BOX, "पानीx", "text.not_allowed")))
    before = len(boxed.presses)
    boxed.touch(boxed.button("आगे"))
    assert len(boxed.presses) == before, "the same again would be refused again"
    boxed.app.face.key("backspace")
    boxed.touch(boxed.button("आगे"))
    assert boxed.presses[-1] == (Action.ENTER, "पानी")


def replace_typed(data: WriteText, typed: str, problem: str) -> WriteText:
    return WriteText(data.service, data.label, data.most, data.least, typed=typed, problem=problem)


# --- a village by its name -----------------------------------------------------------------


def place(sought: str = "", count: int = 0) -> find_place.FindPlaceModel:
    data = samples_typing.found("grievance", sought, count)
    return find_place.model(data, screen(data), IN_HINDI)


def test_who_types_faster_than_core_finds_is_answered_for_the_last_letter() -> None:
    asking, shown = find_place.Asking(), find_place.write(place(), "ट")
    assert asking.due(shown, 0.0)
    shown = find_place.write(find_place.write(shown, "ो"), "ड")
    assert not asking.due(shown, 0.1), "one question at a time"
    shown = find_place.keep_typed(place("ट", 3), shown)
    assert shown.typed == "टोड" and asking.due(shown, 0.2), "the answer brings the next question"
    assert asking.asked == "टोड"
    assert not asking.due(find_place.keep_typed(place("टोड", 1), shown), 0.3)


def test_a_question_that_was_lost_on_the_bus_is_asked_with_the_next_letter() -> None:
    asking, shown = find_place.Asking(), find_place.write(place(), "ट")
    assert asking.due(shown, 0.0)
    assert not asking.due(shown, 0.9)
    assert asking.due(find_place.write(shown, "ो"), 1.1)


def test_a_village_is_typed_found_and_touched(panel: Panel) -> None:
    panel.show(screen(samples.cash()))
    panel.show(screen(samples_typing.found("grievance", "", 0)))
    key(panel, "ट")
    assert panel.presses == [(Action.SEARCH, "ट")]
    panel.show(screen(samples_typing.found("grievance", "ट")))
    panel.touch(panel.button("थड़ोली"))
    assert panel.presses[-1] == (Action.CHOOSE, "tonk/todaraisingh/thadoli")


def test_nothing_found_says_so() -> None:
    assert "नहीं मिला" in place("क्षय").hint and "पहले दो-तीन" in place().hint
    assert place("ट", 2).hint == ""


# --- a bar code reader ---------------------------------------------------------------------

K_NUMBER = "210344001725"
ENTER = 13  # Kivy's number of the key


def keys(text: str, every: float, end: str = "enter") -> list[object]:
    wedge, now = Wedge(), 5.0
    for letter in text:
        wedge.letter(letter, now)
        now += every
    return [*wedge.command(end, now), *wedge.tick(now + 2 * PAUSE)]


@pytest.mark.parametrize("every", [0.001, 0.01, 0.03])
def test_a_reader_types_a_whole_code(every: float) -> None:
    assert keys(K_NUMBER, every) == [Scanned(K_NUMBER)], "and its Enter is no Enter of a person"


def test_a_person_types_digit_by_digit() -> None:
    assert keys("2103", 0.15) == [*map(Typed, "2103"), Typed("enter")]
    assert keys(K_NUMBER, 0.08) == [*map(Typed, K_NUMBER), Typed("enter")], "ten keys a second"


def test_two_keys_at_once_are_two_fingers() -> None:
    assert keys("21", 0.001) == [Typed("2"), Typed("1"), Typed("enter")]
    assert len(keys("2" * (LEAST_SCAN - 1), 0.001)) == LEAST_SCAN


def test_a_reader_that_sends_no_enter() -> None:
    wedge = Wedge()
    for at, letter in enumerate(K_NUMBER):
        wedge.letter(letter, at * 0.01)
    assert wedge.tick(0.12) == [], "more may come"
    assert wedge.tick(0.11 + PAUSE) == [Scanned(K_NUMBER)]
    assert wedge.tick(9.0) == []
    assert wedge.command("enter", 9.0) == [Typed("enter")], "that one is a person's"


@pytest.mark.parametrize("stall", [0.09, 0.35, 2.0])
@pytest.mark.parametrize("first", [3, 7, 12])
def test_a_slow_frame_brings_a_code_in_two_heaps(stall: float, first: int) -> None:
    """Keys are heard once a frame: a heap at once, a gap, the next heap, and nobody looked for keys
    in between. The first three were typed once, and the rest pressed Next with them."""
    wedge = Wedge()
    for now, heap in ((0.0, K_NUMBER[:first]), (stall, K_NUMBER[first:])):
        for letter in heap:
            wedge.letter(letter, now)
    assert wedge.command("enter", stall) == []
    assert wedge.tick(stall + 2 * PAUSE) == [Scanned(K_NUMBER)]


def test_a_tab_behind_a_code_is_the_readers() -> None:
    """It may be a key of the six: then the ring went on by one."""
    assert keys(K_NUMBER, 0.01, end="tab") == [Scanned(K_NUMBER)]


def test_a_code_of_several_lines_is_one() -> None:
    wedge = Wedge()
    for letter in "K 210344":
        wedge.letter(letter, 0.0)
    assert wedge.command("enter", 0.01) == []
    for letter in "001725":
        wedge.letter(letter, 0.02)
    assert wedge.command("enter", 0.03) == []
    assert wedge.tick(0.03 + 2 * PAUSE) == [Scanned("K 210344\n001725")]


def test_a_book_in_a_code_is_cut_off() -> None:
    (scanned,) = keys("a" * 5000, 0.001)
    assert isinstance(scanned, Scanned) and len(scanned.text) == LONGEST_SCAN


def test_a_bag_lies_on_the_keypad_all_day() -> None:
    """SDL repeats a key thirty times a second; all of them were held back, 450 MB a day."""
    wedge, now = Wedge(), 5.0
    for _ in range(MOST_HELD + 5):
        wedge.letter("1", now)
        now += 0.033
        assert wedge.tick(now) == []
    heard = [each for at in (now, now + PAUSE) for each in wedge.tick(at)]
    assert heard == [Scanned("1" * LONGEST_SCAN)]
    wedge.letter("2", now + 1.0)
    assert wedge.tick(now + 2.0) == [Typed("2")], "and whoever comes next is heard"


@pytest.mark.parametrize("key", ["1", "enter"])
def test_what_is_held_back_has_an_end(key: str) -> None:
    wedge = Wedge()
    for at in range(3 * MOST_HELD):
        wedge.letter("1", at / 30) if key == "1" or not at else wedge.command(key, at / 30)
    assert len(wedge._keys) == MOST_HELD


def test_a_scan_goes_to_the_screen_that_asks_and_to_no_other(panel: Panel) -> None:
    panel.show(screen(Number("electricity", "electricity.ask.account", 12)))
    panel.app.face.scan(K_NUMBER)
    assert panel.presses == []
    asks = replace_actions(screen(Number("electricity", "electricity.ask.account", 12)))
    panel.show(asks)
    panel.app.face.scan(K_NUMBER)
    assert panel.presses == [(Action.SCAN, K_NUMBER)]


async def test_a_code_that_is_read_while_the_six_keys_are_used_presses_nothing(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ring is on Cancel; saying it held up a frame, and the code came in two heaps."""
    now = 0.0
    monkeypatch.setattr("ui.app.monotonic", lambda: now)
    app = panel.app
    panel.show(replace_actions(screen(Number("electricity", "electricity.ask.account", 12))))
    app.face.key("down")
    assert app.face.keys.spot is not None
    app._text(None, K_NUMBER[:5])
    now += 0.4
    app._listen_on(0.4)  # the frame was slow: the window has not been asked for keys yet
    app._text(None, K_NUMBER[5:])
    app._key(None, ENTER)
    now += 2 * PAUSE
    app._listen_on(PAUSE)
    assert panel.presses == [(Action.SCAN, K_NUMBER)]


def replace_actions(shown: Screen) -> Screen:
    from msgspec.structs import replace as changed

    return changed(shown, actions=[*shown.actions, Action.SCAN])


async def test_keys_of_the_window_become_letters_or_a_scan(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("ui.app.monotonic", lambda: now)
    panel.show(screen(samples.cash()))
    panel.show(replace_actions(screen(Number("electricity", "electricity.ask.account", 12))))
    app = panel.app
    for letter in K_NUMBER:
        app._text(None, letter)
    assert app._key(None, ENTER, 0, "\r", [])
    now += 2 * PAUSE
    app._listen_on(PAUSE)
    assert panel.presses == [(Action.SCAN, K_NUMBER)]
    assert not app._key(None, ord("a"), 0, "a", []), "letters come as text"


# --- check as one types --------------------------------------------------------------------


def test_a_slip_of_the_finger_is_told_with_the_last_digit() -> None:
    data = Number("s", "electricity.ask.account", 4, check="verhoeff")
    shown = number.model(data, screen(data), IN_HINDI)
    for digit in "2364":  # 236 has the check digit 3
        assert not shown.is_wrong
        shown = number.type_digit(shown, digit)
    assert shown.is_wrong and shown.strip == "कोई अंक गलत है। नंबर फिर से मिलाएँ।"
    shown = number.type_digit(number.backspace(shown), "3")
    assert not shown.is_wrong and shown.is_full


def test_a_number_without_check_digit_is_not_judged_here() -> None:
    data = Number("s", "electricity.ask.account", 4)
    shown = number.model(data, screen(data), IN_HINDI)
    for digit in "2364":
        shown = number.type_digit(shown, digit)
    assert not shown.is_wrong


def test_what_the_search_shows_is_normal_text() -> None:
    for each in samples_typing.FOUND:
        assert normalised(each[1]) == each[1]
    assert isinstance(samples_typing.found("naksha"), FindPlace)


def test_a_keyboard_that_nobody_had_asked_for_took_five_megabytes_twice(panel: Panel) -> None:
    """Each property that a screen sets was another layer of eighty keys, at the start."""
    from ui.screens.find_place.screen import FindPlaceView

    view = FindPlaceView()
    panel.settle()
    board = view.ids.board
    assert not board._layers
    board.begin()
    assert len(board._layers) == 1
    board.has_digits = True
    panel.settle()
    assert len(board._layers) == 2, "other keys, once a question is there"
