"""The six keys: everything that a finger reaches, in reading order, seen and said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from firmware.contract.reading import Language
from firmware.contract.screen import Action, Count, Desk, Number, Pin, Screen, Task
from firmware.runtime.config import ConfigError, convert
from firmware.runtime.sealing import OneTimeKey
from firmware.runtime.ui_section import KeyName, KeysSection, UiSection
from tests.ui.documents import every_document
from tests.ui.panel import Panel
from ui import samples, theme
from ui.focus import Focus, Key, Spot, Zone, key_names, reading_order
from ui.languages import languages

# --- the model, without a window ---------------------------------------------------------------


def spot(name: str, left: float, bottom: float, zone: Zone = Zone.BODY) -> Spot:
    return Spot(name, name, left, bottom, 100, 80, zone)


GRID = (
    spot("listen", 0, 1800, Zone.ABOVE), spot("back", 0, 20, Zone.BELOW),
    spot("pay", 500, 20, Zone.BELOW), spot("two", 500, 1500), spot("one", 0, 1510),
    spot("four", 500, 1300), spot("three", 0, 1300), spot("padlock", 900, 1700, Zone.ASIDE),
)  # fmt: skip


def test_what_is_between_the_bars_is_read_first_and_the_padlock_last() -> None:
    names = [each.spoken_text for each in reading_order(GRID)]
    assert names == ["one", "two", "three", "four", "back", "pay", "listen", "padlock"]


def test_the_ring_goes_round_and_begins_where_it_was_sent() -> None:
    order, focus = reading_order(GRID), Focus()
    assert focus.step(order, -1) is order[-1]
    focus.clear()
    steps = [focus.step(order, 1) for _ in range(len(order) + 1)]
    assert steps == [*order, order[0]]
    assert focus.step((), 1) is None


def test_a_tile_that_went_out_of_service_left_the_ring_on_its_neighbour() -> None:
    focus = Focus()
    focus.step(GRID, 1)
    others = GRID[1:]
    assert focus.keep(others) is None
    assert focus.step(others, 1) is others[0], "from the beginning"


def test_a_letter_that_may_not_stand_twice_sent_the_ring_back_to_the_first() -> None:
    focus = Focus()
    focus.step(GRID, 1)
    order = reading_order(GRID)
    focus.spot = order[2]
    without = (*order[:2], *order[3:])
    assert focus.step(without, 1) is order[3]
    focus.spot = order[2]
    assert focus.step(without, -1) is order[1]


def test_a_button_that_means_another_thing_now_is_not_meant_any_more() -> None:
    focus = Focus()
    focus.step(GRID, 1)
    assert focus.keep([meaning(GRID[0], "stop")]) is None


def meaning(one: Spot, text: str) -> Spot:
    return Spot(one.owner, text, one.left, one.bottom, one.width, one.height, one.zone)


# --- the configuration -------------------------------------------------------------------------


def test_a_keypad_that_sends_other_keys() -> None:
    section = convert({"keys": {"previous": "left", "next": "right"}}, UiSection, "test")
    assert key_names(section.keys)["left"] is Key.PREVIOUS
    assert key_names(KeysSection())["enter"] is Key.OK


@pytest.mark.parametrize(
    ("keys", "message"),
    [({"listen": "up"}, "got `up` twice"), ({"listen": "f19"}, "Invalid enum value 'f19'"),
     ({"lissten": "f1"}, "did you mean `listen`")],
)  # fmt: skip
def test_two_keys_that_send_the_same_are_named(keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        convert({"keys": keys}, UiSection, "test")


def test_every_name_is_one_that_the_window_knows(panel: Panel) -> None:
    from ui.app import KEYS, NAMES

    assert set(get_args(KeyName)) <= {*KEYS.values(), *NAMES.values()}


# --- on every screen ---------------------------------------------------------------------------

LOST = "neither seen nor heard"


def _reached(panel: Panel) -> set[object]:
    """What the down key comes to, in one round."""
    face, owners = panel.app.face, []
    for _ in panel.widgets("Touch"):
        face.key("down")
        if face.keys.spot is None or face.keys.spot.owner in owners:
            break
        owners.append(face.keys.spot.owner)
    return set(owners)


def _documents() -> Iterator[tuple[str, Screen]]:
    for language in languages():
        for name, screen in every_document(language):
            if name != "warning":
                yield f"{language} {name}", screen


def test_a_finger_could_press_what_no_key_came_to(panel: Panel) -> None:
    """Everything that is on, on every document; and each says what it is."""
    faults = []
    for name, screen in _documents():
        panel.show(screen)
        panel.said.clear()
        wanted = {each for each in panel.widgets("Touch") if each.is_on and min(each.size) > 1}
        if _reached(panel) != wanted:
            faults.append(f"{name}: {len(wanted)} may be pressed, got {len(_reached(panel))}")
        faults += [f"{name}: {LOST}" for said in panel.said if not said.strip()]
    assert faults == []


def test_the_same_words_on_two_buttons_could_not_be_told_apart(panel: Panel) -> None:
    for name, screen in _documents():
        panel.show(screen)
        said = [each.spoken_text for each in panel.app.face.keys.spots()]
        if name.split()[1] not in ("a-pin", "PIN") and not isinstance(screen.data, Pin):
            assert len(said) == len(set(said)), f"{name}: {said}"


# --- what is seen ------------------------------------------------------------------------------


def test_the_ring_stands_out_whatever_lies_below_it() -> None:
    """WCAG 2.2, technique C40: two colours, 9:1 apart, so one is 3:1 to anything."""
    assert theme.contrast(theme.INK, theme.WHITE) >= 9.0
    grounds = {ground for pair in theme.TEXT_PAIRS for ground in pair}
    for ground in grounds:
        assert max(theme.contrast(line, ground) for line in (theme.INK, theme.WHITE)) >= 3.0


def test_the_ring_is_there_for_keys_and_not_for_fingers(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["5-bill"]))
    assert not _has_ring(panel)
    assert panel.app.face.key("down") and _has_ring(panel)
    panel.touch_at(540, 1500)  # on nothing
    assert not _has_ring(panel) and panel.app.face.keys.spot is None


def _has_ring(panel: Panel) -> bool:
    return panel.app.face.keys._ring.is_shown


def test_ring_pixels_are_round_what_is_meant(panel: Panel) -> None:
    """Ink and white around the button, and gone without a trace."""
    panel.show(samples.screen(samples.main_screens()["2-services"]))
    panel.app.face.key("down")
    owner = panel.app.face.keys.spot
    assert owner is not None
    with_ring = _pixel(panel, owner.left - 12, owner.middle)
    near = _pixel(panel, owner.left - 3, owner.middle)
    panel.app.face.keys.hide()
    assert with_ring == (20, 33, 61)
    assert near == (255, 255, 255)
    assert _pixel(panel, owner.left - 12, owner.middle) == (255, 249, 240)


def _pixel(panel: Panel, x: float, y: float) -> tuple[int, int, int]:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    panel.app.root_window.canvas.ask_update()
    panel.draw()
    red, green, blue = glReadPixels(int(x), int(y), 1, 1, GL_RGB, GL_UNSIGNED_BYTE)
    return red, green, blue


# --- what is pressed ---------------------------------------------------------------------------


def keys(panel: Panel, *names: str) -> None:
    for name in names:
        panel.app.face.key(name)


def to(panel: Panel, text: str) -> None:
    """Down until that is said."""
    for _ in panel.widgets("Touch"):
        keys(panel, "down")
        if panel.said[-1].startswith(text):
            return
    raise LookupError(f"never heard {text!r}: {panel.said}")


def fresh(panel: Panel, screen: Screen) -> None:
    """With another screen before it."""
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(screen)
    panel.said.clear()


def test_ok_out_of_habit_paid_a_bill(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.main_screens()["5-bill"]))
    listened = panel.listened
    keys(panel, "enter", "enter")
    assert panel.presses == [], "nothing was meant yet"
    assert panel.listened == listened + 2
    to(panel, "भुगतान करें")
    keys(panel, "enter")
    assert panel.presses == [(Action.PAY, "")]


def test_the_next_screen_came_under_the_same_ring(panel: Panel) -> None:
    """A bill where the cash screen was: what stands in the same place means another thing."""
    fresh(panel, samples.screen(samples.main_screens()["5-bill"], serial=1))
    to(panel, "भुगतान करें")
    panel.show(samples.screen(samples.cash(), serial=2))
    keys(panel, "enter")
    assert panel.presses == []


def test_a_note_that_was_counted_took_the_ring_away(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.cash(inserted=100), serial=1))
    to(panel, "रद्द करें")
    panel.show(samples.screen(samples.cash(inserted=200), serial=2))
    keys(panel, "enter")
    assert panel.presses == [(Action.CANCEL, "")]


def test_a_number_typed_with_six_keys(panel: Panel) -> None:
    fresh(panel, samples.screen(Number("electricity", "electricity.ask.account", 3)))
    to(panel, "2")
    keys(panel, "enter")
    assert panel.said[-1] == "2. 2 अंक और लिखें."
    keys(panel, "up", "enter", "down", "down", "enter")
    assert panel.app.face.view is not None
    assert panel.app.face.view.shown.typed == "213"
    keys(panel, "enter")  # the ring went to the way on by itself
    assert panel.presses == [(Action.ENTER, "213")]


def test_digits_of_a_keypad_are_said_and_the_way_on_is_next(panel: Panel) -> None:
    fresh(panel, samples.screen(Number("electricity", "electricity.ask.account", 3)))
    keys(panel, "2", "1", "3")
    assert [each.partition(".")[0] for each in panel.said] == ["2", "1", "3"]
    keys(panel, "enter")
    assert panel.presses == [(Action.ENTER, "213")]


def test_no_digit_of_a_pin_is_said(panel: Panel) -> None:
    key = OneTimeKey()
    fresh(panel, samples.screen(Pin(key.public)))
    for name in ["7", "3", "9"]:
        keys(panel, name)
    keys(panel, "down", "enter")  # "1"
    assert panel.said == ["1 अंक हुए", "2 अंक हुए", "3 अंक हुए", "एक अंक", "4 अंक हुए"]
    to(panel, "आगे")
    keys(panel, "enter")
    ((action, sealed),) = panel.presses
    assert (action, key.open(sealed)) == (Action.ENTER, b"7391")


def test_a_sum_that_was_counted_is_said_as_it_grows(panel: Panel) -> None:
    fresh(panel, samples.screen(Count("desk.count_notes")))
    keys(panel, "4", "7", "0")
    assert panel.said[-1] == "₹\N{NO-BREAK SPACE}470"


def test_the_operators_desk_by_keys(panel: Panel) -> None:
    tasks = [Task("collect", "desk.not_your_role"), Task("report")]
    fresh(panel, samples.screen(Desk("desk.menu", "S. Gurjar", tasks=tasks)))
    keys(panel, "down")
    assert panel.said == ["दिन की रिपोर्ट"]
    keys(panel, "enter")
    assert panel.presses == [(Action.CHOOSE_TASK, "report")]


def test_the_padlock_opens_by_ok_and_is_the_last_that_is_said(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.main_screens()["9-closed"]))
    keys(panel, "up")
    assert panel.said == ["केवल संचालक के लिए"]
    keys(panel, "enter")
    assert panel.presses == [(Action.OPERATOR, "")]


@pytest.mark.parametrize("name", ["up", "down", "enter", "escape", "f1", "f2", "f3", "7", "f11"])
def test_whoever_presses_anything_is_still_there(panel: Panel, name: str) -> None:
    fresh(panel, samples.screen(samples.cash(), is_warning=True, leaves_in=15))
    keys(panel, name)
    assert panel.presses == [(Action.STAY, "")]


def test_help_is_said_first_and_leaves_only_when_it_is_pressed_again(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.cash()))
    keys(panel, "f2")
    assert "181" in panel.said[-1] and panel.said[-1].endswith("रद्द करें.")
    keys(panel, "down", "f2")
    assert panel.presses == [], "another key was between"
    keys(panel, "f2")
    assert panel.presses == [(Action.CANCEL, "")]


def test_help_where_nothing_can_be_left_says_nothing_of_it(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.main_screens()["1-attract"]))
    keys(panel, "f2", "f2")
    assert panel.presses == [] and "छोड़ने" not in panel.said[-1]


def test_back_where_there_is_no_way_back_says_so(panel: Panel) -> None:
    fresh(panel, samples.screen(samples.main_screens()["1-attract"]))
    keys(panel, "escape")
    assert panel.said == ["यहाँ से पीछे नहीं जा सकते।"]


def test_any_press_hushes(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    hushed = panel.hushed
    panel.touch_at(540, 1500)
    keys(panel, "down")
    assert panel.hushed == hushed + 2


def test_louder_is_seen_as_bars_and_is_there_only_where_something_is_heard(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    top = panel.app.face._top
    assert not top.ids.louder.is_on and top.ids.louder.width == 0
    panel.app.face.heard_at(3)
    panel.settle()
    panel.touch(top.ids.louder)
    assert top.loudness == 4
    assert _louder_is_large_enough(panel)
    panel.app.face.heard_at(0)
    panel.settle()


def _louder_is_large_enough(panel: Panel) -> bool:
    least = theme.TARGET_MM * theme.pixels_per_mm(1080, 1920)
    return bool(min(panel.app.face._top.ids.louder.size) >= least)


@pytest.mark.parametrize("language", list(languages()))
def test_the_bar_has_room_for_the_volume_in_both_languages(
    panel: Panel, language: Language
) -> None:
    panel.app.face.heard_at(3)
    panel.show(samples.screen(samples.cash(), language))
    unfit = [text.text for text in panel.widgets("Text") if text.text and not text.fits]
    panel.app.face.heard_at(0)
    panel.settle()
    assert unfit == []
