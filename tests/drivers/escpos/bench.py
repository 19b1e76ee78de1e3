"""What the tests of this family share: a small ticket, a till that prints, and a visit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.base.loopback import Till, Visit, Wire
from drivers.escpos.driver import ReceiptPrinter
from drivers.escpos.emulator import ReceiptPrinterEmulator
from firmware.contract.device import DeviceCommand, Kind, Outcome, Print, TicketFailed
from firmware.contract.ticket import Code, Pair, Rule, Style, Text, Ticket
from firmware.runtime.config import DeviceSection

TICKET = Ticket(
    [
        Text("भुगतान रसीद", Style.TITLE, is_centred=True),
        Rule(),
        Pair("कुल भुगतान", "₹1,505.00", Style.STRONG),
        Code("RJ 2026 000123"),
    ]
)


Printer = ReceiptPrinter  # draws at once: the loopback has no event loop


class PrintingTill(Till):
    """Asks for each of its jobs, once a second, until its journal holds what became of it."""

    def __init__(self, *jobs: str, ticket: Ticket = TICKET) -> None:
        super().__init__()
        self.jobs, self.ticket = list(jobs), ticket

    def orders(self, now: float) -> list[DeviceCommand]:
        open_jobs = [job for job in self.jobs if job not in self.journal]
        return [Print(job, self.ticket) for job in open_jobs[:1]]


def section(**options: Any) -> DeviceSection:
    return DeviceSection("escpos", Kind.RECEIPT, "", options)


def make_printer(folder: Path, **options: Any) -> Printer:
    return Printer("receipt", section(**options), folder)


class Counter:
    """A kiosk's printer on a wire in memory, and hands. With `usb`, on a USB cable."""

    def __init__(
        self,
        folder: Path,
        *jobs: str,
        wire: Wire | None = None,
        emulator: ReceiptPrinterEmulator | None = None,
        usb: bool = False,
        **options: Any,
    ) -> None:
        self.emulator = emulator or ReceiptPrinterEmulator()
        self.till = PrintingTill(*jobs)
        if usb:
            options["usb"] = "bench"
        self.visit = Visit(
            lambda: make_printer(folder, **options),
            self.emulator.on_usb() if usb else self.emulator,
            self.till,
            wire or Wire(),
        )

    @property
    def device(self) -> ReceiptPrinter:
        device = self.visit.device
        assert isinstance(device, ReceiptPrinter)
        return device

    @property
    def tickets(self) -> list[dict[str, Any]]:
        tickets: list[dict[str, Any]] = self.emulator.physics()["tickets"]
        return tickets

    def run(self, seconds: float) -> None:
        self.visit.run(self.visit.now + seconds)

    def run_until_ink(self, rows: int = 60) -> None:
        """Until the head has printed some of a ticket."""
        end = self.visit.now + 10
        while self.emulator.roll.rows_out < rows:
            assert self.visit.now < end, "nothing is printed"
            self.run(0.005)

    def hand(self, action: str, **arguments: Any) -> None:
        self.visit.at(self.visit.now, lambda: self.visit.hand(action, **arguments))
        self.run(0.001)

    def order(self, job: str, ticket: Ticket = TICKET) -> None:
        reply = self.device.on_command(Print(job, ticket))
        assert reply.outcome is Outcome.DONE, reply

    def fault_of(self, job: str) -> str:
        event = self.till.journal[job]
        assert isinstance(event, TicketFailed), event
        return event.fault

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.device.state().faults]
