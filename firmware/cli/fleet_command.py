"""`kioskctl fleet command` and `fleet key`: text that is signed, sent, and answered.

Ed25519 as in RFC 8032; what is signed, docs/fleet.md says. The broker alone can command nothing: a
kiosk obeys the key, not the wire.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import getpass
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
from nacl.signing import SigningKey

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.collector import settings
from firmware.collector.link import Dial, dial
from firmware.collector.mqtt5 import Publish
from firmware.contract.uplink import (
    COMMAND_PURPOSE,
    FleetCommand,
    Outcome,
    Signed,
    UpReply,
    Verb,
    topic,
)

NAMES_THE_KEY = 16  # hex digits of the public key
SEED = 32  # bytes


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


def sign(command: FleetCommand, signing: SigningKey) -> Signed:
    """Over the purpose, a zero byte, and the text of the command."""
    body = msgspec.json.encode(command).decode()
    signature = signing.sign(COMMAND_PURPOSE + b"\0" + body.encode()).signature
    name = bytes(signing.verify_key).hex()[:NAMES_THE_KEY]
    return Signed(body=body, key=name, signature=base64.b64encode(signature).decode())


def command_of(options: argparse.Namespace, now: datetime) -> FleetCommand:
    """Raises WrongCommand for arguments that are no NAME=VALUE."""
    return FleetCommand(
        id=str(uuid4()),
        kiosk=options.kiosk,
        verb=Verb(options.verb),
        issued=_moment(now),
        expires=_moment(now + timedelta(minutes=options.minutes)),
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


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Ear:
    """Hears the replies to one command (link.Hears)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts: dict[int, UpReply] = {}
        self.whole: asyncio.Future[list[UpReply]] = asyncio.get_running_loop().create_future()

    def on_publish(self, message: Publish) -> None:
        try:
            reply = msgspec.json.decode(message.payload, type=UpReply)
        except msgspec.DecodeError:
            return  # the collector keeps it as unreadable
        if reply.id != self._name:
            return
        self._parts[reply.part] = reply
        if len(self._parts) >= reply.parts and not self.whole.done():
            self.whole.set_result([self._parts[part] for part in sorted(self._parts)])

    def on_puback(self, packet_id: int, reason: int) -> None:
        """The broker has it; what the kiosk does, it says itself."""

    def on_lost(self) -> None:
        if not self.whole.done():
            self.whole.set_exception(ConnectionError("the broker closed the connection"))


async def command(options: argparse.Namespace) -> int:
    """Raises WrongCommand, ConfigError, OSError."""
    signing = read_key(options.key)
    said = command_of(options, datetime.now(UTC))
    chosen = settings.load(options.link).broker
    replies = await ask(chosen.dial, said, sign(said, signing), options.wait)
    if not replies:
        why = f"fleet: {said.kiosk} did not reply in {options.wait:g} s"
        return refuse(f"{why}; command {said.id} is void after {said.expires}", Exit.UNKNOWN)
    last = replies[-1]
    head = f"{said.kiosk} {said.verb}: {last.outcome}{': ' if last.why else ''}{last.why}"
    answer = "".join(reply.answer for reply in replies)
    show(options, replies, [head, *([answer] if answer else [])])
    return Exit.WELL if last.outcome is Outcome.DONE else Exit.NOT_WELL


async def ask(to: Dial, said: FleetCommand, signed: Signed, patience: float) -> list[UpReply]:
    """The whole reply; empty after `patience` seconds. Raises OSError."""
    ear = Ear(said.id)
    link = await dial(to, ear)
    try:
        await link.subscribe([topic(said.kiosk, "up/reply")])
        until = datetime.fromisoformat(said.expires).timestamp()
        link.publish(topic(said.kiosk, "down/command"), msgspec.json.encode(signed),
                     expiry=max(1, round(until - time.time())))  # fmt: skip
        return await asyncio.wait_for(ear.whole, patience)
    except TimeoutError:
        return []
    finally:
        ear.whole.cancel()
        link.close()
