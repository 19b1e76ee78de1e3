"""Draws `docs/kioskctl.md`: every command from the parser, and what the exit codes mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from firmware.cli.__main__ import parser
from firmware.cli.exits import MEANINGS
from firmware.cli.parsing import JSON, WITHOUT_JSON, below, doers

PAGE = Path(__file__).parent / "kioskctl.md"
HEAD = """\
# kioskctl

Drawn by `python -m docs.generate` from the parser of `firmware/cli`; do not edit.

For whoever comes by SSH. It works with the uplink, the bus or any program dead, and says which:
what the journal, the ledger or kiosk.toml know is read from their files; what a program must decide
is asked over the bus. `kioskctl COMMAND --help` says more of each; in the image the shell completes
them.

**For people** a list is a table: with borders at a terminal, plain and with no cell cut anywhere
else (`kioskctl faults | grep receipt`). **For programs** `--json` prints one document on standard
output: what was asked for, or core's reply (`outcome`, `detail`); `watch`, `journal export` and
`logs` print an object a line. Money is in paise. Why something could not be asked at all is on
standard error, and in the exit code. `--by` names who answers for what is done; else it is the
user, also behind sudo.

What lies in a daemon's own folder is read as that daemon, which the technician may
(`systemd/sudoers.d/kiosk`): `sudo -u kiosk-core kioskctl report`, and so `collections`,
`attendance`, `journal verify`, `journal show`, `journal aside`; `sudo -u kiosk-health kioskctl
downtime`.
"""
CODES = """\
## Exit codes

The same number means the same after every command; from 64 on they are those of `sysexits.h`.
"""
COMMANDS = "## Commands\n"
FILLS = {"?": "[{}]", "*": "[{} ...]", "+": "{} ..."}  # nargs of argparse


def page() -> str:
    """The whole of `docs/kioskctl.md`."""
    parts = [HEAD, CODES, _line(("code", "name", "meaning")), _line(["---"] * 3)]
    parts += [_line((str(code.value), f"`{code.name}`", said)) for code, said in MEANINGS.items()]
    parts += ["", COMMANDS, _line(("command", "what for", "`--json`")), _line(["---"] * 3)]
    return "\n".join([*parts, *map(_line, rows())]) + "\n"


def rows() -> Iterator[tuple[str, str, str]]:
    """One for each command that does something."""
    top = parser()
    for words, command in doers(top):
        why_not = command.get_default(WITHOUT_JSON)
        told = f"`{synopsis(words, command)}`{_other_names(top, words)}"
        yield told, help_of(top, words), "yes" if why_not is None else f"no: {why_not}"


def help_of(top: argparse.ArgumentParser, words: str) -> str:
    """What stands beside it in the help of the command above; empty where nothing does."""
    *above, name = words.split()
    for each in above:
        top = below(top)[each]
    for pseudo in _group(top)._choices_actions:
        if pseudo.dest == name:
            return (pseudo.help or "").replace("|", "\\|")
    return ""


def synopsis(words: str, command: argparse.ArgumentParser) -> str:
    """`device test NAME [--skip {hands}]`; what all have is left out."""
    told = [words]
    for action in command._actions:
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            shown = action.metavar or _choices(action) or action.dest.upper()
            told.append(FILLS.get(str(action.nargs), "{}").format(shown))
        elif not {JSON, "--by", "--help"} & set(action.option_strings) and action.option_strings:
            told.append(_option(action))
    return " ".join(told).replace("|", "\\|")


def _option(action: argparse.Action) -> str:
    name = max(action.option_strings, key=len)
    takes = "" if action.nargs == 0 else f" {action.metavar or _choices(action) or _caps(action)}"
    return f"{name}{takes}" if action.required else f"[{name}{takes}]"


def _caps(action: argparse.Action) -> str:
    return action.dest.upper()


def _choices(action: argparse.Action) -> str:
    return "" if action.choices is None else "{" + ",".join(map(str, action.choices)) + "}"


def _group(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    (found,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return found


def _other_names(top: argparse.ArgumentParser, words: str) -> str:
    """` or supplies`, of the first word."""
    first, command = words.split()[0], _group(top).choices
    others = [name for name in command if name != first and command[name] is command[first]]
    return "".join(f" or `{name}`" for name in others) if " " not in words else ""


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
