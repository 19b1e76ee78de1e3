"""A page printer at the contract, with its driver's memory and spool: each page once."""

from __future__ import annotations

import hashlib

from firmware.contract.device import (
    Acknowledge,
    Consumable,
    DeviceEvent,
    DeviceState,
    Fault,
    Kind,
    Outcome,
    Reply,
    Source,
    Status,
)
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
    PagePrinted,
    PrintDocument,
)


class PagePrinter:
    """Moves one page a tick. What is `spooled` lies in RAM; `ended` is on the driver's disk."""

    name, kind = "page", Kind.PAGE

    def __init__(self) -> None:
        self.sheets = 250
        self.is_there = True
        self.is_jammed = False
        self.is_deaf = False  # the driver's process is away
        self.spooled: dict[str, bytes] = {}
        self.tray: list[str] = []  # what each page says: the content of its document, and which
        self.open: PrintDocument | None = None
        self.printed = 0
        self.ended: dict[str, DeviceEvent] = {}
        self.untold: dict[str, DeviceEvent] = {}
        self.pages: list[PagePrinted] = []
        self._count = 0
        self._content = b""

    def put(self, content: bytes) -> tuple[str, str]:
        self._count += 1
        name = f"{self._count:032x}"
        self.spooled[name] = content
        return name, hashlib.sha256(content).hexdigest()

    def wipe(self) -> int:
        count = len(self.spooled)
        self.spooled.clear()
        return count

    def on_command(self, command: PrintDocument | CancelDocument) -> Reply | None:
        """None: nobody answers."""
        match command:
            case _ if self.is_deaf:
                return None
            case CancelDocument():
                return self._cancel(command)
            case PrintDocument():
                return self._print(command)

    def acknowledge(self, command: Acknowledge) -> None:
        self.untold.pop(command.key, None)

    def restart(self) -> None:
        """The driver: what lies in RAM is wiped but for the job under way."""
        kept = self.open.document if self.open is not None else ""
        self.spooled = {name: each for name, each in self.spooled.items() if name == kept}
        self.untold |= self.ended

    def tick(self) -> None:
        if self.open is None or self.status is Status.OUT_OF_SERVICE or not self.is_there:
            return
        self.sheets -= 1
        self.printed += 1
        self.tray.append(f"{self._content.decode()} {self.printed}")
        self.pages.append(PagePrinted(self.open.job, self.printed, self.open.pages))
        if self.printed == self.open.pages:
            self._end(DocumentPrinted(self.open.job, self.open.pages))

    def fail(self, fault: str) -> None:
        """What is left of the job will not be printed."""
        assert self.open is not None
        self._end(DocumentFailed(self.open.job, self.printed, fault))

    @property
    def status(self) -> Status:
        if not self.is_there:
            return Status.GONE
        if self.is_jammed or not self.sheets:
            return Status.OUT_OF_SERVICE
        return Status.READY if self.open is None else Status.BUSY

    @property
    def state(self) -> DeviceState:
        faults = [Fault("page.jam")] if self.is_jammed else []
        faults += [] if self.sheets else [Fault("page.paper.end")]
        sheets = Consumable("paper", self.sheets, "sheets", Source.MEASURED)
        return DeviceState(
            name=self.name, kind=self.kind, family="ipp", status=self.status, faults=faults,
            consumables=[sheets],
        )  # fmt: skip

    def _print(self, command: PrintDocument) -> Reply:
        job = command.job
        if job in self.ended:
            self.untold[job] = self.ended[job]
            return Reply(Outcome.DONE)
        if self.open is not None:
            return Reply(Outcome.DONE if self.open.job == job else Outcome.REFUSED)
        if self.status is Status.OUT_OF_SERVICE:
            self.ended[job] = self.untold[job] = DocumentFailed(job, 0, "page.jam")
            return Reply(Outcome.DONE)
        content = self.spooled.get(command.document, b"")
        if not self.is_there:
            return Reply(Outcome.REFUSED, "page.link.lost")
        if hashlib.sha256(content).hexdigest() != command.sha256:
            return Reply(Outcome.MISSING, "no such document")
        self.open, self.printed, self._content = command, 0, content
        return Reply(Outcome.DONE)

    def _cancel(self, command: CancelDocument) -> Reply:
        if self.open is not None and self.open.job == command.job:
            self.fail("page.cancelled")
        elif command.job in self.ended:
            self.untold[command.job] = self.ended[command.job]
        else:
            return Reply(Outcome.REFUSED, f"no job {command.job}")
        return Reply(Outcome.DONE)

    def _end(self, event: DocumentPrinted | DocumentFailed) -> None:
        assert self.open is not None
        self.spooled.pop(self.open.document, None)
        self.ended[event.job] = self.untold[event.job] = event
        self.open = None
