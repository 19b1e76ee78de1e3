"""The image's disk in QEMU: it starts from nothing, shows its screen, and a changed root does not.

Without KVM a start takes minutes. Needs `make image` with CONSOLE="console=ttyS0 no_timer_check
systemd.journald.forward_to_console=1", for it is the serial console that is read; $KIOSK_IMAGE is
its folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.disk import fill_data, partition, read_data
from tests.image.machine import FIRMWARE, Machine
from tests.image.site import Site

IMAGE = os.environ.get("KIOSK_IMAGE", "")
STARTS_WITHIN = 1200.0  # seconds: one on a machine with KVM, sixty without, more on a busy one
DATA_MIB, MORE_MIB = 1024, 1024  # `disk` makes the first; the card has that much more
ROOT_A = (1 + 64 + 96 + 96) << 20  # bytes before the partition root-a: `disk` places it

pytestmark = [
    pytest.mark.skipif(not IMAGE, reason="no image: make test-image"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no QEMU here"),
    pytest.mark.skipif(not FIRMWARE.exists(), reason="no UEFI for QEMU here: apt-get install ovmf"),
    pytest.mark.timeout(4 * STARTS_WITHIN),
]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(Path(IMAGE) / "kiosk.img", tmp_path)


def test_a_new_kiosk_starts_without_a_network_to_all_its_daemons(machine: Machine) -> None:
    with machine:
        machine.says("first start, wrote /etc/kiosk/kiosk.toml", patience=STARTS_WITHIN)
        for name in ("bus", "core", "gateway", "health", "ui"):
            machine.says(f"Started kiosk-{name}.service", patience=STARTS_WITHIN)


def test_a_kiosk_on_a_larger_card_shows_its_first_screen(machine: Machine) -> None:
    """Through KMS, without a desktop; and data has the whole of the card."""
    folder = machine.disk.parent
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name, Site(Path(name) / "site") as site:
        machine.wires = site.wires
        fill_data(machine.disk, Path(IMAGE) / "root", site.files, folder)
        machine.enlarge(MORE_MIB)
        with machine:
            machine.until_attract(folder / "screen.ppm", STARTS_WITHIN)
            site.until_ssh(STARTS_WITHIN)
            sizes = site.ssh("df", "--output=size", "--block-size=1M", "/var").stdout.split()
            assert int(sizes[-1]) > MORE_MIB + 0.9 * DATA_MIB
            assert site.ssh("systemctl", "--failed", "--quiet").stdout == ""
        _, size = partition(machine.disk, "data")
        assert size >= (MORE_MIB + DATA_MIB) << 20
        kept = read_data(machine.disk, "lib/kiosk", folder / "after")
        assert (kept / "core" / "journal.db").exists()


def test_a_root_that_somebody_changed_is_not_started(machine: Machine) -> None:
    """The hash tree's first block: the root hash is made of it."""
    size = int((Path(IMAGE) / "root.size").read_text())
    with machine.disk.open("r+b") as disk:
        disk.seek(ROOT_A + size + 4096 + 100)  # behind the superblock of dm-verity
        byte = disk.read(1)[0]
        disk.seek(-1, os.SEEK_CUR)
        disk.write(bytes([byte ^ 1]))
    with machine:
        machine.says("not what was built", "dm-verity device corrupted", patience=STARTS_WITHIN)
        assert "switch_root" not in machine.said and "systemd[1]" not in machine.said
