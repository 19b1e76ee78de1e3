"""The whole machine in QEMU: how long until its first screen, and what it takes while nobody comes.

The kiosk against the same disk with nothing of ours started on it, in one run, both from the power
to what they are for: the first screen in pixels, and systemd's multi-user.target. Without KVM the
seconds say nothing of a real machine; their ratio does, more or less. Memory is the PSS of all
processes (proc(5)), which a unit adds up inside, as root.
"""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure
from tests.image.disk import fill_data
from tests.image.machine import Machine
from tests.image.site import Site

RATIO_AIM = 1.5
PSS_AIM = 450.0  # MB, the screen with its software renderer among them
STARTS_WITHIN = 1800.0  # seconds
LOOK_EVERY = 2.0  # seconds between pictures
KB_IN_A_MB = 1024
MIB = 1 << 20
CHART = Path("build/boot.svg")
COUNTER = """\
[Service]
ExecStart=/bin/sh -c 'while sleep 20; do s=0; \
for n in $$(sed -n "s/^Pss: *\\\\([0-9]*\\\\) kB/\\\\1/p" /proc/[0-9]*/smaps_rollup 2>/dev/null); \
do s=$$((s + n)); done; echo "all processes: $$s kB of PSS" >/dev/console; done'
"""


def run(image: Path) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name:
        bare = _until_bare(image, Path(name) / "bare")
        shown, pss = _until_shown(image, Path(name) / "kiosk")
    ratio, size = shown / bare, (image / "root.img").stat().st_size / MIB
    return [
        Figure("power to multi-user.target, nothing of ours", f"{bare:.0f} s", 1),
        Figure("power to the first screen in pixels", f"{shown:.0f} s", 1),
        Figure("one by the other", f"{ratio:.2f} times", 1, f"< {RATIO_AIM} times",
               is_met=ratio < RATIO_AIM),
        Figure("memory of all processes", f"{pss:.0f} MB", 1, f"< {PSS_AIM:.0f} MB PSS",
               is_met=pss < PSS_AIM),
        Figure("root, compressed", f"{size:.0f} MiB", 1),
    ]  # fmt: skip


def _until_bare(image: Path, folder: Path) -> float:
    folder.mkdir()
    machine = Machine(image / "kiosk.img", folder)
    machine.start_directly(image, "systemd.mask=kiosk.target")
    began = time.monotonic()
    with machine:
        machine.says("Reached target multi-user.target", patience=STARTS_WITHIN)
        return time.monotonic() - began


def _until_shown(image: Path, folder: Path) -> tuple[float, float]:
    """Seconds, and megabytes once it is idle."""
    with Site(folder / "site") as site:
        machine = Machine(image / "kiosk.img", folder, site.wires)
        fill_data(machine.disk, image / "root", site.files, folder)
        machine.start_directly(image, "systemd.wants=pss.service")
        machine.kernel = [*machine.kernel, *_unit("pss.service", COUNTER)]
        began = time.monotonic()
        with machine:
            machine.until_attract(folder / "screen.ppm", STARTS_WITHIN)
            shown = time.monotonic() - began
            machine.says("Finished kiosk-good.service", patience=STARTS_WITHIN)
            counted = machine.said.count("kB of PSS")
            machine.says_times("kB of PSS", counted + 2, STARTS_WITHIN)
            site.until_ssh(STARTS_WITHIN)
            CHART.write_text(site.ssh("systemd-analyze", "plot", patience=STARTS_WITHIN).stdout)
            shutil.copy(folder / "screen.ppm", CHART.with_suffix(".ppm"))
            return shown, int(re.findall(r"(\d+) kB of PSS", machine.said)[-1]) / KB_IN_A_MB


def _unit(name: str, text: str) -> list[str]:
    """A unit that systemd takes from the firmware's tables (systemd.system-credentials(7))."""
    content = base64.b64encode(text.encode()).decode()
    credential = f"io.systemd.credential.binary:systemd.extra-unit.{name}={content}"
    return ["-smbios", f"type=11,value={credential}"]
