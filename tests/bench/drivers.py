"""What each family's driver costs while nobody is there, and how soon after the plug it is ready.

One process a driver, with no bus; all emulators in this one, on ptys. The driver polls as fast as
ever: the emulated devices run at their real speed. From the plug to ready includes up to a second
until a driver looks for its port again, and the device's own start-up.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from drivers.base.bench import EmulatedDevice
from drivers.base.registry import find
from drivers.base.scan import families
from firmware.contract.device import Print
from firmware.documents.receipt import receipt
from tests.bench.figures import Figure, delays
from tests.bench.idle import SAMPLES, cpu_seconds
from tests.bench.one_driver import MISSING, READY
from tests.drivers.escpos.bench import Counter
from tests.firmware.documents.test_documents import RECEIPT

CPU_AIM = 0.5  # percent of one core
PATIENCE = 60.0  # seconds for everything to start, on a machine that is busy
PRINT_AIM = 0.300  # seconds; the citizen must hear that something happens
PRINTS = 30
SETTLES_IN = 2.0  # seconds after the last is ready


async def run(seconds: float, settles_in: float = SETTLES_IN, prints: int = PRINTS) -> list[Figure]:
    """Every family with a serial wire, side by side. Raises TimeoutError when one gets nowhere."""
    names = [name for name, _ in families()]
    with tempfile.TemporaryDirectory(prefix="drivers-") as folder:
        started = [await _start(name, Path(folder) / name) for name in names]
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
    figures = [_cost(name, share) for name, share in zip(names, cost, strict=True)]
    ready = [_ready(name, after) for name, after in zip(names, plugged, strict=True)]
    printer = delays("escpos, from Print to its first byte", first_bytes(prints), PRINT_AIM)
    return [*figures, *ready, printer]


def first_bytes(rounds: int) -> list[float]:
    """Seconds of processor time from the order to print a receipt in Hindi to its first byte.

    In memory and on a clock of its own, so that other work on the machine does not count: the
    printer has nothing to do, and its answer is not waited for.
    """
    found, ticket = [], receipt(RECEIPT)
    with tempfile.TemporaryDirectory(prefix="printer-") as folder:
        counter = Counter(Path(folder))
        counter.run(1.0)
        for number in range(rounds):
            began = time.process_time()
            counter.device.on_command(Print(str(number), ticket))
            first = counter.device.protocol.bytes_to_send()
            found.append(time.process_time() - began)
            assert first
            counter.emulator.receive_bytes(first, counter.visit.now)
            counter.run(5.0)
    return found


Started = tuple[EmulatedDevice, asyncio.subprocess.Process]


async def _start(family: str, port: Path) -> Started:
    device = EmulatedDevice(find("kiosk.emulators", family)(), port)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.one_driver", family, str(port)),
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
