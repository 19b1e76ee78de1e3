"""`kioskctl fleet`: what the district's database knows, and commands to kiosks.

For an office, not for a kiosk: needs no kiosk.toml, but the extra `collector` (asyncpg), which the
image does not have. So what needs it is imported when it is asked for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from firmware.contract.uplink import Verb

EXIT_UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h
DESCRIPTION = """Exit code: 0 all is well, 1 something is found that is not, 2 no such kiosk, 69 no
database, broker or extra `collector`, 78 a wrong file or none named."""

QUERIES = {
    "status": "how many kiosks work, and each that does not",
    "why": "what is wrong, and since when",
    "money": "what is in which box, and when it was emptied last",
    "papers": "what ends in how many days",
    "silent": "who has said nothing for so many hours, or never",
    "tickets": "complaints that are open",
    "alarms": "what is in question about the record: gaps, broken chains, other contents",
}


def add_commands(commands: Any) -> None:
    """`fleet` with its own commands, below kioskctl's."""
    fleet = commands.add_parser("fleet", help="the whole fleet, from the district's database")
    below = fleet.add_subparsers(dest="fleet_command", required=True)
    for name, text in QUERIES.items():
        _with_database(below.add_parser(name, help=text, description=DESCRIPTION))
    for name in ("status", "why", "money", "papers", "silent", "tickets"):
        below.choices[name].add_argument("--district", help="only this one")
    below.choices["papers"].add_argument("--days", type=int, default=7, help="(%(default)s)")
    below.choices["silent"].add_argument("--hours", type=float, default=2.0, help="(%(default)s)")
    show = _with_database(below.add_parser("show", help="all of one kiosk"))
    show.add_argument("kiosk")
    load = _with_database(below.add_parser(
        "import", help="what was installed where: kiosk,district,block,place,since"))  # fmt: skip
    load.add_argument("csv", type=Path, metavar="CSV")
    _add_rabbitmq(below)
    _add_command(below)
    _add_key(below)


def _with_database(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--database", metavar="DSN", help="else KIOSK_DATABASE")
    parser.add_argument("--json", action="store_true", help="money in paise, a line a row")
    parser.set_defaults(without_config=run)
    return parser


def _add_rabbitmq(below: Any) -> None:
    one = below.add_parser(
        "rabbitmq",
        help="who may say and hear what, as the definitions of a RabbitMQ",
        description="A user for each kiosk of the list that `import` takes; no database is asked.",
    )
    one.add_argument("csv", type=Path, metavar="CSV")
    for name, text in {"collector": "hears all kiosks", "office": "may send commands"}.items():
        option = one.add_argument(f"--{name}", metavar="NAME", action="append")
        option.help = f"the common name of one who {text}; may stand more than once"
    one.set_defaults(without_config=run)


def _add_command(below: Any) -> None:
    one = below.add_parser(
        "command",
        help="sign a command, send it, wait for the reply",
        description="Exit code: 0 done, 1 refused, failed or unknown, 3 no reply; else as others.",
    )
    one.add_argument("kiosk")
    one.add_argument("verb", choices=[verb.value for verb in Verb])
    one.add_argument("args", nargs="*", metavar="NAME=VALUE")
    one.add_argument("--key", type=Path, required=True, help="as `fleet key new` made it")
    link = one.add_argument("--config", dest="link", type=Path, required=True, metavar="TOML")
    link.help = "its [broker] as kiosk-collector has it, with your own certificate"
    one.add_argument("--by", help="who answers for it; else your user name")
    one.add_argument("--minutes", type=float, default=10.0, help="it is void after (%(default)s)")
    one.add_argument("--wait", type=float, default=60.0, help="seconds for a reply (%(default)s)")
    one.add_argument("--json", action="store_true")
    one.set_defaults(without_config=run)


def _add_key(below: Any) -> None:
    key = below.add_parser("key", help="the key that signs commands")
    what = key.add_subparsers(dest="key_command", required=True)
    for name, text in {
        "new": "make one; shows the public key that kiosks must know (fleet_keys)",
        "show": "the public key of a file",
    }.items():
        one = what.add_parser(name, help=text)
        one.add_argument("file", type=Path)
        one.set_defaults(without_config=run)


def run(options: argparse.Namespace) -> int:
    """The exit code; see DESCRIPTION."""
    try:
        from firmware.cli import fleet_desk
    except ModuleNotFoundError as error:
        hint = "pip install 'kiosk-firmware[collector]'"
        print(f"kioskctl: fleet: {error.name} is missing; {hint}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    return fleet_desk.run(options)
