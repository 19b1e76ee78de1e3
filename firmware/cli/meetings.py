"""`kioskctl meeting list|add|end`: virtual meetings at this kiosk (docs/meeting.md)."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

import msgspec

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import EXIT_FAULT, who
from firmware.cli.snapshot import take
from firmware.contract.device import Outcome
from firmware.contract.meeting import AddMeeting, EndMeeting, Planned
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config

EXIT_USAGE = 64  # EX_USAGE of sysexits.h


async def show(config: Config, options: argparse.Namespace) -> int:
    """The next ones. Raises NoBus."""
    snapshot = await take(config)
    if snapshot.schedule is None:
        print("kioskctl: not known without kiosk-core", file=sys.stderr)
        return EXIT_FAULT
    held = "" if snapshot.core is None else snapshot.core.meeting
    for each in snapshot.schedule.meetings:
        mark = "  HELD NOW" if each.id == held else ""
        print(f"{each.id:<20} {each.starts[:16]} to {each.ends[:16]}  {each.en}  {each.url}{mark}")
    if not snapshot.schedule.meetings:
        print("no meeting is planned")
    return 0


async def add(config: Config, options: argparse.Namespace) -> int:
    """0 when core has it on disk. Raises NoBus."""
    try:
        planned = msgspec.convert(
            {
                "id": options.id,
                "url": options.url,
                "starts": _moment(options.starts),
                "ends": _moment(options.ends),
                "hi": options.hi,
                "en": options.en,
            },
            Planned,
        )
    except ValueError as error:  # of msgspec, of a date, of the row itself
        print(f"kioskctl: {error}", file=sys.stderr)
        return EXIT_USAGE
    return await _ask(config, AddMeeting(planned, options.by))


async def end(config: Config, options: argparse.Namespace) -> int:
    """0 when it is over, or is not planned any more. Raises NoBus."""
    return await _ask(config, EndMeeting(options.id, options.by))


async def _ask(config: Config, command: AddMeeting | EndMeeting) -> int:
    reply = await ask_core(config, command)
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_FAULT
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_FAULT


def _moment(said: str) -> str:
    """In India where no zone is said; raises ValueError for what is no time."""
    moment = datetime.fromisoformat(said)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=INDIA)).isoformat()


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`meeting` and what can be done with it."""
    top = commands.add_parser("meeting", help="virtual meetings at this kiosk")
    what = top.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="those that are planned").set_defaults(run=show)
    one = what.add_parser("add", help="plan one at this kiosk alone")
    one.add_argument("id", help="small letters, digits and hyphens")
    one.add_argument("--url", required=True, help="below one of [meeting] origins")
    one.add_argument("--starts", required=True, help="2026-11-22T15:00, in India")
    one.add_argument("--ends", required=True, help="at most eight hours later")
    one.add_argument("--hi", required=True, help="its name in Hindi")
    one.add_argument("--en", required=True, help="its name in English")
    one.set_defaults(run=add)
    two = what.add_parser("end", help="end the one that is held, or plan it no more")
    two.add_argument("id")
    two.set_defaults(run=end)
    for each in (one, two):
        each.add_argument("--by", default=who(), help="who answers for it (%(default)s)")
