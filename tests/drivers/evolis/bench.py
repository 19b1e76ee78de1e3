"""What the tests of this family share: two sides of a card, a till that prints it, and a visit."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from drivers.base.loopback import Till, Visit, Wire
from drivers.evolis.bitmap import PICTURE_SIZE
from drivers.evolis.driver import CardPrinter
from drivers.evolis.emulator import CardPrinterEmulator
from firmware.contract.device import USABLE, DeviceCommand, Kind, Outcome
from firmware.contract.document import DocumentFailed, DocumentPrinted, PrintDocument
from firmware.gateway.sandbox.pdf import pdf_of_pictures
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool, SpoolError

DPI = 300


@cache
def side(colour: str) -> bytes:
    """A PNG: a coloured field, and a black one that is not in the middle."""
    picture = Image.new("RGB", PICTURE_SIZE, "white")
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((100, 100, 700, 400), fill=colour)
    canvas.rectangle((750, 450, 950, 600), fill="black")
    file = io.BytesIO()
    picture.save(file, "png")
    return file.getvalue()


class CardTill(Till):
    """Asks for each of its cards, once a second, until its journal holds what became of it."""

    def __init__(self, *jobs: str) -> None:
        super().__init__()
        self.jobs = list(jobs)
        self.spool: Spool | None = None
        self._asked: dict[str, PrintDocument] = {}

    def orders(self, now: float) -> list[DeviceCommand]:
        open_jobs = [job for job in self.jobs if job not in self.journal]
        if not open_jobs or self.spool is None:
            return []
        job = open_jobs[0]
        if job not in self._asked or not self._is_there(self._asked[job]):
            self._asked[job] = order(job, self.spool)
        return [self._asked[job]]

    def _is_there(self, asked: PrintDocument) -> bool:
        """A driver wipes its spool at a start: then the card is put there once more."""
        assert self.spool is not None
        try:
            return bool(self.spool.read(asked.document, asked.sha256))
        except SpoolError:
            return False


@cache
def card(*colours: str) -> bytes:
    """A PDF of a page for each colour, as large as the head of the printer."""
    return pdf_of_pictures([side(colour) for colour in colours], DPI)


def order(job: str, spool: Spool, *colours: str) -> PrintDocument:
    """Puts the card into the spool; the driver wipes it when the job ends."""
    colours = colours or ("crimson", "teal")
    return PrintDocument(job, *spool.put(card(*colours)), len(colours))


def printed(job: str) -> DocumentPrinted:
    return DocumentPrinted(job, 2)


def section(spool: Path, **options: Any) -> DeviceSection:
    return DeviceSection("evolis", Kind.PVC, "", {"spool": str(spool), **options})


def make_printer(folder: Path, **options: Any) -> CardPrinter:
    return CardPrinter("pvc", section(folder / "spool", **options), folder)


class Counter:
    """A kiosk's card printer on a wire in memory, and hands."""

    def __init__(self, folder: Path, *jobs: str, ribbon: str = "ymcko", **physical: Any) -> None:
        self.spool_folder = folder / "spool" / "pvc"
        self.spool = Spool(self.spool_folder)
        self.emulator = CardPrinterEmulator(ribbon=ribbon, **physical)
        self.till = CardTill(*jobs)
        self.till.spool = self.spool
        self.visit = Visit(
            lambda: make_printer(folder, ribbon=ribbon), self.emulator, self.till, Wire()
        )

    @property
    def device(self) -> CardPrinter:
        device = self.visit.device
        assert isinstance(device, CardPrinter)
        return device

    @property
    def physics(self) -> dict[str, Any]:
        return self.emulator.physics()

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def run_until(
        self, is_true: Callable[[], bool], patience: float = 90.0, step: float = 0.05
    ) -> None:
        end = self.visit.now + patience
        while not is_true():
            assert self.visit.now < end, f"{self.physics} {self.device.state()}"
            self.run(step)

    def run_until_ink(self, side: int = 0) -> None:
        """Until the head has printed some of that side."""
        self.run_until(lambda: self._has_ink(side))

    def _has_ink(self, side: int) -> bool:
        return self.emulator.card is not None and bool(self.emulator.card.inks[side])

    def run_until_told(self, job: str) -> None:
        self.run_until(lambda: job in self.till.journal)

    def hand(self, action: str, **arguments: Any) -> None:
        self.visit.at(self.visit.now, lambda: self.visit.hand(action, **arguments))
        self.run(0.001)

    def order(self, job: str) -> None:
        reply = self.device.on_command(order(job, self.spool))
        assert reply.outcome is Outcome.DONE, reply

    def fault_of(self, job: str) -> str:
        event = self.till.journal[job]
        assert isinstance(event, DocumentFailed), event
        return event.fault

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.device.state().faults]

    @property
    def levels(self) -> dict[str, int | None]:
        return {each.name: each.level for each in self.device.state().consumables}


def started(counter: Counter) -> Counter:
    counter.run_until(lambda: counter.device.state().status in USABLE)
    return counter


def runs_until_ejecting(counter: Counter) -> None:
    """Until `Se` is on the wire and the card has not moved yet."""
    record = counter.device._book.record
    counter.run_until(lambda: counter.device._book.doubt is not None)
    assert counter.emulator.card is not None and record.printed == 0
