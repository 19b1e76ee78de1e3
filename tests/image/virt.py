"""The arm64 image's disk in QEMU's board "virt": UEFI, two Cortex-A72, and SSH as the one way in.

A technician's key lies on the data partition before the first start, as a district's workshop lays
it there; his network reaches the machine's port 22 and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.image.machine import MEMORY, Machine, MachineError

UEFI = Path("/usr/share/AAVMF")
ASK_EVERY = 15.0  # seconds: the kiosk's firewall lets six new connections a minute in
MIB = 1 << 20


class Virt(Machine):
    """Use as a context; `image` is the folder that `image-build/image arm64` made."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.disk, self._folder = folder / "disk.img", folder
        self._serial, self._monitor = folder / "serial.log", folder / "monitor"
        self._key, self._port = folder / "key", _free_port()
        subprocess.run(["cp", "--sparse=always", image / "kiosk.img", self.disk], check=True)
        shutil.copy(UEFI / "AAVMF_VARS.fd", folder / "vars.fd")
        making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._key)]
        subprocess.run(making, check=True)
        self._lay_key(image / "root/usr/share/kiosk/var.tar")

    def _lay_key(self, beginning: Path) -> None:
        """Make the data partition what a first start would make of it, and the key beside that."""
        var, data = self._folder / "var", self._folder / "data.img"
        var.mkdir()
        subprocess.run(["tar", "-x", "-f", beginning, "-C", var], check=True)
        keys = var / "lib/kiosk/etc/ssh/authorized_keys"
        keys.parent.mkdir(parents=True)
        keys.write_text(self._key.with_suffix(".pub").read_text())
        start, size = partition(self.disk, "data")
        making = ["mke2fs", "-q", "-t", "ext4", "-d", str(var), str(data), f"{size // MIB}M"]
        subprocess.run(making, check=True)
        writing = ["dd", f"if={data}", f"of={self.disk}", "bs=1M", f"seek={start // MIB}",
                   "conv=notrunc,sparse", "status=none"]  # fmt: skip
        subprocess.run(writing, check=True)
        data.unlink()

    def power_on(self) -> None:
        self._serial.unlink(missing_ok=True)
        self._process = subprocess.Popen([
            "qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72", "-smp", "2",
            "-m", MEMORY, "-display", "none", "-device", "virtio-rng-pci",
            "-nic", f"user,restrict=on,hostfwd=tcp:127.0.0.1:{self._port}-:22,model=virtio",
            "-drive", f"if=pflash,format=raw,readonly=on,file={UEFI}/AAVMF_CODE.fd",
            "-drive", f"if=pflash,format=raw,file={self._folder}/vars.fd",
            "-drive", f"if=virtio,format=raw,cache=writethrough,file={self.disk}",
            "-device", "virtio-gpu-pci,xres=1080,yres=1920",
            "-serial", f"file:{self._serial}", "-monitor", f"unix:{self._monitor},server,nowait",
        ], process_group=0)  # fmt: skip

    def ask(self, command: str, patience: float) -> str:
        """What a technician's shell says to this; raises MachineError when none is to be had."""
        asking = [
            "ssh", "-i", str(self._key), "-p", str(self._port), "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
            "-o", "ConnectTimeout=120", "technician@127.0.0.1", command,
        ]  # fmt: skip
        deadline = time.monotonic() + patience
        while True:
            done = subprocess.run(asking, capture_output=True, text=True, check=False)
            if done.returncode != NO_CONNECTION:
                return done.stdout + done.stderr
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise MachineError(
                    f"expected SSH in {patience} s, got {done.stderr}; {self.said[-800:]}"
                )
            time.sleep(ASK_EVERY)


NO_CONNECTION = 255  # ssh(1), EXIT STATUS


def partition(disk: Path, name: str) -> tuple[int, int]:
    """First byte and length of the partition with this name."""
    listed = subprocess.run(["sfdisk", "--json", disk], check=True, capture_output=True).stdout
    table = json.loads(listed)["partitiontable"]
    row = next(row for row in table["partitions"] if row["name"] == name)
    return int(row["start"]) * int(table["sectorsize"]), int(row["size"]) * int(table["sectorsize"])


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
