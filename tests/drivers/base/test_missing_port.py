"""The cable was never plugged in: every wired family says so from the first second."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from drivers.base.device import WireDevice
from drivers.base.registry import find
from firmware.contract.device import DeviceEvent, Kind, Status
from firmware.runtime.config import DeviceSection

FAMILIES = {
    "itl_ssp": (Kind.NOTES, {}),
    "ccnet": (Kind.NOTES, {}),
    "id003": (Kind.NOTES, {}),
    "cctalk_bill": (Kind.NOTES, {}),
    "cctalk": (Kind.COINS, {"coins": {"IN100A": 100}}),
    "escpos": (Kind.RECEIPT, {}),
    "evolis": (Kind.PVC, {}),
}


class Listener:
    """A host that notes when the state may have changed."""

    def __init__(self) -> None:
        self.has_changed = asyncio.Event()

    def tell(self, event: DeviceEvent) -> None:
        pass

    def changed(self) -> None:
        self.has_changed.set()


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_port_that_never_was_there_is_gone_not_starting(
    tmp_path: Path, family: str
) -> None:
    kind, options = FAMILIES[family]
    section = DeviceSection(family, kind, str(tmp_path / "no-such-port"), options)
    device: WireDevice[object, object] = find("kiosk.drivers", family)("x", section, tmp_path)
    device.host = listener = Listener()
    task = asyncio.create_task(device.run())
    await asyncio.wait_for(listener.has_changed.wait(), 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    state = device.state()
    assert state.status is Status.GONE
    assert [fault.code for fault in state.faults] == [f"{kind}.link.lost"]
