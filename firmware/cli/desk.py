"""The operator's desk over SSH: attendance, out of service and back, restarts, settings, network.

Each asks core, as the desk does, and is refused for the same reasons.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

from firmware.boot.restart import command_of
from firmware.cli.asking import answered, ask_core, silence, tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import add_by
from firmware.cli.snapshot import take
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
    add_by(one, two, three, four, five)


async def attendance(config: Config, options: argparse.Namespace) -> int:
    """Without a word the list, of the journal's files: it works while core does not run."""
    if options.say is not None:
        return await tell_core(config, Attend(options.by, options.say == "here"), options)
    with closing(Years(journal_path(config))) as years:
        rows = [*years.of_kind(ShiftBegan), *years.of_kind(ShiftEnded)]
    shifts = shifts_of(sorted(rows, key=lambda entry: entry.at))
    none = "nobody has said yet that he is here"
    show(options, shifts, table(("came", "left", "who"), map(_row, shifts), none))
    return Exit.WELL


def _row(shift: Shift) -> tuple[str, str, str]:
    began, ended = (at[:16].replace("T", " ") for at in (shift.began, shift.ended))
    return began, ended or "is here", shift.by


async def close(config: Config, options: argparse.Namespace) -> int:
    if options.list or options.reason is None:
        return _list([why.value for why in WhyClosed], options)
    return await tell_core(config, TakeOut(options.by, WhyClosed(options.reason)), options)


async def put_back(config: Config, options: argparse.Namespace) -> int:
    return await tell_core(config, PutBack(options.by), options)


async def restart(config: Config, options: argparse.Namespace) -> int:
    """Core decides; where it is silent, nothing of it is under way, and systemd is asked here."""
    known = [*DAEMONS, *config.device, MACHINE]
    if options.list or options.what is None:
        return _list(known, options)
    if options.what not in known:
        return answered(Reply(Outcome.REFUSED, f"expected one of {', '.join(known)}"), options)
    reply = await ask_core(config, Restart(options.by, options.what))
    if reply is not None:
        return answered(reply, options)
    print(f"kioskctl: {silence()}; asking systemd", file=sys.stderr)
    return _by_systemd(options.what)


def _by_systemd(what: str) -> int:
    """The technician may (polkit/50-kiosk.rules)."""
    program, *words = command_of(what)
    if shutil.which(program) is None:
        return refuse("no systemd on this machine", Exit.UNKNOWN)
    done = subprocess.run([program, *words], check=False).returncode
    return Exit.WELL if done == 0 else Exit.NOT_WELL


async def settings(config: Config, options: argparse.Namespace) -> int:
    if options.volume is not None or options.brightness is not None:
        wanted = Adjust(options.by, options.volume, options.brightness)
        return await tell_core(config, wanted, options)
    found: Settings | None = (await take(config, "settings")).settings
    if found is None:
        return refuse("not known without kiosk-core", Exit.UNKNOWN)
    show(options, found, [f"volume {found.volume} %, brightness {found.brightness} %"])
    return Exit.WELL


async def network(config: Config, options: argparse.Namespace) -> int:
    """0 when the way is open, 1 when a hop is not well, 2 when nobody measures."""
    found: Network | None = (await take(config, "network")).network
    if found is None:
        why = "not measured: kiosk-gateway does not run, or began a moment ago"
        return refuse(why, Exit.UNKNOWN)
    show(options, found, hops(found))
    return Exit.WELL if found.broken is None else Exit.NOT_WELL


def hops(found: Network) -> list[str]:
    """A row a hop, and what to read to the helpdesk."""
    words = words_of("en")
    rows = [(MARKS[hop.is_well], words(f"hop.{hop.hop}"), hop.detail) for hop in found.hops]
    if (sim := found.sim) is not None:
        signal = "" if sim.signal is None else f"{sim.signal} %"
        told = " ".join(filter(None, (sim.operator, sim.technology, sim.state, signal)))
        rows.append(("", words("hop.sim"), told))
    key = "well" if found.broken is None else found.broken.hop.value
    at = f"measured {found.at[:16].replace('T', ' ')}"
    return [*table((), rows), words(f"helpdesk.{key}"), at]


def _list(names: list[str], options: argparse.Namespace) -> int:
    show(options, names, names)
    return Exit.WELL


def _percent(least: int) -> Callable[[str], int]:
    """Reads a number of percent, `least` or more."""

    def read(text: str) -> int:
        percent = int(text)
        if not least <= percent <= 100:
            raise argparse.ArgumentTypeError(f"expected {least} to 100, got {text}")
        return percent

    return read
