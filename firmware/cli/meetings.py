"""`kioskctl meeting list|add|end`: virtual meetings at this kiosk (docs/meeting.md)."""

from __future__ import annotations

import argparse
from datetime import datetime

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.cli.parsing import add_by
from firmware.cli.snapshot import take
from firmware.contract.meeting import AddMeeting, EndMeeting, Planned, Schedule
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config


async def planned(config: Config, options: argparse.Namespace) -> int:
    """The next ones. Raises NoBus."""
    snapshot = await take(config)
    if snapshot.schedule is None:
        return refuse("not known without kiosk-core", Exit.UNKNOWN)
    held = "" if snapshot.core is None else snapshot.core.meeting
    show(options, snapshot.schedule.meetings, lines(snapshot.schedule, held))
    return Exit.WELL


def lines(schedule: Schedule, held: str) -> list[str]:
    """A row for each; `held` is the id of the one that is held now, or empty."""
    return table(
        ("meeting", "from", "until", "name", "address", ""),
        [
            (each.id, each.starts[:16], each.ends[:16], each.en, each.url,
             "HELD NOW" if each.id == held else "")
            for each in schedule.meetings
        ],
        "no meeting is planned",
    )  # fmt: skip


async def add(config: Config, options: argparse.Namespace) -> int:
    """0 when core has it on disk. Raises NoBus."""
    try:
        fresh = msgspec.convert(
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
        return refuse(str(error), Exit.USAGE)
    return await tell_core(config, AddMeeting(fresh, options.by), options)


async def end(config: Config, options: argparse.Namespace) -> int:
    """0 when it is over, or is not planned any more. Raises NoBus."""
    return await tell_core(config, EndMeeting(options.id, options.by), options)


def _moment(said: str) -> str:
    """In India where no zone is said; raises ValueError for what is no time."""
    moment = datetime.fromisoformat(said)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=INDIA)).isoformat()


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`meeting` and what can be done with it."""
    top = commands.add_parser("meeting", help="virtual meetings at this kiosk")
    what = top.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="those that are planned").set_defaults(run=planned)
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
    add_by(one, two)
