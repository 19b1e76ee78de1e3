"""What the tests of the machine put on a data partition is there, and comes back."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.image.disk import MIB, fill_data, partition, read_data

pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("sfdisk", "mke2fs", "debugfs")),
    reason="no sfdisk or e2fsprogs here: apt-get install fdisk e2fsprogs",
)


def test_a_kiosk_that_was_set_up_before_it_was_switched_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    with disk.open("wb") as file:
        file.truncate(40 * MIB)
    table = "label: gpt\nsize=8MiB, name=root-a\nsize=16MiB, name=data\n"
    subprocess.run(["sfdisk", "--quiet", disk], input=table.encode(), check=True)
    beginning = tmp_path / "root/usr/share/kiosk/var.tar"
    beginning.parent.mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    with tarfile.open(beginning, "w") as tar:
        tar.add(tmp_path / "lib", "lib")
    update = tmp_path / "x.raucb"
    update.write_bytes(b"bundle")
    files = {"lib/kiosk/etc/kiosk.toml": b"[kiosk]\n", "lib/kiosk/etc/bus/ui": b"secret"}
    fill_data(disk, tmp_path / "root", files, tmp_path, {"kiosk.raucb": update})
    assert partition(disk, "data")[1] == 16 * MIB
    kept = read_data(disk, "lib/kiosk", tmp_path / "read")
    assert (kept / "etc/kiosk.toml").read_bytes() == b"[kiosk]\n"
    assert (kept / "etc/bus/ui").stat().st_mode & 0o777 == 0o600
    assert (kept / "update/kiosk.raucb").read_bytes() == b"bundle"
    with pytest.raises(LookupError, match="expected a partition root-b"):
        partition(disk, "root-b")
