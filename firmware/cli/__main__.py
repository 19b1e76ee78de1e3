"""`kioskctl`: look at a running kiosk, read and confirm its record, check slips and pay back.

docs/kioskctl.md is drawn from the parser that stands here.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from firmware.cli import (
    alarms,
    cash,
    claims,
    commission,
    content,
    desk,
    devices,
    downtime,
    enrol,
    faults,
    fleet,
    journal,
    keys,
    looks,
    machine,
    meetings,
    operators,
    papers,
    practice,
    rates,
    receipts,
    services,
    supplies,
    tickets,
)
from firmware.cli.exits import Exit
from firmware.cli.narrator import Line, Narrator
from firmware.cli.output import refuse, show
from firmware.cli.parsing import Parser, add_json
from firmware.cli.snapshot import NoBus, take, technician_bus, until_connected
from firmware.cli.status import exit_code, status_screen, without_a_bus
from firmware.contract.topics import TOPICS
from firmware.journal.faults import JournalFault
from firmware.runtime.bus import Envelope
from firmware.runtime.clock import Clock, SystemClock
from firmware.runtime.config import Config, ConfigError, load

WHO = 9  # columns


def object_of(line: Line, clock: Clock) -> str:
    """The same for programs, an object a line."""
    who, what = line
    told = {"at": clock.now().isoformat(timespec="milliseconds"), "who": who, "what": what}
    return msgspec.json.encode(told).decode()


def line_of(line: Line, clock: Clock) -> str:
    """`12:00:05  notes     ₹500.00 note in escrow`."""
    who, what = line
    return f"{clock.now():%H:%M:%S}  {who:<{WHO}} {what}"


async def status(config: Config, options: argparse.Namespace) -> int:
    """Also with the bus, health or core dead: it says which."""
    try:
        snapshot = await take(config)
    except NoBus as error:
        told = {"kiosk": config.kiosk.id, "bus": str(error)}
        show(options, told, without_a_bus(config, str(error), programs()).splitlines())
        return Exit.NO_BUS
    show(options, snapshot, status_screen(snapshot, sys.stdout.isatty()).splitlines())
    return exit_code(snapshot)


def programs() -> dict[str, str]:
    """What systemd says of each unit of the kiosk; empty where there is none."""
    if shutil.which("systemctl") is None:
        return {}
    asked = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "kiosk-*.service"]
    told = subprocess.run(asked, check=False, capture_output=True, text=True).stdout
    rows = [line.split() for line in told.splitlines()]
    return {row[0]: f"{row[2]} ({row[3]})" for row in rows if len(row) > 3}


async def watch(config: Config, options: argparse.Namespace) -> int:
    narrator, clock = Narrator(tells_all=options.all), SystemClock()
    root = f"kiosk/{config.kiosk.id}/"

    def say(line: Line) -> None:
        print((object_of if options.json else line_of)(line, clock), flush=True)

    def on_message(envelope: Envelope) -> None:
        for line in narrator.hear(envelope.topic.removeprefix(root), envelope.payload):
            say(line)

    bus = technician_bus(config)
    for topic in TOPICS:
        bus.on(root + topic.pattern.replace("{name}", "+"), on_message)
    running = asyncio.ensure_future(bus.run())
    await until_connected(bus)
    bus.on_connection = lambda is_up: say(("bus", "is back" if is_up else "is gone"))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, running.cancel)
    await asyncio.wait([running])
    if not running.cancelled():
        running.result()  # a bug in what we were told: die with it
    return 0


def parser() -> argparse.ArgumentParser:
    top: argparse.ArgumentParser = Parser(
        prog="kioskctl", description="A running kiosk, for its technician."
    )
    top.add_argument("--config", type=Path, default=Path("/etc/kiosk/kiosk.toml"))
    commands = top.add_subparsers(dest="command", required=True)
    one = commands.add_parser(
        "status",
        help="the whole kiosk on one screen",
        description="Exit code: 0 in service, 1 degraded, 2 out of service or unknown, 3 no bus.",
    )
    one.set_defaults(run=status)
    two = commands.add_parser("watch", help="one line for every change, as it happens")
    two.add_argument("--all", action="store_true", help="also leases, repeats and replies")
    two.set_defaults(run=watch)
    journal.add_to(commands)
    claims.add_commands(commands)
    keys.add_commands(commands)
    receipts.add_commands(commands)
    operators.add_commands(commands)
    cash.add_commands(commands)
    devices.add_commands(commands)
    faults.add_commands(commands)
    alarms.add_commands(commands)
    desk.add_commands(commands)
    supplies.add_commands(commands)
    papers.add_commands(commands)
    practice.add_commands(commands)
    rates.add_commands(commands)
    services.add_commands(commands)
    fleet.add_commands(commands)
    content.add_commands(commands)
    meetings.add_commands(commands)
    downtime.add_commands(commands)
    machine.add_commands(commands)
    commission.add_commands(commands)
    tickets.add_commands(commands)
    looks.add_commands(commands)
    enrol.add_commands(commands)
    add_json(top)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """The exit code of one command; its words are those of the process if left out."""
    options = parser().parse_args(words)
    if "without_config" in options:
        found: int = options.without_config(options)
        return found
    try:
        code: int = asyncio.run(options.run(load(options.config), options))
    except ConfigError as error:
        return refuse(str(error), Exit.CONFIG)
    except JournalFault as error:
        return refuse(str(error), Exit.UNKNOWN)
    except NoBus as error:
        return refuse(str(error), Exit.NO_BUS)
    return code


if __name__ == "__main__":
    sys.exit(main())
