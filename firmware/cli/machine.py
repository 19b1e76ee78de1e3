"""`kioskctl logs` and `kioskctl config`: what the programs say, and what they are told."""

from __future__ import annotations

import argparse
import os
import shutil
from typing import Any

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.runtime.config import Config, ConfigError, load

JOURNAL = "journalctl"


def command(unit: str, since: str, follows: bool, form: str = "short-iso") -> list[str]:
    """What is run: of one daemon, or of all; `driver notes` is one of the drivers."""
    name = unit.replace(" ", "@").removeprefix("kiosk-")
    line = [JOURNAL, "--no-hostname", f"--output={form}", f"--unit=kiosk-{name}*"]
    return [*line, *([f"--since={since}"] if since else []), *(["--follow"] if follows else [])]


def logs(options: argparse.Namespace) -> int:
    """Becomes journalctl; returns only where there is none."""
    if shutil.which(JOURNAL) is None:
        return refuse(f"no {JOURNAL} on this machine", Exit.UNKNOWN)
    form = "json" if options.json else "short-iso"
    line = command(options.unit, options.since, options.follow, form)
    os.execvp(line[0], line)


def config(options: argparse.Namespace) -> int:
    """0 and what is in force; 78 and what is wrong."""
    try:
        found = load(options.config)
    except ConfigError as error:
        return refuse(str(error), Exit.CONFIG)
    show(options, found, in_force(found))
    return Exit.WELL


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
    two = commands.add_parser("config", help="is kiosk.toml right, and what is in force")
    two.set_defaults(without_config=config)
