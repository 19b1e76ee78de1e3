"""The arm64 image: it starts on a 64-bit Arm machine, and what a board's ROM looks for is on it.

Without the image of that machine ($KIOSK_IMAGE_ARM64, its folder) these are skipped:
`make test-image-arm64` makes it and runs them.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.image.virt import UEFI, Virt, partition

IMAGE = Path(os.environ.get("KIOSK_IMAGE_ARM64", ""))
STARTS_WITHIN = 2400.0  # seconds; nothing but emulation starts it on a PC
DAEMONS = ("bus", "core", "gateway", "health", "ui")
TOPICS = (
    "mosquitto_sub --unix /run/kiosk/bus/bus.sock -u technician"
    ' -P "$(cat /etc/kiosk/bus/technician)" -t "kiosk/#" -v -W 20'
)

pytestmark = [
    pytest.mark.skipif(not IMAGE.name, reason="no image: make test-image-arm64"),
    pytest.mark.timeout(4 * STARTS_WITHIN),
]
needs_qemu = pytest.mark.skipif(
    shutil.which("qemu-system-aarch64") is None or not UEFI.exists(),
    reason="no QEMU for Arm here: apt-get install qemu-system-arm qemu-efi-aarch64",
)


@needs_qemu
def test_a_board_starts_from_nothing_to_the_topics_that_a_technician_reads(tmp_path: Path) -> None:
    machine = Virt(IMAGE, tmp_path)
    with machine:
        machine.says("first start, wrote /etc/kiosk/kiosk.toml", patience=STARTS_WITHIN)
        for name in DAEMONS:
            machine.says(f"Started kiosk-{name}.service", patience=STARTS_WITHIN)
        machine.says("Finished kiosk-good.service", patience=STARTS_WITHIN)
        topics = _topics(machine)
        assert '"ready"' in topics["core/state"], topics
        assert {"health/state", "screen/state", "gateway/state"} <= topics.keys(), topics
        assert not _dead(topics), topics
        assert machine.ask("uname -m", patience=60.0).strip() == "aarch64"
        asked = machine.ask("sudo -n -u kiosk-core kioskctl key request", patience=60.0)
        assert re.fullmatch(r"new-[0-9a-f]{8} [0-9a-f]{64}\n", asked), "docs/claims.md, Keys"
        assert machine.ask("systemctl list-units --failed --no-legend", patience=60.0) == ""


def _topics(machine: Virt) -> dict[str, str]:
    """What each topic says, below `kiosk/ID/`.

    Asked again while somebody is away: an emulated screen draws longer than a keep-alive lasts.
    """
    for _ in range(MOST_LOOKS):
        said = machine.ask(TOPICS, patience=STARTS_WITHIN)
        rows = (line.split(" ", 1) for line in said.splitlines() if line.startswith("kiosk/"))
        topics = {topic.split("/", 2)[2]: text for topic, text in rows}
        if not _dead(topics):
            break
    return topics


def _dead(topics: dict[str, str]) -> list[str]:
    names = ("core", "health", "ui")
    return [name for name in names if '"is_alive":true' not in topics.get(f"presence/{name}", "")]


MOST_LOOKS = 10  # of 20 s each


def test_a_raspberry_pi_4_finds_what_it_starts_from(tmp_path: Path) -> None:
    """Its ROM reads FAT32 in the first partition; names and order are those of the board."""
    first, _ = partition(IMAGE / "kiosk.img", "esp")
    files = {name: _read(first, name, tmp_path) for name in ON_A_BOARD}
    assert all(files.values()), {name: len(content) for name, content in files.items()}
    assert files["start4.elf"][:4] == b"\x7fELF"
    assert files["u-boot.bin"][:4] != b"\x7fELF", "the raw program, which the firmware jumps into"
    (magic,) = struct.unpack(">I", files["bcm2711-rpi-4-b.dtb"][:4])
    assert magic == 0xD00DFEED, "Devicetree Specification 0.4, 5.2"
    settings = dict(
        line.split("=", 1) for line in files["config.txt"].decode().splitlines() if "=" in line
    )
    assert settings["arm_64bit"] == "1" and settings["kernel"] == "u-boot.bin"
    assert files["EFI/BOOT/BOOTAA64.EFI"][:2] == b"MZ"


ON_A_BOARD = ("start4.elf", "fixup4.dat", "config.txt", "u-boot.bin", "bcm2711-rpi-4-b.dtb",
              "EFI/BOOT/BOOTAA64.EFI", "LICENCE.broadcom")  # fmt: skip


def _read(start: int, name: str, folder: Path) -> bytes:
    """A file of the FAT file system that begins at this byte of the disk."""
    out = folder / "file"
    out.unlink(missing_ok=True)
    reading = ["mcopy", "-n", "-i", f"{IMAGE / 'kiosk.img'}@@{start}", f"::{name}", str(out)]
    subprocess.run(reading, check=True, timeout=60)
    return out.read_bytes()
