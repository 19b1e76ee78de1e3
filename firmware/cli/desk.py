"""The operator's desk over SSH: attendance, out of service and back, restarts, settings, network.

Each asks core, as the desk does, and is refused for the same reasons. Exit codes: 0 done, 1 refused
or not well, 2 nobody who could say, 3 no bus.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec

from firmware.boot.restart import command_of
from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import who
from firmware.cli.snapshot import take
from firmware.contract.command import CoreCommand
from firmware.contract.desk import (
    DAEMONS,
    LEAST_BRIGHTNESS,
    LEAST_VOLUME,
    MACHINE,
    Adjust,
    Attend,
    PutBack,
    Restart,
    Settings,
    TakeOut,
    WhyClosed,
)
from firmware.contract.device import Outcome, Reply
from firmware.contract.network import Network
from firmware.core.daemon import journal_path
from firmware.journal.shift_rows import Shift, ShiftBegan, ShiftEnded
from firmware.journal.years import Years
from firmware.runtime.config import Config
from firmware.runtime.desk_words import words_of
from firmware.till.attendance import shifts_of

EXIT_REFUSED = 1
EXIT_UNKNOWN = 2
MARKS = {True: "ok", False: "NOT", None: "?"}


def add_commands(commands: Any) -> None:
    """`attendance`, `close`, `open`, `restart`, `settings` and `network`, below kioskctl's."""
    one = commands.add_parser("attendance", help="who was at the kiosk; say that you came or left")
    one.add_argument("say", nargs="?", choices=["here", "left"])
    one.set_defaults(run=attendance)
    two = commands.add_parser("close", help="put the kiosk out of service")
    reasons = [why.value for why in WhyClosed]
    two.add_argument("reason", nargs="?", choices=reasons)
    two.add_argument("--list", action="store_true", help="the reasons that there are")
    two.set_defaults(run=close)
    three = commands.add_parser("open", help="put it into service again")
    three.set_defaults(run=put_back)
    four = commands.add_parser("restart", help="start a driver, a program or the machine anew")
    four.add_argument("what", nargs="?", help=f"a device of kiosk.toml, {', '.join(DAEMONS)}, "
                                              f"{MACHINE}")  # fmt: skip
    four.add_argument("--list", action="store_true", help="what can be started anew")
    four.set_defaults(run=restart)
    five = commands.add_parser("settings", help="how loud and how bright")
    five.add_argument("--volume", type=_percent(LEAST_VOLUME), metavar="PERCENT")
    five.add_argument("--brightness", type=_percent(LEAST_BRIGHTNESS), metavar="PERCENT")
    five.set_defaults(run=settings)
    six = commands.add_parser("network", help="the way to the office, hop by hop, and the SIM")
    six.set_defaults(run=network)
    for each in (one, two, three, four, five):
        each.add_argument("--by", default=who(), help="who answers for it (%(default)s)")
    for each in (one, two, three, four, five, six):
        each.add_argument("--json", action="store_true", help="for programs")


async def attendance(config: Config, options: argparse.Namespace) -> int:
    """Without a word the list, of the journal's files: it works while core does not run."""
    if options.say is not None:
        return await _ask(config, Attend(options.by, options.say == "here"), options)
    with closing(Years(journal_path(config))) as years:
        rows = [*years.of_kind(ShiftBegan), *years.of_kind(ShiftEnded)]
    shifts = shifts_of(sorted(rows, key=lambda entry: entry.at))
    if options.json:
        print(msgspec.json.encode(shifts).decode())
    else:
        print("\n".join(map(_line, shifts)) or "nobody has said yet that he is here")
    return 0


def _line(shift: Shift) -> str:
    began, ended = (at[:16].replace("T", " ") for at in (shift.began, shift.ended))
    return f"{began}  {ended or 'is here':<16}  {shift.by}"


async def close(config: Config, options: argparse.Namespace) -> int:
    if options.list or options.reason is None:
        return _list([why.value for why in WhyClosed], options)
    return await _ask(config, TakeOut(options.by, WhyClosed(options.reason)), options)


async def put_back(config: Config, options: argparse.Namespace) -> int:
    return await _ask(config, PutBack(options.by), options)


async def restart(config: Config, options: argparse.Namespace) -> int:
    """Core decides; where it is silent, nothing of it is under way, and systemd is asked here."""
    known = [*DAEMONS, *config.device, MACHINE]
    if options.list or options.what is None:
        return _list(known, options)
    if options.what not in known:
        return _told(Reply(Outcome.REFUSED, f"expected one of {', '.join(known)}"), options)
    reply = await ask_core(config, Restart(options.by, options.what))
    if reply is not None:
        return _told(reply, options)
    print(f"kioskctl: {SILENCE}; asking systemd", file=sys.stderr)
    return _by_systemd(options.what)


def _by_systemd(what: str) -> int:
    """The technician may (polkit/50-kiosk.rules)."""
    done = subprocess.run(command_of(what), check=False).returncode
    return 0 if done == 0 else EXIT_REFUSED


async def settings(config: Config, options: argparse.Namespace) -> int:
    if options.volume is not None or options.brightness is not None:
        wanted = Adjust(options.by, options.volume, options.brightness)
        return await _ask(config, wanted, options)
    found: Settings | None = (await take(config, "settings")).settings
    if found is None:
        print("kioskctl: not known without kiosk-core", file=sys.stderr)
        return EXIT_UNKNOWN
    if options.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(f"volume {found.volume} %, brightness {found.brightness} %")
    return 0


async def network(config: Config, options: argparse.Namespace) -> int:
    """0 when the way is open, 1 when a hop is not well, 2 when nobody measures."""
    found: Network | None = (await take(config, "network")).network
    if found is None:
        print("kioskctl: not measured: kiosk-gateway does not run, or began a moment ago",
              file=sys.stderr)  # fmt: skip
        return EXIT_UNKNOWN
    print(msgspec.json.encode(found).decode() if options.json else "\n".join(table(found)))
    return 0 if found.broken is None else EXIT_REFUSED


def table(found: Network) -> list[str]:
    """A line a hop, and what to read to the helpdesk."""
    words = words_of("en")
    lines = [f"{MARKS[hop.is_well]:<4}{words(f'hop.{hop.hop}'):<16}{hop.detail}".rstrip()
             for hop in found.hops]  # fmt: skip
    if (sim := found.sim) is not None:
        signal = "" if sim.signal is None else f"{sim.signal} %"
        told = " ".join(filter(None, (sim.operator, sim.technology, sim.state, signal)))
        lines.append(f"    {words('hop.sim'):<16}{told}")
    key = "well" if found.broken is None else found.broken.hop.value
    return [*lines, words(f"helpdesk.{key}"), f"measured {found.at[:16].replace('T', ' ')}"]


# --- what they share --------------------------------------------------------------------------


async def _ask(config: Config, command: CoreCommand, options: argparse.Namespace) -> int:
    reply = await ask_core(config, command)
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_UNKNOWN
    return _told(reply, options)


def _told(reply: Reply, options: argparse.Namespace) -> int:
    if options.json:
        print(msgspec.json.encode(reply).decode())
    else:
        print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_REFUSED


def _list(names: list[str], options: argparse.Namespace) -> int:
    print(msgspec.json.encode(names).decode() if options.json else "\n".join(names))
    return 0


def _percent(least: int) -> Callable[[str], int]:
    """Reads a number of percent, `least` or more."""

    def read(text: str) -> int:
        percent = int(text)
        if not least <= percent <= 100:
            raise argparse.ArgumentTypeError(f"expected {least} to 100, got {text}")
        return percent

    return read
