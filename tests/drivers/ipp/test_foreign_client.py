"""`ipptool`, which is not ours, holds its conformance files against our emulated printer."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.base.bench import EmulatedNetworkDevice
from drivers.ipp.emulator import PagePrinterEmulator
from tests.drivers.ipp.stage import pdf

PASSED = 32  # of ipp-1.1, ipp-2.0 and ipp-everywhere, which include each other
NOT_OURS = ("image/jpeg", "page-ranges-supported")  # what IPP Everywhere wants besides


@pytest.fixture
async def uri() -> AsyncIterator[str]:
    cable = EmulatedNetworkDevice(PagePrinterEmulator(speed=50), "ipp://127.0.0.1:0/ipp/print")
    cable.plug()
    try:
        yield f"ipp://127.0.0.1:{cable.address[1]}/ipp/print"
    finally:
        cable.unplug()


async def test_of_ipp_everywhere_only_jpeg_and_page_ranges_are_missing(
    tmp_path: Path, uri: str
) -> None:
    for name in ("document-a4.pdf", "document-letter.pdf", "sample.pdf"):
        (tmp_path / name).write_bytes(pdf("first", "second"))  # Debian ships it without
    command = ["ipptool", "-V", "2.0", "-tI", "-f", str(tmp_path / "sample.pdf"), uri]
    done = await asyncio.to_thread(
        subprocess.run, [*command, "ipp-everywhere.test"], cwd=tmp_path, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.count("[PASS]") >= PASSED, done.stdout
    missing = [line.strip() for line in done.stdout.splitlines() if "EXPECTED" in line]
    assert [word for word in NOT_OURS if any(word in line for line in missing)] == [*NOT_OURS]
    assert [line for line in missing if not any(word in line for word in NOT_OURS)] == []
