"""`kioskctl logs` and `kioskctl config`: what the programs say, and what they are told."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import Any

import msgspec

from firmware.cli.journal import EXIT_FAULT
from firmware.runtime.config import Config, ConfigError, load

JOURNAL = "journalctl"
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h


def command(unit: str, since: str, follows: bool) -> list[str]:
    """What is run: of one daemon, or of all; `driver notes` is one of the drivers."""
    name = unit.replace(" ", "@").removeprefix("kiosk-")
    line = [JOURNAL, "--no-hostname", "--output=short-iso", f"--unit=kiosk-{name}*"]
    return [*line, *([f"--since={since}"] if since else []), *(["--follow"] if follows else [])]


def logs(options: argparse.Namespace) -> int:
    """Becomes journalctl; returns only where there is none."""
    if shutil.which(JOURNAL) is None:
        print(f"kioskctl: no {JOURNAL} on this machine", file=sys.stderr)
        return EXIT_FAULT
    line = command(options.unit, options.since, options.follow)
    os.execvp(line[0], line)


def config(options: argparse.Namespace) -> int:
    """0 and what is in force; 78 and what is wrong."""
    try:
        found = load(options.config)
    except ConfigError as error:
        print(f"kioskctl: {error}", file=sys.stderr)
        return EXIT_CONFIG
    if options.json:
        print(msgspec.json.encode(found).decode())
    else:
        print("\n".join(in_force(found)))
    return 0


def in_force(found: Config) -> list[str]:
    """Every key with its value, defaults too: `[times] cash = 120.0`."""
    sections: dict[str, Any] = msgspec.to_builtins(found)
    return [line for name, section in sections.items() for line in _lines(name, section)]


def _lines(path: str, value: object) -> list[str]:
    if not isinstance(value, dict):
        section, _, key = path.rpartition(".")
        return [f"[{section}] {key} = {msgspec.json.encode(value).decode()}"]
    return [line for key, each in value.items() for line in _lines(f"{path}.{key}", each)]


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`logs` and `config`; neither needs the bus, nor a configuration that is right."""
    one = commands.add_parser("logs", help="what the kiosk's programs say")
    one.add_argument("unit", nargs="?", default="", help="core, health, 'driver notes'; else all")
    one.add_argument("--since", default="-1h", help="as journalctl has it (%(default)s)")
    one.add_argument("--follow", "-f", action="store_true", help="and what comes")
    one.set_defaults(without_config=logs)
    two = commands.add_parser(
        "config", help="is kiosk.toml right, and what is in force", description="Exit code: 0, 78."
    )
    two.add_argument("--json", action="store_true", help="for programs")
    two.set_defaults(without_config=config)
