"""The driver against `ippeveprinter`, a real IPP Everywhere printer that is not ours, over TCP."""

from __future__ import annotations

import asyncio
import os
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.contract.device import Outcome
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
)
from firmware.demo.stage import free_port
from tests.drivers.ipp.kiosk import Kiosk
from tests.drivers.ipp.stage import pdf
from tests.drivers.listener import PATIENCE, running

FILTER = """#!/bin/sh
# Stands for the engine: as long as there is a file `hold`, it prints and prints.
touch "{begun}"
while [ -e "{hold}" ]; do sleep 0.05; done
echo "ATTR: job-impressions-completed=2 job-media-sheets-completed=2" >&2
"""


class Printer:
    """`ippeveprinter` with a private D-Bus, without which it does not start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hold, self.begun = folder, folder / "hold", folder / "begun"
        self.port = free_port()
        self.uri = f"ipp://localhost:{self.port}/ipp/print"
        engine = folder / "engine"
        engine.write_text(FILTER.format(hold=self.hold, begun=self.begun))
        engine.chmod(0o755)
        self.taken = folder / "taken"
        self.taken.mkdir()
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._bus.stdout is not None
        address = self._bus.stdout.readline().strip()
        self.log = folder / "printer.log"
        self._log = self.log.open("wb")
        self._printer = subprocess.Popen(
            ["ippeveprinter", "-v", "-r", "off", "-n", "localhost", "-p", str(self.port),
             "-2", "-k", "-d", str(self.taken), "-c", str(engine), "-f", "application/pdf",
             "Bench"],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address},
            stdout=self._log, stderr=self._log,
        )  # fmt: skip

    async def until(self, is_true: Callable[[], bool]) -> None:
        """Ask again and again: a foreign process tells nobody when it gets somewhere."""
        async with asyncio.timeout(PATIENCE):
            while not is_true():  # noqa: ASYNC110 - another process moves
                await asyncio.sleep(0.02)

    def has_answered(self, operation: str) -> bool:
        return f"{operation} successful-ok" in self.log.read_text(errors="replace")

    def load(self, sheets: int) -> None:
        """On its web page: A4 in the main tray; the other one keeps its envelopes."""
        other = "size3=na_number-10_4.125x9.5in&type3=envelope&level3=25"
        form = f"media?size1=iso_a4_210x297mm&type1=stationery&level1={sheets}&{other}"
        urllib.request.urlopen(f"http://localhost:{self.port}/{form}", timeout=5).close()

    def set_toner(self, percent: int) -> None:
        form = f"supplies?supply0=20&supply1={percent}"
        urllib.request.urlopen(f"http://localhost:{self.port}/{form}", timeout=5).close()

    def close(self) -> None:
        self.hold.unlink(missing_ok=True)
        for process in (self._printer, self._bus):
            process.terminate()
            process.wait(5)
        if self._bus.stdout is not None:
            self._bus.stdout.close()
        self._log.close()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[Printer]:
    made = Printer(tmp_path)
    try:
        yield made
    finally:
        made.close()


async def test_letter_in_the_tray_then_a4_then_a_document_then_empty(
    printer: Printer, tmp_path: Path
) -> None:
    here = Kiosk(tmp_path, printer.uri)
    async with running(here):
        await here.until_fault("page.paper.other")  # it comes with American paper in it
        await asyncio.to_thread(printer.load, 250)
        await here.until_ready()
        assert here.device.state().identity.model == "Printer"
        content = pdf("first", "second")
        here.order("a", content, 2)
        await here.until_told(DocumentPrinted("a", 2))
        [taken] = printer.taken.glob("*.pdf")
        assert taken.read_bytes() == content
        assert not any((tmp_path / "spool" / "page").iterdir())
        await asyncio.to_thread(printer.load, 0)
        await here.until_fault("page.paper.end")
        here.order("b", content, 2)
        assert here.told[-1] == DocumentFailed("b", 0, "page.paper.end")
        await asyncio.to_thread(printer.load, 100)
        await here.until_ready()
        levels = {each.name: each.level for each in here.device.state().consumables}
        assert levels == {"paper": 100, "toner": 75}
        await asyncio.to_thread(printer.set_toner, 4)
        await here.until_fault("page.toner.low")


async def test_a_cancelled_document_leaves_no_job_behind(printer: Printer, tmp_path: Path) -> None:
    printer.hold.touch()
    here = Kiosk(tmp_path, printer.uri)
    async with running(here):
        await here.until_fault("page.paper.other")
        await asyncio.to_thread(printer.load, 250)
        await here.until_ready()
        here.order("a", pdf("first", "second", "third"), 3)
        await printer.until(printer.begun.exists)
        assert here.device.on_command(CancelDocument("a")).outcome is Outcome.DONE
        await printer.until(lambda: printer.has_answered("Cancel-Job"))
        printer.hold.unlink()
        failed = DocumentFailed("a", 2, "page.cancelled")  # as the engine counts
        await here.until_told(failed)
        await here.until_ready()
