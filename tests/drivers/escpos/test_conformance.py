"""The printer under every wire and mishap: paper and journal never disagree to a citizen's loss."""

from __future__ import annotations

from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.emulator import Emulator
from drivers.base.loopback import Hand, Till, Visit
from drivers.escpos.emulator import ReceiptPrinterEmulator
from firmware.contract.device import TicketPrinted
from tests.drivers.escpos.bench import Printer, PrintingTill, make_printer

JOBS = ("first", "second", "third", "fourth", "fifth")  # those fail that meet the paper's end
HALF_A_TICKET = 278  # rows; noise on the wire can print a line of letters, as it does on real ones


class TestEscPos(Conformance):
    hands = (Hand(1.25, "pull_paper"), Hand(2.5, "load_paper"), Hand(5.0, "noise"))
    script_ends = 6.5
    patience = 24.0
    step = 0.25
    longest_delay = 0.1  # a status answer may take 250 ms for a whole round trip (7.2)

    def make_device(self, folder: Path) -> Printer:
        return make_printer(folder, baudrate=9600)  # one byte at a time takes 1 ms each

    def make_emulator(self) -> Emulator:
        return ReceiptPrinterEmulator()

    def make_till(self) -> Till:
        return PrintingTill(*JOBS)

    def check(self, visit: Visit) -> None:
        tickets = visit.emulator.physics()["tickets"]
        whole = sum(ticket["is_whole"] and ticket["is_cut"] for ticket in tickets)
        told = sum(isinstance(event, TicketPrinted) for event in visit.till.journal.values())
        assert told <= whole, f"{told} told as printed, {whole} whole tickets on paper"
        long = sum(ticket["rows"] > HALF_A_TICKET for ticket in tickets)
        assert long <= len(JOBS), "a job was printed twice, or continued"
        assert visit.emulator.physics()["overflow"] == 0

    def check_all_done(self, visit: Visit) -> None:
        assert set(visit.till.journal) == set(JOBS)
        events = visit.till.journal.values()
        told = sum(isinstance(event, TicketPrinted) for event in events)
        assert told == sum(ticket["is_whole"] for ticket in visit.emulator.physics()["tickets"]) > 0


class TestEscPosOnUsb(TestEscPos):
    """The same over bulk transfers. Their CRC and repeats make a real bus neither lossy nor noisy;
    the wires that are bad by chance stand for hubs and cables that lose a transfer all the same."""

    step = 0.5  # the protocol is the one above; new are the transfers
    seeds = range(6)

    def make_device(self, folder: Path) -> Printer:
        return make_printer(folder, usb="bench")

    def make_emulator(self) -> Emulator:
        return ReceiptPrinterEmulator().on_usb()
