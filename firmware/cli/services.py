"""`kioskctl services check [FOLDER]`: whether a folder of services can be shipped.

Needs no kiosk and no kiosk.toml: whoever writes a service runs it, and so does the image's build.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.runtime.config import ConfigError
from firmware.services import catalogue
from firmware.services.lint import Linter
from firmware.services.rates.shelf import SHIPPED
from firmware.services.rates.table import read_table

CATALOGUE = Path(catalogue.__file__).parent
ICONS = Path(catalogue.__file__).parents[3] / "ui" / "icons"
OF_A_TILE = "-duotone"  # the style of the pictures on tiles


def add_commands(commands: Any) -> None:
    """`services`, below kioskctl's."""
    services = commands.add_parser("services", help="the data files of the services")
    below = services.add_subparsers(dest="services_command", required=True)
    one = below.add_parser(
        "check",
        help="each file against the schema, its words, its picture, its rates",
    )
    one.add_argument("folder", nargs="?", type=Path, default=CATALOGUE)
    one.add_argument("--rates", type=Path, default=SHIPPED, metavar="FILE", help="the rate table")
    one.set_defaults(without_config=check)


def check(options: argparse.Namespace) -> int:
    """What is wrong on standard output, a line each."""
    try:
        linter = Linter(read_table(options.rates.read_bytes(), str(options.rates)), icons(ICONS))
        found = linter.check(options.folder)
    except (OSError, ConfigError) as error:
        return refuse(str(error), Exit.NO_INPUT)
    told = list(map(str, found))
    show(options, told, told)
    print(f"{linter.count} services, {len(found)} findings", file=sys.stderr)
    return Exit.NOT_WELL if found else Exit.WELL


def icons(folder: Path) -> frozenset[str] | None:
    """The names of the pictures; None where there are no screens."""
    found = {path.stem.removesuffix(OF_A_TILE) for path in folder.glob(f"*{OF_A_TILE}.png")}
    return frozenset(found) or None
