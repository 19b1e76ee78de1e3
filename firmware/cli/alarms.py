"""`kioskctl alarm clear`: a technician has looked at the kiosk after its door or tamper alarm."""

from __future__ import annotations

import argparse

from firmware.cli.asking import tell_core
from firmware.cli.parsing import add_by
from firmware.contract.command import ClearAlarms
from firmware.runtime.config import Config


async def clear(config: Config, options: argparse.Namespace) -> int:
    return await tell_core(config, ClearAlarms(options.by), options)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`alarm` and what can be done with it."""
    top = commands.add_parser("alarm", help="door and tamper alarms")
    what = top.add_subparsers(dest="what", required=True)
    one = what.add_parser("clear", help="you have looked at the kiosk: the alarms are over")
    one.set_defaults(run=clear)
    add_by(one)
