"""`kioskctl receipt print`: a receipt once more, for whoever lost it and knows its number."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse
from firmware.contract.command import PrintReceipt
from firmware.runtime.config import Config


def add_commands(commands: Any) -> None:
    """`kioskctl receipt`."""
    top = commands.add_parser("receipt", help="a paid order's receipt, as a duplicate")
    below = top.add_subparsers(dest="receipt_command", required=True)
    one = below.add_parser("print", help="print it once more, when nobody is at the kiosk")
    one.add_argument("number", help="TDR 0417 0001")
    one.set_defaults(run=print_receipt)


async def print_receipt(config: Config, options: argparse.Namespace) -> int:
    """0 when the printer was told. Raises NoBus."""
    try:
        command = msgspec.convert({"type": "PrintReceipt", "receipt": options.number}, PrintReceipt)
    except msgspec.ValidationError as error:
        return refuse(str(error), Exit.USAGE)
    return await tell_core(config, command, options)
