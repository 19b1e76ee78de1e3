"""`kioskctl practice`: let whoever stands at the kiosk practise with play money, or end it."""

from __future__ import annotations

import argparse
import sys

from firmware.cli.asking import SILENCE, ask_core
from firmware.cli.journal import EXIT_FAULT, who
from firmware.contract.command import StartPractice, StopPractice
from firmware.contract.device import Outcome
from firmware.runtime.config import Config


async def start(config: Config, options: argparse.Namespace) -> int:
    return await _ask(config, StartPractice(options.by))


async def stop(config: Config, options: argparse.Namespace) -> int:
    return await _ask(config, StopPractice(options.by))


async def _ask(config: Config, command: StartPractice | StopPractice) -> int:
    """0 when core does it. Raises NoBus."""
    reply = await ask_core(config, command)
    if reply is None:
        print(f"kioskctl: {SILENCE}", file=sys.stderr)
        return EXIT_FAULT
    print(f"{reply.outcome} {reply.detail}".rstrip())
    return 0 if reply.outcome is Outcome.DONE else EXIT_FAULT


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`practice` and what can be done with it."""
    top = commands.add_parser("practice", help="play money, for whoever wants to learn")
    what = top.add_subparsers(dest="what", required=True)
    for name, run, words in (
        ("start", start, "begin, if nobody is at the kiosk; no money is taken meanwhile"),
        ("stop", stop, "the kiosk itself again, at once"),
    ):
        one = what.add_parser(name, help=words)
        one.add_argument("--by", default=who(), help="who wants it (%(default)s)")
        one.set_defaults(run=run)
