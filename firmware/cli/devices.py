"""`kioskctl device`: find devices on ports, list and test them, play what was recorded.

Bytes of devices are the drivers' business, so scan and replay are programs of theirs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from firmware.cli import testing
from firmware.cli.exits import Exit
from firmware.cli.output import show
from firmware.cli.parsing import add_by
from firmware.runtime.config import Config


def add_commands(commands: Any) -> None:
    """`device` with its own commands, below kioskctl's."""
    device = commands.add_parser("device", help="find devices; what was recorded of their faults")
    below = device.add_subparsers(dest="device_command", required=True)
    one = below.add_parser("scan", help="who answers at a port, and its part of kiosk.toml")
    one.add_argument(
        "port", nargs="*", help="default: every serial port and USB printer; stop its driver first"
    )
    one.set_defaults(run=scan, without_json="it says a part of kiosk.toml, to be put there")
    two = below.add_parser("flights", help="the wire before each fault: the files that there are")
    two.set_defaults(run=flights)
    four = below.add_parser("list", help="every device: who it is, how it is, its last test")
    four.set_defaults(run=testing.list_devices)
    five = below.add_parser(
        "test",
        help="a guided test, which takes no money; its result is kept",
        description="With --json the result is on stdout, and what to do on stderr.",
    )
    five.add_argument("name", help="as in kiosk.toml: notes")
    five.add_argument("--skip", action="append", choices=[testing.HANDS], default=[])
    five.add_argument("--patience", type=float, default=60.0, help="seconds for each hand")
    five.set_defaults(run=testing.test)
    add_by(five)
    three = below.add_parser("replay", help="play such a file into a driver")
    three.add_argument("file", type=Path)
    three.set_defaults(run=replay, without_json="it shows a driver at work, byte for byte")


async def scan(config: Config, options: argparse.Namespace) -> int:
    return _run("drivers.base.scan", *options.port)


async def replay(config: Config, options: argparse.Namespace) -> int:
    return _run("drivers.base.replay", str(options.file))


async def flights(config: Config, options: argparse.Namespace) -> int:
    files = sorted((config.state_folder / "devices").glob("*/flights/*.flight"))
    show(options, (told := list(map(str, files))), told)
    return Exit.WELL


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
