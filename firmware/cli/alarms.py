"""`kioskctl alarm clear`: a technician has looked at the kiosk after its door or tamper alarm."""

from __future__ import annotations

import argparse
import sys

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import EXIT_FAULT, who
from firmware.contract.command import ClearAlarms
from firmware.contract.device import Outcome
from firmware.runtime.config import Config


async def clear(config: Config, options: argparse.Namespace) -> int:
    reply = await ask_core(config, ClearAlarms(options.by))
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_FAULT
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_FAULT


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`alarm` and what can be done with it."""
    top = commands.add_parser("alarm", help="door and tamper alarms")
    what = top.add_subparsers(dest="what", required=True)
    one = what.add_parser("clear", help="you have looked at the kiosk: the alarms are over")
    one.add_argument("--by", default=who(), help="who answers for it (%(default)s)")
    one.set_defaults(run=clear)
