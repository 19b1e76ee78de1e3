"""The lights at the outlets of the printers for pages and cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import DeviceState, Kind, Status
from firmware.contract.screen import Action, Attract
from tests.firmware.core.test_note_waits import guides_told
from tests.firmware.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.go_to_cash()
    return world


@pytest.mark.parametrize(("kind", "guide"), [(Kind.PAGE, "page_guide"), (Kind.PVC, "pvc_guide")])
def test_the_outlet_shines_until_the_citizen_who_waits_for_the_sheet_has_gone(
    world: World, kind: Kind, guide: str
) -> None:
    def is_told(status: Status, shows: bool) -> dict[str, bool]:
        printer = DeviceState(name="out", kind=kind, family="x", status=status)
        world.core.on_device_state(printer, world.now)
        return {n: on for n, on in guides_told(world, {guide: shows}).items() if n == guide}

    assert is_told(Status.BUSY, shows=False) == {guide: True}
    assert is_told(Status.READY, shows=True) == {}, "it is out, and not taken yet"
    world.press(Action.CANCEL)
    world.run(60)
    assert isinstance(world.screen.data, Attract)
    assert is_told(Status.READY, shows=True) == {guide: False}
    assert is_told(Status.BUSY, shows=False) == {}, "printed for nobody: a technician's sample"
