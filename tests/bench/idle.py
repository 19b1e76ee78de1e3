"""Processor and memory of each process of the kiosk while nobody is there: the attract screen.

Processor time is utime + stime of /proc/<pid>/stat, memory the PSS of /proc/<pid>/smaps_rollup
(proc(5)): shared pages are divided among those who share them, so a sum of PSS counts each once.
The emulated devices and the sandbox's office are not the kiosk, and are listed apart. What the
libraries of Mesa's software renderer take in the screen's process is said, but not taken off.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.screen import Attract, ScreenData
from firmware.demo.citizen import Citizen
from firmware.demo.stage import Settings, Stage
from tests.bench.figures import Figure

CPU_AIM = 3.0  # percent of one core, all processes together
PSS_AIM = 300.0  # MB, all processes together
# Seconds from the first screen until everybody has calmed down: screens and keyboards that nobody
# has needed yet are built in the first twelve.
SETTLES_IN = 15.0
UTIME, STIME = 11, 12  # fields of stat behind the bracket that ends the name, from 0
KB_IN_A_MB = 1024
SOFTWARE_RENDERER = ("libLLVM", "swrast_dri", "libz3")  # what Mesa's llvmpipe maps
SAMPLES = 1  # one long look at each process
BESIDE = ("bench", "sandbox")  # no part of the kiosk


@dataclass(frozen=True)
class Use:
    """What one process used: percent of one core, and megabytes of PSS."""

    cpu: float = 0.0
    pss: float = 0.0

    def __add__(self, other: Use) -> Use:
        return Use(self.cpu + other.cpu, self.pss + other.pss)

    def __str__(self) -> str:
        return f"{self.cpu:5.2f} % of a core, {self.pss:6.1f} MB"


async def run(seconds: float, settles_in: float = SETTLES_IN) -> list[Figure]:
    """Watch, for that long, a kiosk that nobody uses."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
        settings = Settings(environment={"SDL_VIDEODRIVER": "offscreen"})
        with Stage(Path(folder), settings) as stage:
            async with Citizen(stage) as citizen:
                await citizen.waits_for(_is_ready, "the attract screen, everything in service")
            await asyncio.sleep(settles_in)  # the citizen is gone, and nobody comes
            return await _watch(_pids(stage), seconds)


def _is_ready(data: ScreenData) -> bool:
    """Some service can be paid for: by then every device and the back end have answered."""
    if not isinstance(data, Attract):
        return False
    return data.cash_is_possible and any(tile.why_not is None for tile in data.tiles)


def _pids(stage: Stage) -> dict[str, int]:
    pids = stage.pids() | {name: stage.pid(name) for name in BESIDE}
    return {"broker": stage.broker.pid} | pids


async def _watch(pids: dict[str, int], seconds: float) -> list[Figure]:
    """Raises FileNotFoundError when a process ends meanwhile: then there is nothing to measure."""
    began, before = time.monotonic(), {name: cpu_seconds(pid) for name, pid in pids.items()}
    await asyncio.sleep(seconds)
    elapsed = time.monotonic() - began
    uses = {
        name: Use((cpu_seconds(pid) - before[name]) / elapsed * 100, pss(pid))
        for name, pid in pids.items()
    }
    renderer = _pss_of(pids["ui"], SOFTWARE_RENDERER)
    return [
        *_figures(uses),
        Figure("software renderer, in ui", f"{renderer:.1f} MB", SAMPLES),
        Figure("watched for", f"{elapsed:.1f} s", SAMPLES),
    ]


def _figures(uses: dict[str, Use]) -> list[Figure]:
    kiosk = {name: use for name, use in uses.items() if name not in BESIDE}
    whole = sum(kiosk.values(), Use())
    return [
        *(Figure(name, str(use), SAMPLES) for name, use in kiosk.items()),
        Figure("kiosk, processor", f"{whole.cpu:.2f} % of a core", SAMPLES,
               f"< {CPU_AIM:.0f} % of a core", is_met=whole.cpu < CPU_AIM),
        Figure("kiosk, memory", f"{whole.pss:.0f} MB", SAMPLES,
               f"< {PSS_AIM:.0f} MB PSS", is_met=whole.pss < PSS_AIM),
        *(Figure(f"({name}: not the kiosk)", str(uses[name]), SAMPLES) for name in BESIDE),
    ]  # fmt: skip


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[UTIME]) + int(fields[STIME])) / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    """Megabytes."""
    return _sum_of(Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()) / KB_IN_A_MB


def own(pid: int) -> float:
    """Megabytes that this process has written and shares with nobody: what grows if it leaks. PSS
    moves also with who else runs the same files just now."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return _sum_of(rollup, "Private_Dirty:") / KB_IN_A_MB


def _pss_of(pid: int, files: tuple[str, ...]) -> float:
    """Megabytes of the mappings of these files, by the beginning of their names."""
    found, is_wanted = [], False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):  # the head of a mapping: its file stands last
            is_wanted = Path(words[-1]).name.startswith(files)
        elif is_wanted:
            found.append(line)
    return _sum_of(found) / KB_IN_A_MB


def _sum_of(lines: list[str], name: str = "Pss:") -> int:
    """Of the lines of smaps that say so, in kB."""
    return sum(int(line.split()[1]) for line in lines if line.startswith(name))
