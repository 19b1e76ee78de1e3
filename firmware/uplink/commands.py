"""A command of the fleet, from the bytes to the moment before the act: one check after the other.

Size, signature, kiosk, expiry, an id that was not seen, no citizen's money in the way; then the id
is on disk, and only then is anything done. So a power cut in the middle leaves `unknown`, and never
the same act twice (docs/fleet.md, Commands).
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from firmware.contract.uplink import (
    COMMAND_PURPOSE,
    DESIRED_PURPOSE,
    MOST_BYTES,
    NOTICE_PURPOSE,
    Desired,
    FleetCommand,
    Notice,
    Outcome,
    Signed,
    Verb,
)
from firmware.uplink.ids import IDS_KEPT, Ids, moment_of
from firmware.uplink.outbox import Outbox, OutboxFault
from firmware.uplink.stamp import Stamp

log = logging.getLogger("uplink")

T = TypeVar("T", FleetCommand, Desired, Notice)
# These change nothing, or protect the money: also while a citizen's is inside.
AT_ANY_TIME = frozenset(
    {
        Verb.STATUS,
        Verb.SELF_TEST,
        Verb.LOG_BUNDLE,
        Verb.OUT_OF_SERVICE,
        Verb.IN_SERVICE,
        Verb.CONTENT_PACK,  # fetched meanwhile; handed over and seen when nobody stands there
    }
)
KEPT_AFTER_EXPIRY = 86400.0  # seconds; a clock that was wrong may still bring it back


class Broken(ValueError):
    """It is not of our fleet, or not for us: nothing is answered, for nobody asked whom we know."""


class Seen(StrEnum):
    """What the ids on disk say of a command."""

    NEW = "new"
    BEFORE = "before"


@dataclass(frozen=True)
class Refusal:
    """It is of our fleet, and is not done."""

    why: str


def opened(payload: bytes, keys: Sequence[str], purpose: bytes, body: type[T]) -> T:
    """What is signed in there, by one of `keys` (Ed25519, hex); raises Broken."""
    if len(payload) > MOST_BYTES:
        raise Broken(f"expected at most {MOST_BYTES} bytes, got {len(payload)}")
    try:
        signed = msgspec.json.decode(payload, type=Signed)
        signature = base64.b64decode(signed.signature, validate=True)
    except (msgspec.DecodeError, binascii.Error) as error:
        raise Broken(f"expected something signed: {error}") from None
    for key in (key for key in keys if key.startswith(signed.key)):
        try:
            VerifyKey(bytes.fromhex(key)).verify(signed_bytes(purpose, signed.body), signature)
        except (BadSignatureError, ValueError):
            continue
        try:
            return msgspec.json.decode(signed.body, type=body)
        except msgspec.DecodeError as error:
            raise Broken(f"signed, and not understood: {error}") from None
    raise Broken(f"signed by none of the keys in [uplink] fleet_keys (it says {signed.key[:16]})")


def signed_bytes(purpose: bytes, body: str) -> bytes:
    """What the signature is over, as the contract has it."""
    return purpose + b"\0" + body.encode()


def read_command(payload: bytes, keys: Sequence[str], kiosk: str) -> FleetCommand:
    """Of our fleet and for this kiosk; raises Broken."""
    command = opened(payload, keys, COMMAND_PURPOSE, FleetCommand)
    if command.kiosk != kiosk:
        raise Broken(f"a command for {command.kiosk}, not for {kiosk}")
    return command


def read_desired(payload: bytes, keys: Sequence[str], kiosk: str) -> Desired:
    """The same of settings; raises Broken."""
    desired = opened(payload, keys, DESIRED_PURPOSE, Desired)
    if desired.kiosk != kiosk:
        raise Broken(f"settings for {desired.kiosk}, not for {kiosk}")
    return desired


def read_notice(payload: bytes, keys: Sequence[str]) -> Notice:
    """For every kiosk of our fleet; raises Broken."""
    return opened(payload, keys, NOTICE_PURPOSE, Notice)


def refusal(
    command: FleetCommand, stamp: Stamp, known_time: str, ids: Ids, money_is_inside: bool
) -> Refusal | None:
    """Why it is not done, apart from its id; `ids` says since when all are known. With a clock that
    is not set `known_time` counts: the last one that was believed, ISO 8601; empty for none."""
    now = stamp.t if stamp.t_ok else max(known_time, "1970")
    try:
        expires, present = moment_of(command.expires), moment_of(now)
        would_be_known = ids.are_all_since(command.issued)
    except ValueError as error:
        return Refusal(f"when was it issued, and when does it expire? {error}")
    if expires <= present:
        return Refusal(f"expired at {command.expires}, and it is {now}")
    if not would_be_known:
        return Refusal(f"issued before {ids.began}, when this kiosk's record of commands began")
    if money_is_inside and command.verb not in AT_ANY_TIME:
        return Refusal("a citizen's money is inside")
    return None


class Executed:
    """The ids that were taken up, on disk twice: in `ids`, and with what came of them in the
    outbox, there until a day after they could not act any more."""

    def __init__(self, outbox: Outbox, ids: Ids) -> None:
        self._outbox, self.ids = outbox, ids

    def begin(self, command: FleetCommand, boot: int) -> Seen:
        """On disk when it returns; BEFORE for one that is there. Raises OutboxFault."""
        if command.id in self.ids:
            return Seen.BEFORE
        with self._outbox.commit() as database:
            values = (command.id, command.verb.value, boot, command.expires)
            query = "INSERT OR IGNORE INTO commands (id, verb, boot, expires) VALUES (?, ?, ?, ?)"
            is_new = database.execute(query, values).rowcount
            try:
                self.ids.add(command.id)
            except OSError as error:
                raise OutboxFault(f"the ids of commands: {error}") from error
        return Seen.NEW if is_new else Seen.BEFORE

    def end(self, command: str, replies: Sequence[bytes]) -> None:
        """What came of it, to be sent; in one commit with the mark that it ended."""
        self.keep(command, replies, is_end=True)

    def is_done(self, command: str) -> bool:
        """Whether it ended, and was answered."""
        query = "SELECT is_done FROM commands WHERE id = ?"
        found = self._outbox.database.execute(query, (command,)).fetchone()
        return found is not None and bool(found[0])

    def keep(self, command: str, replies: Sequence[bytes], is_end: bool) -> None:
        """What is said of it, to be sent; not `is_end`: it is begun, and more will be said."""
        with self._outbox.commit() as database:
            if is_end:
                database.execute("UPDATE commands SET is_done = 1 WHERE id = ?", (command,))
            bodies = [(reply.decode(),) for reply in replies]
            database.executemany("INSERT INTO replies (body) VALUES (?)", bodies)

    def interrupted(self, boot: int) -> list[tuple[str, Outcome, str]]:
        """Commands that were begun by a process before this one, and did not end: id, what became
        of it, and why that is believed."""
        query = "SELECT id, verb, boot FROM commands WHERE is_done = 0 ORDER BY rowid"
        found = []
        for name, verb, begun in self._outbox.database.execute(query).fetchall():
            if verb == Verb.REBOOT and begun != boot:
                found.append((name, Outcome.DONE, "the machine was started again"))
            else:
                found.append((name, Outcome.UNKNOWN, "it was begun, and then the uplink ended"))
        return found

    def forget(self, known_time: str) -> None:
        """Those that expired long before `known_time`, a time that was believed."""
        if not known_time:
            return
        limit = moment_of(known_time).timestamp() - KEPT_AFTER_EXPIRY
        query = (
            "SELECT id, expires FROM commands WHERE is_done = 1"
            " AND rowid <= (SELECT max(rowid) FROM commands) - ?"
        )
        rows = self._outbox.database.execute(query, (IDS_KEPT,)).fetchall()
        old = [(name,) for name, expires in rows if moment_of(expires).timestamp() < limit]
        if old:
            with self._outbox.commit() as database:
                database.executemany("DELETE FROM commands WHERE id = ?", old)

    def replies(self) -> list[tuple[int, bytes]]:
        """What is to be sent, oldest first: a number to say it is sent, and the message."""
        query = "SELECT number, body FROM replies ORDER BY number LIMIT 32"
        return [(number, body.encode()) for number, body in self._outbox.database.execute(query)]

    @property
    def newest_reply(self) -> int:
        """Its number; 0 where none waits."""
        query = "SELECT max(number) FROM replies"
        return int(self._outbox.database.execute(query).fetchone()[0] or 0)

    def replied(self, number: int) -> None:
        """The broker has it, for somebody."""
        with self._outbox.commit() as database:
            database.execute("DELETE FROM replies WHERE number = ?", (number,))
