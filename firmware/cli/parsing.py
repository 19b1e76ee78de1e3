"""What the commands of `kioskctl` share on the command line: --json, who asks, one exit code."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from firmware.cli.exits import Exit

JSON, WITHOUT_JSON = "--json", "without_json"


class Parser(argparse.ArgumentParser):
    """As argparse has it, which ends with 2 for a slip of the pen: here that is somebody's
    silence."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def who() -> str:
    """The person at this terminal: the one behind sudo, else the user."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def add_by(*parsers: argparse.ArgumentParser) -> None:
    """`--by`, of what is kept with a name."""
    for each in parsers:
        each.add_argument("--by", default=who(), help="who answers for it (%(default)s)")


def add_json(top: argparse.ArgumentParser) -> None:
    """`--json` for every command that does something, unless its default `without_json` says why
    not, or it has one of its own."""
    top.set_defaults(json=False)
    for _, command in doers(top):
        has_one = any(JSON in action.option_strings for action in command._actions)
        if not has_one and command.get_default(WITHOUT_JSON) is None:
            # Suppressed: a command below another would take back what the other was told.
            command.add_argument(
                JSON, action="store_true", default=argparse.SUPPRESS, help="for programs"
            )


def doers(
    top: argparse.ArgumentParser, path: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, with its words: `device list`; an alias is not told."""
    for name, command in below(top).items():
        words = f"{path} {name}".strip()
        if not is_a_group(command):
            yield words, command
        yield from doers(command, words)


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Its commands by their names, each once."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                if command not in found.values():
                    found[name] = command
    return found


def is_a_group(parser: argparse.ArgumentParser) -> bool:
    """Does nothing without a word more."""
    return any(
        isinstance(action, argparse._SubParsersAction) and action.required
        for action in parser._actions
    )
