"""`kioskctl key request | install`: the claim key of this kiosk, and the fleet's word for it.

Run as the till's own user, whose key it is: docs/claims.md, "Keys".
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config
from firmware.till.commission import BadAnswer, install, make_key, request
from firmware.till.signing import NoKey, keys_folder


def add_commands(commands: Any) -> None:
    """`key` with its own commands, below kioskctl's."""
    key = commands.add_parser("key", help="the key that signs claim slips")
    below = key.add_subparsers(dest="key_command", required=True)
    one = below.add_parser("request", help="the line that the office needs; makes the key once")
    one.set_defaults(run=ask, without_json="it is the one line that the office needs")
    two = below.add_parser("install", help="take the office's line from standard input")
    two.set_defaults(run=take)


async def ask(config: Config, options: argparse.Namespace) -> int:
    """0 and the request on standard output; 1 when a key is there that cannot be read."""
    try:
        public_key = make_key(keys_folder(config.state_folder))
    except NoKey as error:
        return refuse(str(error))
    print(request(config.kiosk.id, public_key))
    return 0


async def take(config: Config, options: argparse.Namespace) -> int:
    """0 installed, 1 refused, and why."""
    try:
        word = install(keys_folder(config.state_folder), config.kiosk.id, sys.stdin.read())
    except (BadAnswer, NoKey) as error:
        return refuse(str(error))
    last = datetime.fromtimestamp(word.not_after, INDIA)
    said = f"Certificate {word.serial} of {word.kiosk}, until {last:%Y-%m-%d}."
    told = {"serial": word.serial, "kiosk": word.kiosk, "until": f"{last:%Y-%m-%d}"}
    show(options, told, [said, "Slips are signed when kiosk-core has been started again."])
    return Exit.WELL
