"""What each family's driver costs while nobody is there, and how soon after the plug it is ready.

One process a driver, with no bus; all emulators in this one, on ptys, a USB device at a socket, and
pins behind that of the bench. The driver polls as fast as
ever: the emulated devices run at their real speed. From the plug to ready includes up to a second
until a driver looks for its port again, and the device's own start-up.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from drivers.base.bench import BenchServer, EmulatedDevice, device_at
from drivers.base.emulator import Emulator
from drivers.base.registry import find
from drivers.base.scan import families
from firmware.contract.device import Kind
from firmware.gateway.sandbox.unsealing import PUBLIC_KEY
from firmware.runtime.config import DeviceSection
from tests.bench.figures import Figure
from tests.bench.idle import SAMPLES, cpu_seconds
from tests.bench.one_driver import MISSING, NAME, READY

CPU_AIM = 0.5  # percent of one core
PATIENCE = 60.0  # seconds for everything to start, on a machine that is busy
PRINT_AIM = 0.300  # seconds; the citizen must hear that something happens
PRINTS = 30
SETTLES_IN = 2.0  # seconds after the last is ready


Started = tuple[EmulatedDevice, asyncio.subprocess.Process]


class EmulatedPins(EmulatedDevice):
    """A panel, or an acceptor of pulses: its wires are at the bench's own socket."""

    def __init__(self, emulator: Emulator, path: Path) -> None:
        super().__init__(emulator, path)
        self._path = path
        self._server: asyncio.Server | None = None
        self._begins: asyncio.Task[None] | None = None

    def plug(self) -> None:
        self._begins = asyncio.get_running_loop().create_task(self._listen())

    def unplug(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _listen(self) -> None:
        serve = BenchServer({NAME: self}).serve
        self._server = await asyncio.start_unix_server(serve, self._path)


def sections(folder: Path) -> dict[str, DeviceSection]:
    """Every family but `ipp`, which waits for its printer to speak and polls nothing."""
    found = {
        name: DeviceSection(name, each.kind, str(folder / name), each.usual_options)
        for name, each in families()
    }
    pins = {"pin_factory": "bench"}
    found["magstripe"] = DeviceSection(
        "magstripe", Kind.CARD, str(folder / "magstripe"), {"public_key": PUBLIC_KEY}
    )
    found["magnesafe"] = DeviceSection(
        "magnesafe", Kind.CARD, str(folder / "magnesafe"), {"usb": "bench"}
    )
    panel = pins | {"bench": str(folder / "panel")}
    found["panel"] = DeviceSection("panel", Kind.PANEL, str(folder / "panel"), panel)
    pulse = pins | {"bench": str(folder / "pulse"), "pulses": {"1": 100}}
    found["pulse"] = DeviceSection("pulse", Kind.COINS, str(folder / "pulse"), pulse)
    return found


async def run(seconds: float, settles_in: float = SETTLES_IN) -> list[Figure]:
    """Side by side. Raises TimeoutError when one gets nowhere."""
    with tempfile.TemporaryDirectory(prefix="drivers-") as folder:
        found = sections(Path(folder))
        started = [await _start(section) for section in found.values()]
        try:
            async with asyncio.timeout(PATIENCE):
                plugged = await asyncio.gather(*(_until_ready(each) for each in started))
            await asyncio.sleep(settles_in)
            cost = await _watch([process.pid for _, process in started], seconds)
        finally:
            for device, process in started:
                process.kill()
                await process.wait()
                device.unplug()
    figures = [_cost(name, share) for name, share in zip(found, cost, strict=True)]
    ready = [_ready(name, after) for name, after in zip(found, plugged, strict=True)]
    return [*figures, *ready]


async def _start(section: DeviceSection) -> Started:
    emulator, port = find("kiosk.emulators", section.family)(), Path(section.port)
    device = (
        EmulatedPins(emulator, port)
        if "pin_factory" in section.options
        else device_at(emulator, section.port)
    )
    options = json.dumps(section.options)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.one_driver"),
        *(section.family, section.kind, section.port, options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # of ports that are missing: that is so on purpose
    )
    return device, process


async def _until_ready(started: Started) -> float:
    """Seconds from the plug."""
    device, process = started
    await _says(process, MISSING)
    plugged_at = time.monotonic()
    device.plug()
    await _says(process, READY)
    return time.monotonic() - plugged_at


async def _says(process: asyncio.subprocess.Process, word: str) -> None:
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    if line != word:
        raise RuntimeError(f"expected a driver that says {word!r}, got {line!r}")


async def _watch(pids: list[int], seconds: float) -> list[float]:
    """Percent of a core of each."""
    began, before = time.monotonic(), [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(seconds)
    elapsed = time.monotonic() - began
    return [
        (cpu_seconds(pid) - spent) / elapsed * 100 for pid, spent in zip(pids, before, strict=True)
    ]


def _cost(family: str, share: float) -> Figure:
    return Figure(
        f"{family}, idle",
        f"{share:.2f} % of a core",
        SAMPLES,
        f"< {CPU_AIM} % of a core",
        is_met=share < CPU_AIM,
    )


def _ready(family: str, after: float) -> Figure:
    return Figure(f"{family}, from plug to ready", f"{after:.1f} s", SAMPLES)
