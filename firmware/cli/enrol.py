"""`kioskctl enrol`: join the fleet. Run as kiosk-uplink, whose key it is: docs/health.md."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.uplink.enrolment import (
    CA,
    CERTIFICATE,
    KEY,
    EnrolmentRefused,
    Invitation,
    begin,
    install,
    read_certificate,
    request,
)

FOLDER = Path("/etc/kiosk/uplink")


async def start(config: Config, options: argparse.Namespace) -> int:
    """0 and what belongs into kiosk.toml; 1 refused, and why."""
    text = options.invitation or await asyncio.to_thread(input, "Scan the fleet's code: ")
    try:
        invitation = Invitation.read(text)
        begin(options.folder, invitation, options.ca.read_bytes())
    except (EnrolmentRefused, OSError) as error:
        return refuse(str(error))
    print("# This belongs into kiosk.toml:")
    print(invitation.section)
    return 0


async def ask(config: Config, options: argparse.Namespace) -> int:
    """0 and the request for the office; 1 where `begin` was not done."""
    try:
        print(request(options.folder, config.kiosk.id).decode(), end="")
    except EnrolmentRefused as error:
        return refuse(str(error))
    return 0


async def take(config: Config, options: argparse.Namespace) -> int:
    """0 installed; 1 refused, and why."""
    now = SystemClock().now()
    try:
        word = install(options.folder, config.kiosk.id, options.certificate.read_bytes(), now)
    except (EnrolmentRefused, OSError) as error:
        return refuse(str(error))
    until = f"{word.not_valid_after_utc:%Y-%m-%d}"
    said = f"{config.kiosk.id} is in the fleet until {until}."
    show(options, {"kiosk": config.kiosk.id, "until": until}, [said])
    return Exit.WELL


async def status(config: Config, options: argparse.Namespace) -> int:
    """0 when all three are there and the certificate is in force."""
    missing = [name for name in (CA, KEY, CERTIFICATE) if not (options.folder / name).exists()]
    if missing:
        return refuse(f"{options.folder}: not there: {', '.join(missing)}")
    try:
        word = read_certificate((options.folder / CERTIFICATE).read_bytes(), CERTIFICATE)
    except (EnrolmentRefused, OSError) as error:
        return refuse(str(error))
    left = word.not_valid_after_utc - datetime.now(UTC)
    until = f"{word.not_valid_after_utc:%Y-%m-%d}"
    told = {"until": until, "days": left.days}
    show(options, told, [f"certificate until {until}: {left.days} days"])
    return Exit.WELL if left > timedelta(0) else Exit.NOT_WELL


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`enrol` with its steps in their order."""
    top = commands.add_parser("enrol", help="join the fleet: its CA, this kiosk's key")
    top.add_argument("--folder", type=Path, default=FOLDER, help="%(default)s")
    steps = top.add_subparsers(dest="step", required=True)
    one = steps.add_parser("begin", help="believe the CA of the scanned code, make the key")
    one.add_argument("--ca", type=Path, required=True, metavar="FILE", help="its certificate, PEM")
    one.add_argument("--invitation", metavar="TEXT", help="of the code; asked for if left out")
    one.set_defaults(run=start, without_json="it says a part of kiosk.toml, to be put there")
    two = steps.add_parser("request", help="the request for the office, on standard output")
    two.set_defaults(run=ask, without_json="it is the request itself, in PEM")
    three = steps.add_parser("install", help="the office's certificate")
    three.add_argument("certificate", type=Path, metavar="FILE")
    three.set_defaults(run=take)
    four = steps.add_parser("status", help="what is there, and until when")
    four.set_defaults(run=status)
