"""`kioskctl operator add | list | remove`: who may open the kiosk's own menu.

The PIN is asked for on the terminal, twice, and is never an argument: those stand in the process
list and in the shell's history (M10).
"""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path
from typing import Any, get_args

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show, table
from firmware.runtime.config import Config
from firmware.runtime.durable import sync_folder
from firmware.till.access import (
    MOST_OPERATORS,
    NoOperators,
    Operator,
    OperatorsFile,
    Role,
    hash_pin,
    load_operators,
    to_toml,
    who_has,
    why_weak,
)

MODE = 0o640  # root writes, kiosk-core reads by its group, nobody else


def add_commands(commands: Any) -> None:
    """`operator` with its own commands, below kioskctl's."""
    top = commands.add_parser("operator", help="who may open the operator's menu")
    below = top.add_subparsers(dest="operator_command", required=True)
    one = below.add_parser("add", help="ask for a PIN twice, and keep its hash")
    one.add_argument("name", help="as it is printed on slips: 'R. Meena'")
    one.add_argument("--role", choices=get_args(Role), default="operator",
                     help="a technician may not empty the box nor close a day")  # fmt: skip
    one.set_defaults(run=add)
    two = below.add_parser("list", help="names and roles")
    two.set_defaults(run=names)
    three = below.add_parser("remove", help="take somebody's PIN away")
    three.add_argument("name")
    three.set_defaults(run=remove)


async def add(config: Config, options: argparse.Namespace) -> int:
    """0 added; 1 refused, and why."""
    path, name = Path(config.paths.operators), options.name.strip()
    try:
        known = _known(path)
    except NoOperators as error:
        return refuse(str(error))
    if name in [each.name for each in known]:
        return refuse(f"{name} is there already: remove first")
    if len(known) >= MOST_OPERATORS:
        return refuse(f"expected at most {MOST_OPERATORS} operators: remove somebody first")
    pin = getpass.getpass("PIN: ")
    if (why := why_weak(pin)) is not None:
        return refuse(why)
    if getpass.getpass("the same PIN again: ") != pin:
        return refuse("the two are not the same")
    if who_has(pin.encode(), known) is not None:
        return refuse("somebody has this PIN: take another")
    fresh = {"name": name, "role": options.role, "hash": hash_pin(pin.encode())}
    try:
        operator = msgspec.convert(fresh, Operator)
    except msgspec.ValidationError as error:
        return refuse(f"{name}: {error}")
    return _write(path, [*known, operator], options)


async def names(config: Config, options: argparse.Namespace) -> int:
    try:
        known = load_operators(Path(config.paths.operators))
    except NoOperators as error:
        return refuse(str(error))
    told = [{"name": each.name, "role": each.role} for each in known]
    show(options, told, table(("role", "name"), [(each.role, each.name) for each in known]))
    return Exit.WELL


async def remove(config: Config, options: argparse.Namespace) -> int:
    path, name = Path(config.paths.operators), options.name.strip()
    try:
        known = _known(path)
    except NoOperators as error:
        return refuse(str(error))
    left = [each for each in known if each.name != name]
    if left == known:
        return refuse(f"nobody is called {name}")
    return _write(path, left, options)


def _known(path: Path) -> list[Operator]:
    """Nobody, in a file that is not there; raises NoOperators for one that cannot be read."""
    try:
        return load_operators(path)
    except NoOperators as error:
        if error.is_missing:
            return []
        raise


def _write(path: Path, operators: list[Operator], options: argparse.Namespace) -> int:
    """The whole file or the one before; it never stands there readable by all."""
    text = to_toml(operators)
    msgspec.convert({"operator": [msgspec.to_builtins(each) for each in operators]}, OperatorsFile)
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        return refuse(f"{path}: {error}")
    told = {"file": str(path), "operators": len(operators), "at_most": MOST_OPERATORS}
    show(options, told, [f"{path}: {len(operators)} of at most {MOST_OPERATORS} operators"])
    return Exit.WELL
