"""Every screen, in both languages, in the real widget tree: fits, is large enough, is touchable."""

from __future__ import annotations

import pytest

from firmware.contract.money import rupees
from firmware.contract.reading import ENGLISH, HINDI
from firmware.contract.screen import Action, Number, Services
from tests.ui.documents import every_document
from tests.ui.panel import HEIGHT, WIDTH, Panel
from ui import samples, theme
from ui.environment import prepare


def test_text_fault_finder_can_fail(panel: Panel) -> None:
    from ui.text import Text

    narrow = Text(text="रसीद का कागज समाप्त है", size=(40, 40), letter=40, size_hint=(None, None))
    panel.app.face.add_widget(narrow)
    panel.settle()
    panel.app.face.remove_widget(narrow)
    assert not narrow.fits


def test_what_does_not_work_cannot_be_pressed(panel: Panel) -> None:
    panel.show(samples.screen(Services(samples.tiles())))
    panel.touch(panel.button("मोबाइल, फ़ोन"))
    assert panel.presses == []
    panel.touch(panel.button("बिल भुगतान"))
    assert panel.presses == [(Action.CHOOSE_SERVICE, "bills")]


def test_both_languages_are_one_touch_away_when_nobody_is_here(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.touch(panel.button("English"))
    panel.touch(panel.button("हिन्दी"))
    assert panel.presses == [(Action.CHOOSE_LANGUAGE, "en"), (Action.CHOOSE_LANGUAGE, "hi")]


def test_a_picture_in_the_window_begins_the_visit(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.touch(panel.button("बिल भुगतान"))
    assert panel.presses == [(Action.CHOOSE_LANGUAGE, "hi")]


def _number(typed: str = "", problem: str | None = None) -> Number:
    return Number("electricity", "electricity.ask.account", 12, typed, problem)


def test_twelve_digits_and_next(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    panel.show(samples.screen(_number()))
    _type_keys(panel, "21034400172")
    panel.touch(panel.button("आगे"))
    assert panel.presses == []  # eleven digits are not a number
    _type_keys(panel, "5")
    panel.touch(panel.button("आगे"))
    assert panel.presses == [(Action.ENTER, "210344001725")]


def _type_keys(panel: Panel, digits: str) -> None:
    keys = {key.text: key for key in panel.widgets("Key")}
    for digit in digits:
        panel.touch(keys[digit])


def test_backspace_and_the_count_of_what_is_missing(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    panel.show(samples.screen(_number()))
    _type_keys(panel, "210")
    assert "9 अंक और लिखें" in panel.texts()
    panel.touch(next(key for key in panel.widgets("Key") if key.icon))
    assert "10 अंक और लिखें" in panel.texts()


def test_the_next_visitor_saw_the_number_of_the_one_before(panel: Panel) -> None:
    panel.show(samples.screen(_number()))
    _type_keys(panel, "2103")
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(samples.screen(_number()))
    assert "12 अंक और लिखें" in panel.texts()


def test_a_warning_in_the_middle_wiped_half_a_number(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    panel.show(samples.screen(_number(), serial=1))
    _type_keys(panel, "2103")
    panel.show(samples.screen(_number(), serial=2, is_warning=True, leaves_in=15))
    panel.show(samples.screen(_number(), ENGLISH, serial=3))
    assert "8 more digits" in panel.texts()


def test_a_warning_lets_nothing_below_it_be_touched(panel: Panel) -> None:
    panel.show(samples.screen(_number()))
    key = next(key for key in panel.widgets("Key") if key.text == "1")
    panel.show(samples.screen(_number(), is_warning=True, leaves_in=15))
    assert panel.app.face.view is not None
    panel.touch_at(key.x + 5, panel.app.face.view.foot.y + 5)  # beside the card
    back = next(b for b in panel.widgets("WordButton") if b.button.action is Action.BACK)
    panel.touch(back)
    assert panel.presses == []
    panel.touch(panel.button("हाँ, मैं यहीं हूँ"))
    assert panel.presses == [(Action.STAY, "")]


def test_one_finger_felt_twice_is_one_press(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["5-bill"]))
    pay = panel.button("भुगतान करें")
    panel.touch(pay)
    panel.touch(pay)
    assert panel.presses == [(Action.PAY, "")]


def test_a_finger_that_slides_off_presses_nothing(panel: Panel) -> None:
    from kivy.tests.common import UnitTestTouch

    panel.show(samples.screen(samples.main_screens()["5-bill"]))
    finger = UnitTestTouch(*panel.button("भुगतान करें").center)
    finger.touch_down()
    finger.touch_move(10, 1000)
    finger.touch_up()
    assert panel.presses == []


def test_every_screen_sends_what_its_buttons_say(panel: Panel) -> None:
    panel.show(samples.screen(samples.done()))
    panel.touch(panel.button("एक और सेवा"))
    panel.touch(panel.button("हो गया"))
    assert panel.presses == [(Action.ANOTHER, ""), (Action.FINISH, "")]
    panel.show(samples.screen(samples.cash()))
    panel.touch(panel.button("रद्द करें"))
    assert panel.presses == [(Action.CANCEL, "")]
    panel.show(samples.screen(samples.trouble("back_end_down")))
    panel.touch(panel.button("फिर कोशिश करें"))
    assert panel.presses == [(Action.AGAIN, "")]
    panel.show(samples.screen(samples.cash()))
    listened = panel.listened
    panel.touch(panel.button("सुनें"))
    assert panel.listened == listened + 1


def test_a_keyboard_presses_what_a_finger_would(panel: Panel) -> None:
    panel.show(samples.screen(samples.cash()))
    panel.show(samples.screen(_number()))
    for name in [*"210344001725", "enter", "escape"]:
        assert panel.app.face.key(name)
    assert panel.presses == [(Action.ENTER, "210344001725"), (Action.BACK, "")]
    assert panel.app.face.key("f1") and panel.listened
    assert not panel.app.face.key("f11")


def test_screens_are_built_once(panel: Panel) -> None:
    built: dict[type, object] = {}
    for _, screen in every_document(HINDI):
        panel.show(screen)
        view = panel.app.face.view
        assert view is not None
        assert built.setdefault(type(view.model), view) is view


def test_money_in_is_drawn_and_told_after_the_flip(panel: Panel) -> None:
    panel.flipped.clear()
    panel.show(samples.screen(samples.cash(inserted=400), serial=77))
    assert panel.flipped == []
    panel.draw()
    assert [scene.serial for scene in panel.flipped] == [77]
    assert f"₹\N{NO-BREAK SPACE}{rupees(400).short()}" in panel.texts()


def test_kivy_is_set_up_before_it_is_imported(panel: Panel) -> None:
    with pytest.raises(RuntimeError, match="found it imported"):
        prepare(WIDTH, HEIGHT, False)


def test_landscape_and_portrait_keep_a_finger_wide_enough() -> None:
    for width, height in ((1080, 1920), (1920, 1080), (2160, 3840)):
        pill = 84 * theme.scale(width, height)  # the smallest target, in the top bar
        assert pill >= theme.TARGET_MM * theme.pixels_per_mm(width, height)


def test_the_number_pad_was_flat_when_it_was_the_first_screen_of_a_restarted_face(
    panel: Panel,
) -> None:
    """A window is wide for a moment before it has its size: the keys kept the height of then."""
    from ui.screens.number.screen import NumberView

    view = NumberView()
    for size in ((1920, 300), (WIDTH, HEIGHT)):
        view.size = size
        view.do_layout()
        panel.settle()
    least = theme.TARGET_MM * theme.pixels_per_mm(WIDTH, HEIGHT)
    assert view.hand.height / 4 > least


def test_a_bill_is_taken_out_by_its_own_cross(panel: Panel) -> None:
    panel.show(samples.screen(samples.basket()))
    crosses = [t for t in panel.widgets("Touch") if type(t.parent).__name__ == "BasketRow"]
    assert len(crosses) == 3
    panel.touch(sorted(crosses, key=lambda cross: -cross.y)[1])
    panel.touch(panel.button("एक और बिल जोड़ें"))
    assert panel.presses == [(Action.TAKE_OUT, "electricity 210344001701"), (Action.ADD_BILL, "")]


def test_the_two_answers_to_too_little_money(panel: Panel) -> None:
    panel.show(samples.screen(samples.PART))
    for choice in sorted(panel.widgets("Choice"), key=lambda it: -it.y):
        panel.touch(choice)
    assert panel.presses == [(Action.PAY_PART, ""), (Action.TAKE_SLIP, "")]
