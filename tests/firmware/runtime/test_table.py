"""A step that no table has is a bug, and says where it was."""

from __future__ import annotations

import pytest

from drivers.magstripe.states import TRANSITIONS, State, Trigger
from firmware.runtime.table import UnexpectedTrigger, step


def test_a_step_of_the_table_is_taken() -> None:
    assert step(TRANSITIONS, State.IDLE, Trigger.ARM) is TRANSITIONS[State.IDLE][Trigger.ARM]


def test_a_swipe_from_an_unplugged_reader_is_a_bug_and_not_a_guess() -> None:
    with pytest.raises(UnexpectedTrigger, match="ARM in state UNPLUGGED"):
        step(TRANSITIONS, State.UNPLUGGED, Trigger.ARM)
