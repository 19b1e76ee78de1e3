"""`kioskctl tickets`: what somebody has to mend, under the number that the helpdesk asks for."""

from __future__ import annotations

import argparse

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import add_by
from firmware.cli.retained import retained
from firmware.contract.desk import PrintTicket
from firmware.contract.fault_ticket import FaultTicket, FaultTickets
from firmware.contract.topics import Topics
from firmware.runtime.config import Config
from firmware.runtime.fault_words import meaning


async def complaints(config: Config, options: argparse.Namespace) -> int:
    """0 where nothing is open, 1 where something is or nobody counts. Raises NoBus."""
    tickets = await retained(config, Topics(config.kiosk.id).health_tickets, FaultTickets)
    if tickets is None:
        return refuse("not known without kiosk-health", Exit.UNKNOWN)
    show(options, tickets, lines(tickets, options.all))
    return Exit.NOT_WELL if tickets.open else Exit.WELL


def lines(tickets: FaultTickets, with_closed: bool) -> list[str]:
    """A row a ticket: which, with whom it is, and what to do."""
    found = [*tickets.open, *(tickets.closed if with_closed else [])]
    head = ("number", "since", "part", "fault", "with", "opened", "what to do")
    return table(head, map(_row, found), "no ticket is open")


def _row(ticket: FaultTicket) -> tuple[str, ...]:
    with_whom = f"{ticket.level} since {_day(ticket.level_since)}"
    now = f"closed {_day(ticket.closed)}" if ticket.closed else with_whom
    said = " ".join(filter(None, (meaning(ticket.code, "en"), ticket.detail)))
    many = "once" if ticket.times == 1 else f"{ticket.times} times"
    return ticket.number, _day(ticket.opened), ticket.part, ticket.code, now, many, said


def _day(at: str) -> str:
    return at[:16].replace("T", " ")


async def print_slip(config: Config, options: argparse.Namespace) -> int:
    """0 when the slip is on its way to the receipt printer. Raises NoBus."""
    tickets = await retained(config, Topics(config.kiosk.id).health_tickets, FaultTickets)
    wanted = " ".join(options.number)
    if tickets is None:
        return refuse("not known without kiosk-health", Exit.UNKNOWN)
    found = [each for each in tickets.open if each.number.endswith(wanted)]
    if len(found) != 1:
        return refuse(f"{wanted}: expected one open ticket, got {len(found)}")
    return await tell_core(config, PrintTicket(options.by, found[0].number), options)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`tickets`."""
    one = commands.add_parser("tickets", help="what somebody has to mend, and with whom it is")
    one.add_argument("--all", action="store_true", help="also those that were closed lately")
    one.set_defaults(run=complaints)
    what = one.add_subparsers(dest="what")
    two = what.add_parser("print", help="the slip of one, on the receipt printer")
    two.add_argument("number", nargs="+", help="as `kioskctl tickets` says it, or its end: 0012")
    add_by(two)
    two.set_defaults(run=print_slip)
