"""A USB stick, for a kiosk that no network reaches: with the bundle of an update, or with content.

A stick may hold anything. It is mounted for that one file, as FAT, to be read, and nothing on it
may be executed; what the file is worth its signature says.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STICK = "stick"  # said instead of the name of a file
NAME = "kiosk.raucb"  # of the file on it
BY_ID = Path("/dev/disk/by-id")
MOUNTED_AT = Path("/run/kiosk-stick")
OPTIONS = "ro,nodev,nosuid,noexec"


@contextmanager
def bundle_at(said: str) -> Iterator[str]:
    """What RAUC is to read, as long as this lasts. Raises SystemExit that says what is missing."""
    if said != STICK:
        yield said
        return
    with mounted() as folder:
        yield str(folder / NAME)


@contextmanager
def mounted() -> Iterator[Path]:
    """Where the one stick can be read, as long as this lasts. Raises SystemExit."""
    device = the_stick(BY_ID)
    MOUNTED_AT.mkdir(exist_ok=True)
    mounting = ["mount", "-t", "vfat", "-o", OPTIONS, str(device), str(MOUNTED_AT)]
    if subprocess.run(mounting, check=False).returncode:
        sys.exit(f"kiosk: {device}: expected a stick with FAT (see above)")
    try:
        yield MOUNTED_AT
    finally:
        subprocess.run(["umount", str(MOUNTED_AT)], check=True)


def the_stick(by_id: Path) -> Path:
    """The first partition of the one stick, or the whole of it; raises SystemExit for none and for
    two, because nobody can tell which was meant."""
    whole = [path for path in sorted(by_id.glob("usb-*")) if "-part" not in path.name]
    if len(whole) != 1:
        names = ", ".join(path.name for path in whole) or "none"
        sys.exit(f"kiosk: expected one USB stick, got {names}")
    part = whole[0].with_name(f"{whole[0].name}-part1")
    return part if part.exists() else whole[0]
