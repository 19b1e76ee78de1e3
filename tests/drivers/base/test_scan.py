"""Who is at this port? Every family's emulator on a pty is found as itself, and as nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tomllib
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedDevice
from drivers.base.faults import LinkLost
from drivers.base.registry import find
from drivers.base.scan import families, scan, stable_name
from firmware.contract.device import Kind
from firmware.runtime.config import DeviceSection, convert

NAMES = [name for name, _ in families()]


@contextlib.contextmanager
def emulated(family: str, folder: Path) -> Iterator[EmulatedDevice]:
    device = EmulatedDevice(find("kiosk.emulators", family)(speed=10.0), folder / "port")
    device.plug()
    try:
        yield device
    finally:
        device.unplug()


def test_printers_are_asked_first() -> None:
    kinds = [family.kind for _, family in families()]
    assert kinds == sorted(kinds, key=lambda kind: kind is not Kind.RECEIPT)
    assert Kind.RECEIPT in kinds and Kind.NOTES in kinds and Kind.COINS in kinds


@pytest.mark.parametrize("family", NAMES)
async def test_each_device_is_found_as_itself_and_keeps_its_peace(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after every other family has tried to talk to it."""
    others = [each for each in families() if each[0] != family]
    its_own = [each for each in families() if each[0] == family]
    monkeypatch.setattr("drivers.base.scan.families", lambda: others + its_own)
    monkeypatch.setattr("drivers.base.scan.PATIENCE", 2.5)
    with emulated(family, tmp_path) as device:
        before = device.emulator.physics()
        found = await scan(str(tmp_path / "port"))
        after = device.emulator.physics()
    assert found is not None and found.family == family
    for money in ("in_box", "returned", "collected", "printed"):
        assert before.get(money) == after.get(money)
    shown = tomllib.loads(found.section())["device"]
    ((name, document),) = shown.items()
    section = convert(document, DeviceSection, where="scan")
    assert find("kiosk.drivers", section.family)(name, section, tmp_path).name == name


async def test_a_port_where_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.base.scan.PATIENCE", 0.2)
    master, slave = os.openpty()
    tty.setraw(slave)
    assert await scan(os.ttyname(slave)) is None
    os.close(master)
    os.close(slave)


async def test_a_port_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(LinkLost, match="cannot open"):
        await scan(str(tmp_path / "nothing"))
    assert len(asyncio.all_tasks()) == 1


def test_of_several_names_of_a_port_the_one_that_stays_with_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By serial number two adapters of one maker may have the same name."""
    port = tmp_path / "ttyUSB0"
    port.touch()
    folders = [tmp_path / name for name in ("kiosk", "by-path", "by-id")]
    monkeypatch.setattr("drivers.base.scan.LINKS", folders)
    assert stable_name(str(port)) == str(port), "udev made none"
    for folder in reversed(folders):
        folder.mkdir()
        (folder / "other").symlink_to(tmp_path / "ttyUSB1")
        (folder / "usb").symlink_to(port)
        assert stable_name(str(port)) == str(folder / "usb")
