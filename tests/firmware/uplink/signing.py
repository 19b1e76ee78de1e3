"""What the fleet signs, for the tests."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import msgspec
from nacl.signing import SigningKey

from firmware.contract.uplink import (
    COMMAND_PURPOSE,
    DESIRED_PURPOSE,
    NOTICE_PURPOSE,
    Desired,
    FleetCommand,
    Notice,
    Signed,
    Verb,
)
from firmware.uplink.commands import signed_bytes
from firmware.uplink.stamp import moment

FLEET_KEY = SigningKey(bytes(range(32)))
FLEET_PUBLIC = bytes(FLEET_KEY.verify_key).hex()
PURPOSES = {
    FleetCommand: COMMAND_PURPOSE, Desired: DESIRED_PURPOSE, Notice: NOTICE_PURPOSE
}  # fmt: skip


def command(
    verb: Verb, number: int = 1, kiosk: str = "k1", at: datetime | None = None,
    lasts: timedelta = timedelta(minutes=10), **args: str | int | bool,
) -> FleetCommand:  # fmt: skip
    """One that may be executed, if nothing is changed."""
    now = at or datetime.now(UTC)
    return FleetCommand(
        id=f"{number:08x}", kiosk=kiosk, verb=verb, issued=moment(now),
        expires=moment(now + lasts), by="office", args=args,
    )  # fmt: skip


def signed(
    body: FleetCommand | Desired | Notice, key: SigningKey = FLEET_KEY, purpose: bytes | None = None
) -> Signed:
    """As the fleet sends it."""
    purpose = purpose or PURPOSES[type(body)]
    text = msgspec.json.encode(body).decode()
    signature = key.sign(signed_bytes(purpose, text)).signature
    return Signed(
        body=text,
        key=bytes(key.verify_key).hex()[:16],
        signature=base64.b64encode(signature).decode(),
    )
