"""The data partition of a disk, written before a machine starts and read after its power is cut.

Nothing is mounted, as nothing is when the image is built: mke2fs(8) fills a file system from a
folder, and debugfs(8) takes one out. What is read is a copy whose journal was played back, for the
disk itself stays as the cut left it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

NOTHING: Mapping[str, Path] = MappingProxyType({})
SECTOR = 512  # bytes
MIB = 1 << 20
DATA = "data"
SECRET = ("bus", "keys")  # folders


UPDATES = "lib/kiosk/update"  # below /var


def fill_data(
    disk: Path,
    root: Path,
    files: Mapping[str, bytes],
    scratch: Path,
    bundles: Mapping[str, Path] = NOTHING,
) -> None:
    """As if the kiosk had run before: the image's own beginning, and `files` below `/var`.

    `bundles` lie where a technician puts them.
    """
    content = scratch / "var"
    content.mkdir()
    _run("tar", "--extract", "--numeric-owner", f"--file={root / 'usr/share/kiosk/var.tar'}",
         f"--directory={content}")  # fmt: skip
    for name, text in files.items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        path.chmod(0o600 if path.parent.name in SECRET else 0o644)
    (content / UPDATES).mkdir(parents=True, exist_ok=True)
    for name, bundle in bundles.items():
        shutil.copy(bundle, content / UPDATES / name)
    start, size = partition(disk, DATA)
    made = scratch / "data.img"
    _run(
        "mke2fs", "-q", "-t", "ext4", "-L", DATA, "-d", str(content), str(made), f"{size // 1024}k"
    )
    _run("dd", f"if={made}", f"of={disk}", "bs=1M", f"seek={start // MIB}",
         "conv=notrunc,sparse", "status=none")  # fmt: skip
    made.unlink()


def read_data(disk: Path, name: str, into: Path) -> Path:
    """Copy the folder `name` (below `/var`) of a disk without power; returns where it is now."""
    start, size = partition(disk, DATA)
    copy = into / "data.img"
    into.mkdir(parents=True, exist_ok=True)
    _run("dd", f"if={disk}", f"of={copy}", "bs=1M", f"skip={start // MIB}",
         f"count={size // MIB}", "conv=sparse", "status=none")  # fmt: skip
    done = subprocess.run(["e2fsck", "-p", str(copy)], capture_output=True, text=True, check=False)
    assert done.returncode < 2, f"the journal of data cannot be played back: {done.stdout}"
    _run("debugfs", "-R", f"rdump /{name} {into}", str(copy))
    copy.unlink()
    return into / Path(name).name


def partition(disk: Path, name: str) -> tuple[int, int]:
    """Start and size in bytes."""
    said = _run("sfdisk", "--json", str(disk))
    for row in json.loads(said)["partitiontable"]["partitions"]:
        if row["name"] == name:
            return int(row["start"]) * SECTOR, int(row["size"]) * SECTOR
    raise LookupError(f"{disk}: expected a partition {name}, got {said}")


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
