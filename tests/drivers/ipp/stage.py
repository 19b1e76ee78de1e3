"""What the tests of this family share: small PDFs, a till that prints them, and a visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.base.loopback import Till, Visit, Wire
from drivers.ipp.driver import PagePrinter
from drivers.ipp.emulator import PagePrinterEmulator
from firmware.contract.device import DeviceCommand, Kind, Outcome
from firmware.contract.document import DocumentFailed, DocumentPrinted, PagePrinted, PrintDocument
from firmware.runtime.config import DeviceSection
from firmware.runtime.spool import Spool, SpoolError

URI = "ipp://127.0.0.1:8631/ipp/print"


def pdf(*texts: str) -> bytes:
    """A page of A4 for each text."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(texts)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(texts)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for place, text in enumerate(texts):
        drawing = f"BT /F 40 Tf 60 700 Td ({text}) Tj ET"
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * place} 0 R>>"
        )
        objects.append(f"<</Length {len(drawing)}>>\nstream\n{drawing}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return f"{out}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n".encode()


Printer = PagePrinter  # prepares at once: the loopback has no event loop


def make_printer(folder: Path, kind: Kind = Kind.PAGE, **options: Any) -> Printer:
    section = DeviceSection("ipp", kind, URI, {"spool": str(folder / "spool"), **options})
    return Printer(kind, section, folder / "state")


class PrintingTill(Till):
    """Asks for each of its jobs, once a second, until its journal holds what became of it.

    A document that is not in the spool is put there again, as core does.
    """

    def __init__(self, **pages: int) -> None:
        super().__init__()
        self.pages = pages
        self.spool: Spool | None = None
        self._wanted: dict[str, PrintDocument] = {}

    def orders(self, now: float) -> list[DeviceCommand]:
        job = next((job for job in self.pages if job not in self.journal), None)
        if job is None or self.spool is None:
            return []
        if job not in self._wanted or not self._is_there(self._wanted[job]):
            self._wanted[job] = put_document(self.spool, job, self.pages[job])
        return [self._wanted[job]]

    def _is_there(self, command: PrintDocument) -> bool:
        assert self.spool is not None
        try:
            return bool(self.spool.read(command.document, command.sha256))
        except SpoolError:
            return False


class Office:
    """A printer on a wire in memory, its till, its spool, and hands."""

    def __init__(
        self, folder: Path, wire: Wire | None = None, kind: Kind = Kind.PAGE, **options: Any
    ) -> None:
        self.emulator = PagePrinterEmulator(**options)
        self.till = PrintingTill()
        self.spool = Spool(folder / "spool" / kind)
        self.visit = Visit(
            lambda: make_printer(folder, kind), self.emulator, self.till, wire or Wire()
        )
        self.folder = folder

    @property
    def device(self) -> PagePrinter:
        device = self.visit.device
        assert isinstance(device, PagePrinter)
        return device

    def document(self, job: str, pages: int = 3, is_two_sided: bool = False) -> PrintDocument:
        return put_document(self.spool, job, pages, is_two_sided)

    def order(self, job: str, pages: int = 3, is_two_sided: bool = False) -> PrintDocument:
        command = self.document(job, pages, is_two_sided)
        reply = self.device.on_command(command)
        assert reply.outcome is Outcome.DONE, reply
        self.run(0.001)
        return command

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def until(self, is_true: Callable[[], bool], seconds: float = 120.0) -> None:
        end = self.visit.now + seconds
        while not is_true():
            assert self.visit.now < end, f"{self.physics}\n{self.till.told}\n{self.visit.refused}"
            self.run(0.05)

    def until_ended(self, job: str, seconds: float = 120.0) -> DocumentPrinted | DocumentFailed:
        self.until(lambda: job in self.till.journal, seconds)
        event = self.till.journal[job]
        assert isinstance(event, DocumentPrinted | DocumentFailed)
        return event

    def until_out(self, pages: int) -> None:
        self.until(lambda: len(self.pages) >= pages)

    def hand(self, action: str, **arguments: Any) -> None:
        self.visit.at(self.visit.now, lambda: self.visit.hand(action, **arguments))
        self.run(0.001)

    @property
    def physics(self) -> dict[str, Any]:
        return self.emulator.physics()

    @property
    def pages(self) -> list[str]:
        """What lies in the output, in its order."""
        return pages_out(self.emulator)

    @property
    def told(self) -> list[int]:
        return [event.page for event in self.till.told if isinstance(event, PagePrinted)]

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.device.state().faults]

    @property
    def spooled(self) -> list[str]:
        folder = self.folder / "spool" / "page"
        return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def put_document(
    spool: Spool, job: str, pages: int = 3, is_two_sided: bool = False
) -> PrintDocument:
    """Page 2 of job `a` reads `a page 2`."""
    name, sha256 = spool.put(pdf(*(f"{job} page {n + 1}" for n in range(pages))))
    return PrintDocument(job, name, sha256, pages, is_two_sided)


def pages_out(emulator: PagePrinterEmulator) -> list[str]:
    return [page for sheet in emulator.mechanism.output for page in sheet["pages"]]


def assert_honest(till: Till, emulator: PagePrinterEmulator, pages: dict[str, int]) -> None:
    """No page twice; what is told as printed is there, and of what failed as much as was said."""
    lying = Counter(pages_out(emulator))
    assert max(lying.values(), default=0) <= 1, lying
    for job, count in pages.items():
        out = [n for n in range(1, count + 1) if lying[f"{job} page {n}"]]
        event = till.journal.get(job)
        assert event is not None, f"{job}: nobody said what became of it, {out} are out"
        if isinstance(event, DocumentPrinted):
            assert out == list(range(1, count + 1)), f"{job}: told as printed, {out} are out"
        else:
            assert isinstance(event, DocumentFailed)
            assert len(out) <= count
            assert event.printed_pages <= len(out), f"{job}: {event}, {out} are out"
