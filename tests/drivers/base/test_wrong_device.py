"""Two cables were swapped: no family takes another's device for its own, and the error says so."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from drivers.base.daemon import _explained
from drivers.base.device import WireDevice
from drivers.base.faults import LinkLost
from drivers.base.loopback import Till, Visit, Wire
from drivers.base.registry import find
from drivers.base.scan import families, is_itself
from firmware.contract.device import DeviceState, Fault, Status
from firmware.runtime.config import DeviceSection

FAMILIES = dict(families())
PORT = "/dev/kiosk/notes"
LONG = 20.0  # seconds; every start-up has given up by then


class Nowhere:
    """A port that is open, and takes everything."""

    def write(self, data: bytes) -> None:
        """Gone."""

    def close(self) -> None:
        """Nothing to close."""


def device_of(family: str, folder: Path) -> WireDevice[object, object]:
    found = FAMILIES[family]
    device: WireDevice[object, object] = found(
        "x", DeviceSection(family, found.kind, PORT, found.usual_options), folder
    )
    device._transport = Nowhere()
    return device


def said(device: WireDevice[object, object]) -> DeviceState:
    """As it goes on the bus."""
    return _explained(device.state(), device.why_silent())


@pytest.mark.parametrize(("ours", "theirs"), list(itertools.permutations(FAMILIES, 2)))
def test_another_device_on_the_port_is_never_taken_for_ours(
    ours: str, theirs: str, tmp_path: Path
) -> None:
    emulator = find("kiosk.emulators", theirs)()
    visit = Visit(lambda: device_of(ours, tmp_path), emulator, Till(), Wire())
    visit.run(LONG)
    state = said(visit.device)
    assert not is_itself(state)
    assert state.identity.serial == ""
    assert any(fault.detail for fault in state.faults), state.faults
    if state.status is Status.GONE and state.faults[0].code.endswith(("lost", "silent", "adapter")):
        assert f"kioskctl device scan {PORT}" in state.faults[0].detail


def test_bytes_that_nobody_understands_are_another_device(tmp_path: Path) -> None:
    device = device_of("ccnet", tmp_path)
    assert "nobody speaks ccnet there" in device.why_silent()
    device._is_heard = True
    assert device.why_silent().startswith(f"what comes at {PORT} is not ccnet")


def test_a_port_that_is_not_there_says_what_the_system_says(tmp_path: Path) -> None:
    visit = Visit(
        lambda: device_of("ccnet", tmp_path), find("kiosk.emulators", "ccnet")(), Till(), Wire()
    )
    visit.device._wire_is_lost = asyncio.Event()
    visit.device._on_lost(LinkLost("cannot open /dev/kiosk/notes: no such file"))
    (fault,) = said(visit.device).faults
    assert fault == Fault("notes.link.lost", "cannot open /dev/kiosk/notes: no such file")
