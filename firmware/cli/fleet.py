"""`kioskctl fleet`: what the district's database knows, and commands to kiosks.

For an office, not for a kiosk: needs no kiosk.toml, but the extra `collector` (asyncpg), which the
image does not have. So what needs it is imported when it is asked for.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from firmware.cli.exits import Exit
from firmware.cli.output import refuse
from firmware.contract.uplink import Verb

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
        _with_database(below.add_parser(name, help=text))
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
    _add_words(below)
    _add_key(below)


def _with_database(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--database", metavar="DSN", help="else KIOSK_DATABASE")
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
    one.set_defaults(without_config=run, without_json="it is JSON of RabbitMQ's own")


def _add_command(below: Any) -> None:
    one = below.add_parser(
        "command",
        help="sign a command, send it, wait for the reply",
    )
    one.add_argument("kiosk")
    one.add_argument("verb", choices=[verb.value for verb in Verb])
    one.add_argument("args", nargs="*", metavar="NAME=VALUE")
    _with_broker(one)
    _with_answer(one)


def _with_broker(one: argparse.ArgumentParser) -> None:
    one.add_argument("--key", type=Path, required=True, help="as `fleet key new` made it")
    link = one.add_argument("--config", dest="link", type=Path, required=True, metavar="TOML")
    link.help = "its [broker] as kiosk-collector has it, with your own certificate"
    one.add_argument("--wait", type=float, default=60.0, help="seconds for a reply (%(default)s)")
    one.set_defaults(without_config=run)


def _with_answer(one: argparse.ArgumentParser) -> None:
    one.add_argument("--by", help="who answers for it; else your user name")
    one.add_argument("--minutes", type=float, default=10.0, help="it is void after (%(default)s)")


def _add_words(below: Any) -> None:
    """What kiosks say to citizens."""
    one = below.add_parser("desired", help="settings of kiosks: notice, neighbours, meetings, rate")
    one.add_argument("file", type=Path, metavar="DESIRED.toml", help="all of it: docs/fleet.md")
    one.add_argument("kiosks", nargs="+", metavar="KIOSK")
    two = below.add_parser("notice", help="one sentence on the first screen of every kiosk")
    for language in ("hi", "en", "mr"):
        two.add_argument(f"--{language}", help="at most 120 letters")
    two.add_argument("--until", metavar="TIME", help="ISO 8601 with its zone")
    two.add_argument("--end", action="store_true", help="no notice any more")
    for each in (one, two):
        each.add_argument("--number", type=int, help="its version; else the time in seconds")
    three = below.add_parser(
        "pack",
        help="have kiosks fetch a content pack that lies on a web server",
        description="Exit code: 0 in force everywhere, 1 not taken by one, 2 one has not ended.",
    )
    three.add_argument("file", type=Path, help="the same file, for its hash and length")
    three.add_argument("kiosks", nargs="+", metavar="KIOSK")
    three.add_argument("--url", required=True, help="https, below [content] origins of the kiosks")
    _with_answer(three)
    for each in (one, two, three):
        _with_broker(each)


def _add_key(below: Any) -> None:
    key = below.add_parser("key", help="the key that signs commands")
    what = key.add_subparsers(dest="key_command", required=True)
    for name, text in {
        "new": "make one; shows the public key that kiosks must know (fleet_keys)",
        "show": "the public key of a file",
    }.items():
        one = what.add_parser(name, help=text)
        one.add_argument("file", type=Path)
        one.set_defaults(without_config=run, without_json="it is the one line that a kiosk needs")


def run(options: argparse.Namespace) -> int:
    """The exit code."""
    try:
        from firmware.cli import fleet_desk
    except ModuleNotFoundError as error:
        hint = "pip install 'kiosk-firmware[collector]'"
        return refuse(f"fleet: {error.name} is missing; {hint}", Exit.UNAVAILABLE)
    return fleet_desk.run(options)
