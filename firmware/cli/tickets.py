"""`kioskctl tickets`: what somebody has to mend, under the number that the helpdesk asks for."""

from __future__ import annotations

import argparse
import sys

import msgspec

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import EXIT_FAULT, who
from firmware.cli.retained import retained
from firmware.contract.desk import PrintTicket
from firmware.contract.device import Outcome
from firmware.contract.fault_ticket import FaultTicket, FaultTickets
from firmware.contract.topics import Topics
from firmware.runtime.config import Config
from firmware.runtime.fault_words import meaning


async def show(config: Config, options: argparse.Namespace) -> int:
    """0 where nothing is open, 1 where something is or nobody counts. Raises NoBus."""
    tickets = await retained(config, Topics(config.kiosk.id).health_tickets, FaultTickets)
    if tickets is None:
        print("kioskctl: not known without kiosk-health", file=sys.stderr)
        return EXIT_FAULT
    if options.json:
        print(msgspec.json.encode(tickets).decode())
    else:
        print("\n".join(lines(tickets, options.all)))
    return EXIT_FAULT if tickets.open else 0


def lines(tickets: FaultTickets, with_closed: bool) -> list[str]:
    """Two lines a ticket: which, and what to do."""
    told = [line for each in tickets.open for line in _ticket(each)] or ["no ticket is open"]
    closed = tickets.closed if with_closed else []
    return told + [f"{each.number}  closed {_day(each.closed)}  {each.code}" for each in closed]


def _ticket(ticket: FaultTicket) -> list[str]:
    again = f", opened {ticket.times} times" if ticket.times > 1 else ""
    about = f"{ticket.number}  since {_day(ticket.opened)}  {ticket.part}  {ticket.code}"
    with_whom = f"with the {ticket.level} since {_day(ticket.level_since)}{again}"
    said = " ".join(filter(None, (meaning(ticket.code, "en"), ticket.detail)))
    return [f"{about}  {with_whom}", f"    {said}"] if said else [f"{about}  {with_whom}"]


def _day(at: str) -> str:
    return at[:16].replace("T", " ")


async def print_slip(config: Config, options: argparse.Namespace) -> int:
    """0 when the slip is on its way to the receipt printer. Raises NoBus."""
    tickets = await retained(config, Topics(config.kiosk.id).health_tickets, FaultTickets)
    wanted = " ".join(options.number)
    found = [t for t in ([] if tickets is None else tickets.open) if t.number.endswith(wanted)]
    if len(found) != 1:
        print(f"kioskctl: {wanted}: expected one open ticket, got {len(found)}", file=sys.stderr)
        return EXIT_FAULT
    reply = await ask_core(config, PrintTicket(options.by, found[0].number))
    print(SILENCE if reply is None else f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply is not None and reply.outcome is Outcome.DONE else EXIT_FAULT


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`tickets`."""
    one = commands.add_parser("tickets", help="what somebody has to mend, and with whom it is")
    one.add_argument("--all", action="store_true", help="also those that were closed lately")
    one.add_argument("--json", action="store_true", help="for programs")
    one.set_defaults(run=show)
    what = one.add_subparsers(dest="what")
    two = what.add_parser("print", help="the slip of one, on the receipt printer")
    two.add_argument("number", nargs="+", help="as `kioskctl tickets` says it, or its end: 0012")
    two.add_argument("--by", default=who(), help="who asks for it (%(default)s)")
    two.set_defaults(run=print_slip)
