"""A receipt printer at the contract: each job once, whatever happens to whoever asked."""

from __future__ import annotations

from firmware.contract.device import DeviceEvent, Print, TicketFailed, TicketPrinted
from firmware.contract.ticket import Ticket

FULL_ROLL = 50_000  # mm


class Printer:
    """Prints a job once, or fails it when there is no paper; remembers across restarts."""

    def __init__(self) -> None:
        self.has_paper = True
        self.paper_mm = FULL_ROLL
        self.is_there = True
        self.fails = ""  # the fault of every ticket, though the sensor sees paper
        self.printed: list[str] = []
        self.papers: list[Ticket] = []
        self.ended: dict[str, DeviceEvent] = {}
        self.untold: dict[str, DeviceEvent] = {}

    def refill(self) -> None:
        self.paper_mm = FULL_ROLL

    def print(self, command: Print) -> None:
        if not self.is_there:
            return
        if command.job not in self.ended:
            if self.fails:
                self.ended[command.job] = TicketFailed(command.job, self.fails)
            elif self.has_paper:
                self.printed.append(command.job)
                self.papers.append(command.ticket)
                self.ended[command.job] = TicketPrinted(command.job)
            else:
                self.ended[command.job] = TicketFailed(command.job, "receipt.paper.end")
        self.untold[command.job] = self.ended[command.job]
