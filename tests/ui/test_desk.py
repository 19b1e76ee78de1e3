"""The operator's screens under a finger: a padlock that is held, digits that are not drawn."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.contract.screen import Action, Count, Desk, Pin, Task
from firmware.runtime.sealing import OneTimeKey
from tests.ui.panel import Panel
from ui import samples


def padlock(panel: Panel) -> Any:
    return panel.widgets("Padlock")[0]


def finger_on(widget: Any) -> Any:
    from kivy.tests.common import UnitTestTouch

    finger = UnitTestTouch(*widget.center)
    finger.touch_down()
    return finger


def held_for(panel: Panel, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kivy's clock believes that so much time has passed."""
    finger = finger_on(padlock(panel))
    now = panel._clock.time()
    with monkeypatch.context() as later:
        later.setattr(panel._clock, "time", lambda: now + seconds)
        panel.settle()
    finger.touch_up()
    panel.settle()


@pytest.mark.parametrize("name", ["1-attract", "9-closed"])
def test_a_padlock_opens_only_when_it_is_held(
    panel: Panel, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.keys import HOLD

    panel.show(samples.screen(samples.main_screens()[name]))
    panel.touch(padlock(panel))
    held_for(panel, HOLD - 0.3, monkeypatch)
    assert panel.presses == []
    held_for(panel, HOLD + 0.1, monkeypatch)
    assert panel.presses == [(Action.OPERATOR, "")]


def test_a_screen_that_core_does_not_open_has_no_padlock(panel: Panel) -> None:
    panel.show_scene(panel.director.no_bus())
    assert (padlock(panel).is_on, padlock(panel).opacity) == (False, 0)


def type_keys(panel: Panel, digits: str) -> None:
    keys = {key.text: key for key in panel.widgets("Key")}
    for digit in digits:
        panel.touch(keys[digit])


def test_a_pin_is_drawn_as_dots_and_leaves_sealed(panel: Panel) -> None:
    key = OneTimeKey()
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(samples.screen(Pin(key.public)))
    type_keys(panel, "739")
    panel.touch(panel.button("आगे"))
    assert panel.presses == [], "three digits are no PIN"
    type_keys(panel, "15")
    shown = panel.texts()
    assert "●●●●●" in shown
    assert not [text for text in shown if "739" in text]
    panel.touch(panel.button("आगे"))
    ((action, sealed),) = panel.presses
    assert action is Action.ENTER
    assert "739" not in sealed
    assert key.open(sealed) == b"73915"
    assert "●●●●●" not in panel.texts(), "sent and forgotten"


def test_a_ninth_digit_is_not_taken_and_a_new_key_begins_anew(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(samples.screen(Pin(OneTimeKey().public)))
    type_keys(panel, "123456789")
    assert "●" * 8 in panel.texts()
    panel.show(samples.screen(Pin(OneTimeKey().public, "pin.wrong")))
    assert not [text for text in panel.texts() if text.startswith("●")]
    assert "पिन गलत है" in panel.texts()


def test_a_locked_pad_takes_no_digit(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(samples.screen(Pin("", "pin.locked", 5)))
    type_keys(panel, "7391")
    panel.touch(panel.button("आगे"))
    assert panel.presses == []
    assert not [text for text in panel.texts() if text.startswith("●")]


def test_what_was_counted_is_typed_in_rupees(panel: Panel) -> None:
    panel.show(samples.screen(Count("desk.count_notes")))
    type_keys(panel, "013450")
    assert "₹\N{NO-BREAK SPACE}13,450" in panel.texts()
    panel.touch(panel.button("आगे"))
    panel.show(samples.screen(Count("desk.count_coins")))
    assert "₹\N{NO-BREAK SPACE}13,450" not in panel.texts()
    panel.touch(panel.button("गिनती नहीं की"))
    assert panel.presses == [(Action.SKIP, "")]


def test_nothing_counted_is_not_zero_rupees(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["1-attract"]))
    panel.show(samples.screen(Count("desk.count_notes")))
    panel.touch(panel.button("आगे"))
    assert panel.presses == []
    type_keys(panel, "0")
    panel.touch(panel.button("आगे"))
    assert panel.presses == [(Action.ENTER, "0")]


def test_a_task_that_cannot_be_done_says_why_and_is_no_button(panel: Panel) -> None:
    tasks = [Task("collect", "desk.not_your_role"), Task("report")]
    panel.show(samples.screen(Desk("desk.menu", "S. Gurjar", tasks=tasks)))
    panel.touch(panel.button("नकद पेटी खाली करें\nयह केवल संचालक कर सकता है"))
    assert panel.presses == []
    panel.touch(panel.button("दिन की रिपोर्ट"))
    assert panel.presses == [(Action.CHOOSE_TASK, "report")]


def test_a_menu_of_a_newer_core_is_drawn_all_the_same(panel: Panel) -> None:
    tasks = [Task("polish_the_brass"), Task("report", "desk.moon_is_full")]
    panel.show(samples.screen(Desk("desk.brass", "R. Meena", "desk.sing", tasks=tasks)))
    panel.touch(panel.button("और"))
    assert panel.presses == [(Action.CHOOSE_TASK, "polish_the_brass")]


def test_what_is_left_is_a_number_and_its_unit_and_no_date(panel: Panel) -> None:
    panel.show(samples.screen(samples.main_screens()["e-supplies"]))
    shown = [text.replace("\N{NO-BREAK SPACE}", " ") for text in panel.texts()]
    assert any(text.startswith("31.2 m · ") for text in shown)
