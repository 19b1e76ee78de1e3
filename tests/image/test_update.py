"""An update of the disk in QEMU: taken, and where the new release does not work, taken back.

One machine lives through it all: a day's money, a stranger's bundle, a good release, one in which
no daemon starts. Journal and identity are compared at the end, as they lie on the disk.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.demo.citizen import Citizen
from firmware.demo.story import electricity_cash
from firmware.journal.journal import read_entries
from tests.image import release
from tests.image.disk import UPDATES, fill_data, read_data
from tests.image.machine import FIRMWARE, Machine
from tests.image.site import Site
from tests.image.unit_files import ROOT

IMAGE = Path(os.environ.get("KIOSK_IMAGE", ""))
PATIENCE = 1800.0  # seconds for a start or an installation, without KVM on a busy machine
KEYS = ROOT / "build" / "keys"  # `root` gives their authority to the image
UPDATE = f"sudo kiosk-update /var/{UPDATES}/kiosk.raucb"

pytestmark = [
    pytest.mark.skipif(not os.environ.get("KIOSK_IMAGE"), reason="no image: make test-image"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no QEMU here"),
    pytest.mark.skipif(not FIRMWARE.exists(), reason="no UEFI for QEMU here: apt-get install ovmf"),
    pytest.mark.timeout(10 * PATIENCE),
]


@dataclass(frozen=True)
class Kiosk:
    machine: Machine
    site: Site

    def runs(self) -> str:
        """The slot that runs, once the technician can come in and the slot was called good."""
        self.site.until_ssh(PATIENCE)
        self.machine.says_after("Finished kiosk-good.service", "Welcome to GRUB!", PATIENCE)
        options = self.site.ssh("cat", "/proc/cmdline").stdout.split()
        return next(option for option in options if option.startswith("rauc.slot="))

    @property
    def starts(self) -> int:
        return self.machine.said.count("Welcome to GRUB!")


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name, Site(Path(name) / "site") as site:
        folder = Path(name)
        bundles = {
            "good.raucb": release.bundle(IMAGE, release.is_the_next, folder / "good", KEYS),
            "broken.raucb": release.bundle(IMAGE, release.has_no_bus, folder / "broken", KEYS),
        }
        machine = Machine(IMAGE / "kiosk.img", folder, site.wires)
        machine.enlarge(2048)
        fill_data(machine.disk, IMAGE / "root", site.files, folder, bundles)
        with machine:
            yield Kiosk(machine, site)


def test_an_update_is_taken_and_one_that_does_not_work_is_taken_back(kiosk: Kiosk) -> None:
    machine, site = kiosk.machine, kiosk.site
    assert kiosk.runs() == "rauc.slot=A"
    asyncio.run(pays(site))
    before = on_disk(kiosk, "before")

    machine.power_on()
    assert kiosk.runs() == "rauc.slot=A"
    assert "refused" in site.ssh("printf x >/var/lib/kiosk/update/kiosk.raucb;", UPDATE).stderr

    starts = kiosk.starts
    installs(site, "good")
    machine.says_times("Welcome to GRUB!", starts + 1, PATIENCE)
    assert kiosk.runs() == "rauc.slot=B"
    assert site.ssh("cat", "/usr/share/kiosk/next").stdout == "the next release\n"

    starts = kiosk.starts
    installs(site, "broken")
    machine.says_times("Welcome to GRUB!", starts + 4, 4 * PATIENCE)
    assert kiosk.runs() == "rauc.slot=B", "three starts of the new release, and the old one again"
    assert kiosk.starts == starts + 4
    assert_nothing_is_lost(before, on_disk(kiosk, "after"))


async def pays(site: Site) -> None:
    async with Citizen(site, "ui") as citizen:
        for step in electricity_cash().values():
            await step(citizen)


def installs(site: Site, name: str) -> None:
    """The technician puts a bundle where updates are taken from, and orders it."""
    folder = f"/var/{UPDATES}"
    done = site.ssh(f"mv {folder}/{name}.raucb {folder}/kiosk.raucb; {UPDATE}", patience=PATIENCE)
    assert "installing" in done.stdout.lower() and "failed" not in done.stdout, done


def on_disk(kiosk: Kiosk, name: str) -> Path:
    kiosk.machine.power_cut()
    return read_data(kiosk.machine.disk, "lib/kiosk", kiosk.site.folder / name)


def assert_nothing_is_lost(before: Path, after: Path) -> None:
    rows = list(read_entries(before / "core" / "journal.db"))
    assert rows, "a visit was paid for"
    assert list(read_entries(after / "core" / "journal.db"))[: len(rows)] == rows
    for name in ("machine-id", "etc/kiosk.toml", "etc/ssh/host_ed25519", "etc/bus/core"):
        assert (after / name).read_bytes() == (before / name).read_bytes(), name
