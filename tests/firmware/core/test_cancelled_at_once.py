"""A cancel counts from the first moment in which the screen offers it."""

from __future__ import annotations

from pathlib import Path

from firmware.contract.screen import Action, Trouble
from firmware.core.visit import Stage
from tests.firmware.core.paper_world import FEE, PaperWorld


def test_a_cancel_at_once_is_not_forgotten(tmp_path: Path) -> None:
    """Within the first half second: the printer stopped while the last note went in."""
    world = PaperWorld(tmp_path)
    world.go_to_application()
    world.press(Action.PAY)
    world.core.on_device_event("notes", world.acceptors.insert_note(FEE), world.now)
    world.until(lambda: world.core.flow.visit.stage is Stage.SETTLING)
    world.pages.is_jammed = True
    world.until(lambda: world.core.flow.visit.stage is Stage.DELIVERING)
    world.press(Action.CANCEL)
    assert Action.CANCEL not in world.screen.actions
    world.run(3)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.cause, shown.safe) == ("trouble.not_printed", FEE)
    assert world.office.payments == {}
    world.check_money()
