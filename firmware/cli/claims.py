"""`kioskctl claim verify | show | print | redeem`: a slip looked at, printed, paid back once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.cli.parsing import add_by
from firmware.contract.command import How, PrintClaim, RedeemClaim
from firmware.core.daemon import journal_path
from firmware.journal import rows
from firmware.journal.export import document
from firmware.journal.journal import Entry, read_entries
from firmware.journal.past import files_of
from firmware.journal.plain import masked
from firmware.runtime.clock import INDIA
from firmware.runtime.config import Config
from firmware.till.claims import Refused, Verified, verify, without_code
from firmware.till.signing import FLEET, NoKey, keys_folder, load_fleet_key


def add_commands(commands: Any) -> None:
    """`claim` with its own commands, below kioskctl's."""
    claim = commands.add_parser("claim", help="check a claim slip, look it up, pay it back")
    below = claim.add_subparsers(dest="claim_command", required=True)
    one = below.add_parser("verify", help="whether the text of a slip's QR is genuine; no network")
    one.add_argument("text", help="the QR text, KC1:...; - reads it from standard input")
    one.add_argument("--fleet", type=Path, help="the fleet's public key; default: this kiosk's")
    one.set_defaults(run=verify_text)
    two = below.add_parser("show", help="what this kiosk's journal says of a claim")
    two.add_argument("number", help="TDR 0417 0001 C1")
    two.set_defaults(run=look_up)
    paper = below.add_parser("print", help="print its slip, when nobody is at the kiosk")
    paper.add_argument("number", help="TDR 0417 0001 C1")
    paper.set_defaults(run=print_slip)
    three = below.add_parser("redeem", help="record that its money went back; works once")
    three.add_argument("claim", help="the claim number, or the QR text")
    three.add_argument("--how", choices=[how.value for how in How], default=How.CASH_BY_OPERATOR)
    three.add_argument("--reference", required=True, help="voucher or transfer number")
    three.set_defaults(run=redeem)
    add_by(three)


async def verify_text(config: Config, options: argparse.Namespace) -> int:
    """0 genuine, 1 refused, 2 without the fleet's key."""
    text = sys.stdin.read() if options.text == "-" else options.text
    path = options.fleet or keys_folder(config.state_folder) / FLEET
    try:
        result = verify(without_code(text), load_fleet_key(path), int(time.time()))
    except NoKey as error:
        return refuse(f"cannot verify: {error}", Exit.UNKNOWN)
    if isinstance(result, Refused):
        told = {"is_genuine": False, "reason": result.reason, "detail": result.detail}
        show(options, told, [f"REFUSED: {result.reason}: {result.detail}"])
        return Exit.NOT_WELL
    genuine = {"is_genuine": True, "claim": result.claim, "remarks": result.remarks}
    show(options, genuine, lines_of(result, config.kiosk.id))
    return Exit.WELL


def lines_of(result: Verified, kiosk: str) -> Iterable[str]:
    claim = result.claim
    issued = datetime.fromtimestamp(claim.issued_at, INDIA)
    yield f"GENUINE: claim {claim.number} of the kiosk {claim.kiosk}"
    yield f"  amount      {claim.amount}"
    if claim.in_doubt:
        yield f"  in doubt    {claim.in_doubt} of it, which the machine could not confirm"
    yield f"  issued      {issued:%Y-%m-%d %H:%M}"
    yield f"  cause       {claim.cause}"
    yield from (f"  remark      {remark}" for remark in result.remarks)
    if claim.kiosk == kiosk:
        yield f"  to pay      kioskctl claim show '{claim.number}', then claim redeem"
    else:
        yield "  to pay      only at that kiosk, or through the back end: ask the office"


async def look_up(config: Config, options: argparse.Namespace) -> int:
    """0 open or redeemed, 1 unknown here. Raises JournalFault."""
    wanted = options.number.strip().casefold()
    entries = [e for file in files_of(journal_path(config)) for e in read_entries(file)]
    told = [entry for entry in entries if getattr(entry.row, "claim", "").casefold() == wanted]
    if not told:
        return refuse(f"{options.number}: not a claim of {config.kiosk.id}")
    lines = [*_order(entries, told[0]), *(line for entry in told for line in _line(entry))]
    is_open = not any(isinstance(entry.row, rows.ClaimRedeemed) for entry in told)
    lines += ["open: not redeemed"] if is_open else []
    show(options, {"is_open": is_open, "rows": [document(entry) for entry in told]}, lines)
    return Exit.WELL


def _order(entries: list[Entry], claim: Entry) -> Iterable[str]:
    """Whose it was: the end of the account number, for the operator to ask for."""
    number = getattr(claim.row, "order", None)
    for entry in entries:
        if isinstance(entry.row, rows.OrderCreated) and entry.row.order == number:
            account = masked(entry.row.bill.account)
            yield f"{entry.at} order {number}: {entry.row.service}, account {account}"


def _line(entry: Entry) -> Iterable[str]:
    match entry.row:
        case rows.ClaimIssued() as row:
            doubt = f", {row.in_doubt} in doubt" if row.in_doubt else ""
            yield f"{entry.at} issued {row.claim}: {row.amount}{doubt}, {row.cause}"
        case rows.ClaimRedeemed() as row:
            yield f"{entry.at} redeemed: {row.amount}, {row.how}, {row.reference}, by {row.by}"


async def redeem(config: Config, options: argparse.Namespace) -> int:
    """0 recorded: pay what is said; 1 refused. Raises NoBus."""
    fields = {"type": "RedeemClaim", "claim": options.claim, "how": options.how,
              "reference": options.reference, "by": options.by}  # fmt: skip
    try:
        command = msgspec.convert(fields, RedeemClaim)
    except msgspec.ValidationError as error:
        return refuse(str(error), Exit.USAGE)
    return await tell_core(config, command, options)


async def print_slip(config: Config, options: argparse.Namespace) -> int:
    """0 the printer was told; 1 refused. Raises NoBus."""
    try:
        command = msgspec.convert({"type": "PrintClaim", "claim": options.number}, PrintClaim)
    except msgspec.ValidationError as error:
        return refuse(str(error), Exit.USAGE)
    return await tell_core(config, command, options)
