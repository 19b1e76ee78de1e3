"""M10 in the process itself: after a swipe, no byte of the card's number is anywhere in it.

The driver runs in a process of its own, on a pty; the card is swiped from here; then every page
that the process can read is searched, for the number as text and as bits of the stripe.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mmap
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from nacl.public import SealedBox

from drivers.base.bench import EmulatedDevice
from drivers.base.plastic import CARDS
from drivers.base.secret import LockedBuffer
from drivers.magstripe.emulator import StripeReaderEmulator
from drivers.magstripe.tracks import LAYOUTS, encode, pack
from tests.drivers.magstripe.stage import ACQUIRER

PATIENCE = 20.0  # seconds, for a machine that is busy with something else
PAN = b"4111111111111111"
READABLE = "r"


def needles() -> dict[str, bytes]:
    """The number as each form it passes through; of the bits, what lies inside of the track."""
    found = {"text": PAN, "utf-16": PAN.decode().encode("utf-16-le")}
    for number, text in zip(LAYOUTS, CARDS["visa"].tracks, strict=True):
        if text:
            found[f"bits of track {number}"] = pack(encode(text, LAYOUTS[number]))[4:14]
    return found


def pages(pid: int) -> Iterator[bytes]:
    """All that the process can read, region by region."""
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights = line.split()[:2]
            start, end = (int(part, 16) for part in where.split("-"))
            if rights.startswith(READABLE) and "[v" not in line:  # vvar, vsyscall
                with contextlib.suppress(OSError):
                    memory.seek(start)
                    yield memory.read(end - start)


def found_in(pid: int) -> set[str]:
    wanted = needles()
    return {name for page in pages(pid) for name, needle in wanted.items() if needle in page}


def locked(pid: int) -> int:
    """Pages that cannot be swapped."""
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmLck"))
    return int(kilobytes) * 1024 // mmap.PAGESIZE


@contextlib.asynccontextmanager
async def driver_on(port: Path, folder: Path, *options: str) -> AsyncIterator[Process]:
    module = "tests.drivers.magstripe.swiping"
    command = [sys.executable, "-m", module, str(port), str(folder), *options]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def said(process: Process, key: str) -> Any:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while line := await process.stdout.readline():
            document = json.loads(line)
            if key in document:
                return document
    raise AssertionError(f"the driver ended before it said {key!r}")


async def one_swipe(process: Process, bench: EmulatedDevice) -> dict[str, Any]:
    guard = await said(process, "core_limit")
    assert guard == {"core_limit": 0, "is_dumpable": 0}
    await said(process, "armed")
    bench.hand("swipe", {"card": "visa"})
    sealed = await said(process, "sealed")
    assert (await said(process, "told"))["masked"] == "411111******1111"
    tracks: dict[str, Any] = sealed["sealed"]
    return tracks


async def test_the_number_is_nowhere_in_the_process_after_a_swipe(tmp_path: Path) -> None:
    bench = EmulatedDevice(StripeReaderEmulator(speed=5.0), tmp_path / "card")
    bench.plug()
    async with driver_on(tmp_path / "card", tmp_path) as process:
        sealed = await one_swipe(process, bench)
        assert found_in(process.pid) == set()
        assert locked(process.pid) >= 3, "incoming, answers and tracks are a page each, or more"
    bench.unplug()
    track2 = SealedBox(ACQUIRER).decrypt(bytes.fromhex(sealed["2"]))
    assert track2 == CARDS["visa"].track2
    assert "text" in found_in(os.getpid()), "the search must see the number where it is: here"


async def test_the_search_finds_a_copy_where_somebody_keeps_one(tmp_path: Path) -> None:
    bench = EmulatedDevice(StripeReaderEmulator(speed=5.0), tmp_path / "card")
    bench.plug()
    async with driver_on(tmp_path / "card", tmp_path, "careless") as process:
        await one_swipe(process, bench)
        assert found_in(process.pid) == {"bits of track 1", "bits of track 2"}
    bench.unplug()


def test_a_locked_buffer_forgets_what_it_gave_up() -> None:
    buffer = LockedBuffer(16)
    buffer.append(b"0123456789")
    buffer.consume(4)
    assert bytes(buffer.view) == b"456789" and bytes(buffer.free) == bytes(10)
    buffer.truncate(2)
    assert bytes(buffer.view) == b"45" and bytes(buffer.free) == bytes(14)
    buffer.wipe()
    assert len(buffer) == 0 and bytes(buffer.free) == bytes(16)


@pytest.mark.parametrize("count", [17, 100])
def test_a_locked_buffer_never_grows(count: int) -> None:
    buffer = LockedBuffer(16)
    with pytest.raises(ValueError, match="at most 16 bytes"):
        buffer.append(bytes(count))
    with pytest.raises(ValueError, match="at most 16 bytes"):
        buffer.took(count)
