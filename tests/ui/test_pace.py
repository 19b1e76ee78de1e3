"""How often the window looks for a finger: the pace of Kivy's clock, on a clock that nobody waits
for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.panel import Panel
from ui.environment import FRAMES_A_SECOND


@pytest.fixture
def clock(panel: Panel) -> Iterator[Any]:
    from kivy.clock import Clock

    before = Clock._max_fps
    yield Clock
    Clock._max_fps = before


def test_an_empty_office_kept_the_processor_awake(clock: Any) -> None:
    """The first screen is half as quick, and nothing else is; who touches it is served at once
    until nobody has touched it for a while."""
    from kivy.core.window import Window

    from ui.pace import QUIET_FRAMES, Pace

    pace = Pace()
    pace.shown(is_first_screen=True)
    assert clock._max_fps == QUIET_FRAMES < FRAMES_A_SECOND
    pace.shown(is_first_screen=False)
    assert clock._max_fps == FRAMES_A_SECOND
    pace.shown(is_first_screen=True)
    Window.dispatch("on_key_down", 0, 0, "", [])
    assert clock._max_fps == FRAMES_A_SECOND
    pace.shown(is_first_screen=True)  # the same screen anew: somebody is still there
    assert clock._max_fps == FRAMES_A_SECOND
    pace._calm.cancel()  # a while passes
    pace._settle()
    assert clock._max_fps == QUIET_FRAMES
    Window.unbind(on_mouse_down=pace.wake, on_key_down=pace.wake)
