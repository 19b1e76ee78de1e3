"""`kioskctl device`: find devices on ports, test them, explain their faults and what was recorded.

Bytes of devices are the drivers' business, so scan and replay are programs of theirs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from firmware.cli import testing
from firmware.cli.snapshot import take
from firmware.contract.faults import known
from firmware.runtime.config import Config
from firmware.runtime.fault_words import LANGUAGES, meaning, ticket_of

EXIT_NOTHING = 1


def add_commands(commands: Any) -> None:
    """`device` with its own commands, below kioskctl's."""
    device = commands.add_parser("device", help="find devices; what was recorded of their faults")
    below = device.add_subparsers(dest="device_command", required=True)
    one = below.add_parser("scan", help="who answers at a port, and its part of kiosk.toml")
    one.add_argument(
        "port", nargs="*", help="default: every serial port and USB printer; stop its driver first"
    )
    one.set_defaults(run=scan)
    two = below.add_parser("flights", help="the wire before each fault: the files that there are")
    two.set_defaults(run=flights)
    four = below.add_parser("list", help="every device: who it is, how it is, its last test")
    four.add_argument("--json", action="store_true", help="the states and tests as on the bus")
    four.set_defaults(run=testing.list_devices)
    five = below.add_parser(
        "test",
        help="a guided test, which takes no money; its result is kept",
        description="Exit code: 0 passed, 1 failed, 2 not tested or not kept, 3 no bus.",
    )
    five.add_argument("name", help="as in kiosk.toml: notes")
    five.add_argument("--skip", action="append", choices=[testing.HANDS], default=[])
    five.add_argument("--patience", type=float, default=60.0, help="seconds for each hand")
    five.add_argument("--by", default=testing.whoever(), help="who tests")
    five.add_argument("--json", action="store_true", help="the result; what to do is on stderr")
    five.set_defaults(run=testing.test)
    six = below.add_parser("explain", help="what a fault means and who mends it, in two languages")
    six.add_argument("code", nargs="*", help="default: every fault that stands now")
    six.add_argument("--json", action="store_true", help="with all that docs/faults.md has of it")
    six.set_defaults(run=explain)
    three = below.add_parser("replay", help="play such a file into a driver")
    three.add_argument("file", type=Path)
    three.set_defaults(run=replay)


async def scan(config: Config, options: argparse.Namespace) -> int:
    return _run("drivers.base.scan", *options.port)


async def replay(config: Config, options: argparse.Namespace) -> int:
    return _run("drivers.base.replay", str(options.file))


async def flights(config: Config, options: argparse.Namespace) -> int:
    """1 when there is none."""
    files = sorted((config.state_folder / "devices").glob("*/flights/*.flight"))
    for path in files:
        print(path)
    return 0 if files else EXIT_NOTHING


async def explain(config: Config, options: argparse.Namespace) -> int:
    """1 where a code has no row."""
    codes = options.code or await _codes_now(config)
    if options.json:
        print(msgspec.json.encode([_as_json(code) for code in codes]).decode())
    elif not codes:
        print("no fault stands now")
    else:
        print("\n".join(line for code in codes for line in _in_words(code)))
    return 0 if all(map(known, codes)) else EXIT_NOTHING


def _in_words(code: str) -> list[str]:
    if (fault := known(code)) is None:
        return [code, "  not known"]
    told = f"  {fault.severity}, mended by {fault.mender}; {ticket_of(fault)}"
    return [code, told, *(f"  {meaning(code, language)}" for language in LANGUAGES)]


def _as_json(code: str) -> dict[str, Any]:
    fault = known(code)
    row: dict[str, Any] = {} if fault is None else msgspec.to_builtins(fault)
    return {**row, "code": code, "meaning": {each: meaning(code, each) for each in LANGUAGES}}


async def _codes_now(config: Config) -> list[str]:
    devices = (await take(config)).devices.values()
    return sorted({fault.code for state in devices for fault in state.faults})


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
