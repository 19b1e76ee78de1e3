"""`kioskctl fleet command` and `fleet key`: text that is signed, sent, and answered.

Ed25519 as in RFC 8032; what is signed, docs/fleet.md says. The broker alone can command nothing: a
kiosk obeys the key, not the wire.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
from nacl.signing import SigningKey

from firmware.cli.exits import Exit
from firmware.cli.fleet_asking import ask
from firmware.cli.output import show
from firmware.collector import settings
from firmware.contract.uplink import (
    COMMAND_PURPOSE,
    DESIRED_PURPOSE,
    NOTICE_PURPOSE,
    Desired,
    FleetCommand,
    Notice,
    Outcome,
    Signed,
    UpReply,
    Verb,
)

NAMES_THE_KEY = 16  # hex digits of the public key
SEED = 32  # bytes
PURPOSES = {
    FleetCommand: COMMAND_PURPOSE,
    Desired: DESIRED_PURPOSE,
    Notice: NOTICE_PURPOSE,
}


class WrongCommand(ValueError):
    """A key or an argument is not what it should be: expected and got."""


def key(options: argparse.Namespace) -> int:
    """`key new FILE` and `key show FILE`. Raises WrongCommand."""
    if options.key_command == "new":
        seed = os.urandom(SEED)
        try:
            handle = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise WrongCommand(f"{options.file}: {error.strerror}") from None
        with os.fdopen(handle, "w") as file:
            file.write(seed.hex() + "\n")
    print(bytes(read_key(options.file).verify_key).hex())
    return 0


def read_key(path: Path) -> SigningKey:
    """Raises WrongCommand; the key is in no message."""
    try:
        return SigningKey(bytes.fromhex(path.read_text().strip()))
    except OSError as error:
        raise WrongCommand(f"{path}: {error.strerror}") from None
    except ValueError:
        raise WrongCommand(f"{path}: expected {SEED * 2} hex digits, got something else") from None


def sign(said: FleetCommand | Desired | Notice, signing: SigningKey) -> Signed:
    """Over the purpose, a zero byte, and the text of what is said."""
    body = msgspec.json.encode(said).decode()
    signature = signing.sign(PURPOSES[type(said)] + b"\0" + body.encode()).signature
    name = bytes(signing.verify_key).hex()[:NAMES_THE_KEY]
    return Signed(body=body, key=name, signature=base64.b64encode(signature).decode())


def command_of(options: argparse.Namespace, now: datetime) -> FleetCommand:
    """Raises WrongCommand for arguments that are no NAME=VALUE."""
    return FleetCommand(
        id=str(uuid4()),
        kiosk=options.kiosk,
        verb=Verb(options.verb),
        issued=moment(now),
        expires=moment(now + timedelta(minutes=options.minutes)),
        by=options.by or getpass.getuser(),
        args=arguments(options.args),
    )


def arguments(words: Sequence[str]) -> dict[str, str | int | bool]:
    """`on=true` is a truth value, `minutes=30` a number, all else text."""
    found: dict[str, str | int | bool] = {}
    for word in words:
        name, sign_between, text = word.partition("=")
        if not sign_between or not name:
            raise WrongCommand(f"expected NAME=VALUE, got {word!r}")
        if text in ("true", "false"):
            found[name] = text == "true"
        else:
            found[name] = int(text) if text.isascii() and text.isdigit() else text
    return found


def moment(at: datetime) -> str:
    """`2026-11-22T10:15:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def command(options: argparse.Namespace) -> int:
    """Raises WrongCommand, ConfigError, OSError."""
    said = command_of(options, datetime.now(UTC))
    (replies,) = await answers(options, [said])
    if not replies:
        return Exit.UNKNOWN
    answer = "".join(reply.answer for reply in replies)
    show(options, replies, [line(said, replies[-1]), *([answer] if answer else [])])
    return code_of(replies[-1])


async def answers(options: argparse.Namespace, said: Sequence[FleetCommand]) -> list[list[UpReply]]:
    """What was replied to each; nothing for who did not, which is said. Raises as `command`."""
    signing = read_key(options.key)
    orders = [(each, sign(each, signing)) for each in said]
    found = await ask(settings.load(options.link).broker.dial, orders, options.wait)
    for each in said:
        if each.id not in found:
            print(f"kioskctl: fleet: {each.kiosk} did not reply in {options.wait:g} s; command"
                  f" {each.id} is void after {each.expires}", file=sys.stderr)  # fmt: skip
    return [found.get(each.id, []) for each in said]


def line(said: FleetCommand, last: UpReply) -> str:
    """`rj14-1 reboot: refused: money is inside`."""
    more = f": {last.why}" if last.why else ""
    later = "; how it ends is in the database" if last.outcome is Outcome.ACCEPTED else ""
    return f"{said.kiosk} {said.verb}: {last.outcome}{more}{later}"


def code_of(last: UpReply) -> Exit:
    """The exit code for it."""
    if last.outcome is Outcome.ACCEPTED:
        return Exit.UNKNOWN
    return Exit.WELL if last.outcome is Outcome.DONE else Exit.NOT_WELL
