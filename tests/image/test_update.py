"""An update of the disk in QEMU: taken, and where the new release does not work, taken back.

One machine lives through it all: a day's money, a stranger's bundle, a good release, one in which
core does not start. Journal and identity at the end are what they were at the beginning.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.boot.slot import Watch
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
STEP_WITHIN = 600.0  # seconds for one step of a visit
KEYS = ROOT / "build" / "keys"  # `root` gives their authority to the image
STARTS = "BdsDxe: starting Boot"  # of the UEFI; GRUB is not on the serial port
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
        self.machine.says_after("Finished kiosk-good.service", STARTS, PATIENCE)
        options = self.site.ssh("cat", "/proc/cmdline").stdout.split()
        return next(option for option in options if option.startswith("rauc.slot="))

    @property
    def starts(self) -> int:
        return self.machine.said.count(STARTS)


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name, Site(Path(name) / "site") as site:
        folder = Path(name)
        bundles = {
            "good.raucb": release.bundle(IMAGE, release.is_the_next, KEYS),
            "broken.raucb": release.bundle(IMAGE, release.has_no_daemons, KEYS),
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
    journal, identity = asyncio.run(head(site)), identity_of(site)

    refused = site.ssh(f"printf x >/var/{UPDATES}/kiosk.raucb; {UPDATE}", patience=PATIENCE)
    assert "was refused" in refused.stderr, refused

    starts = kiosk.starts
    installs(site, "good")
    machine.says_times(STARTS, starts + 1, PATIENCE)
    assert kiosk.runs() == "rauc.slot=B"
    assert told(site, "cat /usr/share/kiosk/next") == "the next release\n"

    starts = kiosk.starts
    installs(site, "broken")
    machine.says_times(STARTS, starts + 4, 4 * PATIENCE)
    assert kiosk.runs() == "rauc.slot=B", "three starts of the new release, and the old one again"
    assert kiosk.starts == starts + 4
    assert identity_of(site) == identity
    machine.power_cut()
    core = read_data(machine.disk, "lib/kiosk/core", site.folder / "after")
    rows = list(read_entries(core / "journal.db"))
    assert rows[journal[0] - 1].hash.hex().startswith(journal[1]), (
        "the same rows as before, to the bit"
    )


def test_an_update_comes_on_a_stick_where_no_network_does(tmp_path: Path) -> None:
    with Site(tmp_path / "site") as site:
        machine = Machine(IMAGE / "kiosk.img", tmp_path, [*site.wires, *a_stick(tmp_path)])
        fill_data(machine.disk, IMAGE / "root", site.files, tmp_path)
        with machine:
            kiosk = Kiosk(machine, site)
            assert kiosk.runs() == "rauc.slot=A"
            starts = kiosk.starts
            done = site.ssh("sudo kiosk-update stick", patience=PATIENCE)
            assert "was refused" not in done.stderr, done
            machine.says_times(STARTS, starts + 1, PATIENCE)
            assert kiosk.runs() == "rauc.slot=B"
            assert told(site, "cat /usr/share/kiosk/next") == "the next release\n"


def a_stick(folder: Path) -> list[str]:
    """With FAT and the next release on it, plugged in; as arguments of QEMU."""
    stick, bundle = folder / "stick.img", release.bundle(IMAGE, release.is_the_next, KEYS)
    with stick.open("wb") as file:
        file.truncate(bundle.stat().st_size + (64 << 20))
    for command in (
        ("mkfs.fat", str(stick)),
        ("mcopy", "-i", str(stick), str(bundle), "::kiosk.raucb"),
    ):
        subprocess.run(command, check=True, capture_output=True)
    drive = f"if=none,id=stick,format=raw,file={stick}"
    return ["-drive", drive, "-device", "usb-storage,drive=stick,serial=UPDATE"]


async def pays(site: Site) -> None:
    async with Citizen(site, "ui", patience=STEP_WITHIN) as citizen:
        for step in electricity_cash().values():
            await step(citizen)


def installs(site: Site, name: str) -> None:
    """The technician puts a bundle where updates are taken from, and orders it."""
    folder = f"/var/{UPDATES}"
    done = site.ssh(f"mv {folder}/{name}.raucb {folder}/kiosk.raucb; {UPDATE}", patience=PATIENCE)
    assert "was refused" not in done.stderr, done


async def head(site: Site) -> tuple[int, str]:
    """How many rows the journal has, and the hash of them all."""
    async with asyncio.timeout(STEP_WITHIN), Watch(site.config, "head") as watch:
        while watch.core is None:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
    assert watch.core.journal_rows > 10, "a visit was paid for"
    return watch.core.journal_rows, watch.core.journal_head


def identity_of(site: Site) -> str:
    """Beside the key of the machine, which SSH itself looks at."""
    return told(site, "cat /etc/machine-id /etc/kiosk/kiosk.toml")


def told(site: Site, command: str) -> str:
    done = site.ssh(command, patience=PATIENCE)
    assert done.returncode == 0, done
    return done.stdout
