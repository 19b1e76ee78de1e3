"""The image's disk in QEMU, without KVM; the serial console and the screen are read."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from ui import theme

FIRMWARE = Path("/usr/share/OVMF")
LOOK_EVERY = 0.5  # seconds between looks at a file that QEMU writes
MEMORY = "1024"  # MiB, as the smallest board
PROCESSOR = "Nehalem"  # no AVX: QEMU plays it slowly, and Mesa would make machine code of it
NO_NETWORK = ("-nic", "none")
PHOTOGRAPHED_WITHIN = 30.0  # seconds


GROUND, BUTTON = 0.5, 0.03  # of the first screen, at least


class MachineError(AssertionError):
    """The machine did not do what was expected in time; the text has its last lines."""


class Machine:
    """Use as a context: the power is on inside, and the disk is a copy of its own.

    `wires` are what is plugged in, as arguments of QEMU. With `kernel`, QEMU starts that and passes
    over UEFI and the boot loader.
    """

    def __init__(self, disk: Path, folder: Path, wires: Sequence[str] = NO_NETWORK) -> None:
        self.disk, self._folder, self.wires = folder / "disk.img", folder, wires
        self.kernel: Sequence[str] = ()
        self._serial, self._monitor = folder / "serial.log", folder / "monitor"
        subprocess.run(["cp", "--sparse=always", disk, self.disk], check=True)
        shutil.copy(FIRMWARE / "OVMF_VARS_4M.fd", folder / "vars.fd")

    def __enter__(self) -> Machine:
        self.power_on()
        return self

    def __exit__(self, *_: object) -> None:
        self.power_cut()

    def start_directly(self, image: Path, *options: str) -> None:
        """From now on QEMU starts slot A's kernel itself, with more on its command line."""
        for name in ("vmlinuz", "initrd", "slot.cfg"):
            where = ["-i", str(image / "boot-a.img"), f"::{name}", str(self._folder / name)]
            subprocess.run(["mcopy", "-n", *where], check=True)
        told = re.findall(r'="(.*)"', (self._folder / "slot.cfg").read_text())
        line = " ".join(["kiosk.slot=a rauc.slot=A panic=5 quiet", *told, *options])
        files = ["-kernel", str(self._folder / "vmlinuz"), "-initrd", str(self._folder / "initrd")]
        self.kernel = [*files, "-append", line]

    def enlarge(self, mib: int) -> None:
        """Before it is switched on: a disk with as much more room behind its partitions."""
        with self.disk.open("r+b") as disk:
            disk.truncate(self.disk.stat().st_size + (mib << 20))

    def power_on(self) -> None:
        self._serial.unlink(missing_ok=True)
        self._process = subprocess.Popen([
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-smp", "2",
            "-cpu", PROCESSOR, "-m", MEMORY, "-display", "none", "-device", "virtio-rng-pci",
            *self.wires, *self.kernel,
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}/OVMF_CODE_4M.fd",
            "-drive", f"if=pflash,format=raw,file={self._folder}/vars.fd",
            "-drive", f"if=virtio,format=raw,cache=writethrough,file={self.disk}",
            "-vga", "none", "-device", "virtio-vga,xres=1080,yres=1920",
            "-serial", f"file:{self._serial}", "-monitor", f"unix:{self._monitor},server,nowait",
        ], process_group=0)  # fmt: skip

    def until_attract(self, path: Path, patience: float) -> None:
        """Wait until the first screen is in the picture; `path` is the last one taken."""
        self._until(lambda: self._shows_attract(path), "the first screen", patience)

    def _shows_attract(self, path: Path) -> bool:
        """By the colours of its ground and of the button of the first language."""
        if not self._monitor.exists():
            return False
        self.photograph(path)
        with Image.open(path) as picture:
            counted = picture.convert("RGB").getcolors(picture.width * picture.height) or []
            size = picture.width * picture.height
            colours = {colour: count / size for count, colour in counted}
        shares = [colours.get(_rgb(colour), 0.0) for colour in (theme.INK, theme.MARIGOLD)]
        return shares[0] > GROUND and shares[1] > BUTTON

    def power_cut(self) -> None:
        self._process.kill()
        self._process.wait()

    def says(self, *words: str, patience: float) -> None:
        """Wait for any of these words on the serial console; raises MachineError."""
        self._until(lambda: any(word in self.said for word in words), repr(words), patience)

    def says_times(self, word: str, times: int, patience: float) -> None:
        """Wait until this word stands there so often; raises MachineError."""
        self._until(lambda: self.said.count(word) >= times, f"{word!r} {times} times", patience)

    def says_after(self, word: str, beginning: str, patience: float) -> None:
        """Wait for `word` behind the last `beginning`; raises MachineError."""
        self._until(lambda: word in self.said.rpartition(beginning)[2], repr(word), patience)

    def _until(self, is_so: Callable[[], bool], what: str, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not is_so():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise MachineError(f"expected {what} in {patience} s, got {self.said[-800:]}")
            time.sleep(LOOK_EVERY)

    @property
    def said(self) -> str:
        return self._serial.read_text(errors="replace") if self._serial.exists() else ""

    def photograph(self, path: Path) -> None:
        """The screen as QEMU sees it, as PPM."""
        path.unlink(missing_ok=True)
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as monitor:
            monitor.settimeout(PHOTOGRAPHED_WITHIN)
            monitor.connect(str(self._monitor))
            said = monitor.recv(4096)  # its greeting, and its prompt
            monitor.sendall(f"screendump {path}\n".encode())
            while said.count(b"(qemu) ") < 2:  # the next prompt: it is done
                said += monitor.recv(4096)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
