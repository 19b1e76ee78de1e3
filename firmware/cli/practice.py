"""`kioskctl practice`: let whoever stands at the kiosk practise with play money, or end it."""

from __future__ import annotations

import argparse

from firmware.cli.asking import tell_core
from firmware.cli.parsing import add_by
from firmware.contract.command import StartPractice, StopPractice
from firmware.runtime.config import Config


async def start(config: Config, options: argparse.Namespace) -> int:
    return await tell_core(config, StartPractice(options.by), options)


async def stop(config: Config, options: argparse.Namespace) -> int:
    return await tell_core(config, StopPractice(options.by), options)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`practice` and what can be done with it."""
    top = commands.add_parser("practice", help="play money, for whoever wants to learn")
    what = top.add_subparsers(dest="what", required=True)
    for name, run, words in (
        ("start", start, "begin, if nobody is at the kiosk; no money is taken meanwhile"),
        ("stop", stop, "the kiosk itself again, at once"),
    ):
        one = what.add_parser(name, help=words)
        one.set_defaults(run=run)
        add_by(one)
