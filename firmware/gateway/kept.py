"""What the office told before, for when it is away: lists and facts, each with its own date.

Facts are about people. So every answer is sealed under a key that is made of a secret of this
kiosk and of the question: it opens for who types the account again, and for nobody else. A number
of ten digits can be tried out by a thief of the disk; scrypt makes each try cost what a question
costs here (`COST`), and all of them take one core of a PC twelve years. The name of a file comes
from the same derivation, and says nothing either.

All of it may be lost at any moment.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from firmware.contract.facts import Facts, FetchFacts
from firmware.contract.gateway import Failed, GatewayReply, Problem, Question
from firmware.contract.options import Options

log = logging.getLogger("gateway")

KEPT_FOR = 30 * 86400.0  # seconds; what is older is no help, and somebody's life
MOST_ANSWERS = 512  # files; a busy kiosk has fifty visits a day, and few of them ask
LARGEST = 64 << 10  # bytes of one answer; with MOST_ANSWERS 32 MiB, of the 64 that stay free
SECRET, SECRET_LENGTH = "secret", 32
# RFC 7914: N, r and p of scrypt. 16 MiB, and 39 ms of one core of a PC, for one try.
COST = {"n": 1 << 14, "r": 8, "p": 1}
NAME_LENGTH, KEY_LENGTH, NONCE_LENGTH = 16, 32, 12  # bytes
Answer = Options | Facts


@dataclass(frozen=True)
class _Place:
    """Where one answer lies, and what opens it."""

    path: Path
    key: bytes

    def write(self, answer: Answer, now: float) -> None:
        """A new file in the place of the old one; raises OSError. A power cut may tear it: then it
        does not open, and is gone."""
        nonce, fresh = os.urandom(NONCE_LENGTH), self.path.with_suffix(".new")
        sealed = AESGCM(self.key).encrypt(nonce, msgspec.json.encode(answer), None)
        if len(sealed) > LARGEST:
            self.path.unlink(missing_ok=True)
            return
        fresh.write_bytes(nonce + sealed)
        os.utime(fresh, (now, now))
        fresh.replace(self.path)

    def read(self) -> Answer | None:
        """Facts say that they were kept. Raises OSError."""
        raw = self.path.read_bytes()
        try:
            clear = AESGCM(self.key).decrypt(raw[:NONCE_LENGTH], raw[NONCE_LENGTH:], None)
            found: Answer = msgspec.json.decode(clear, type=Answer)
        except (InvalidTag, ValueError):  # torn, or of a firmware that wrote it otherwise
            self.path.unlink()
            return None
        return msgspec.structs.replace(found, is_kept=True) if isinstance(found, Facts) else found


class Kept:
    """`now` is seconds since 1970. `cached`: the services whose facts are kept; lists are of all.

    A disk that cannot be written, or read, is as if nothing were kept.
    """

    def __init__(self, folder: Path, cached: Collection[str]) -> None:
        self._folder, self._cached = folder, cached
        self._lock = asyncio.Lock()  # one at a time: files, and the memory that scrypt takes

    async def or_kept(self, request: Question, reply: GatewayReply, now: float) -> GatewayReply:
        """The reply; or, where the office did not give one, the last that it gave to this very
        question. What it gives, and what it takes back, is remembered."""
        if isinstance(request, FetchFacts) and request.service not in self._cached:
            return reply
        try:
            async with self._lock:
                return await asyncio.to_thread(self._or_kept, request, reply, now)
        except OSError as error:
            log.warning("answers are not kept: %s", error)
            return reply

    def _or_kept(self, request: Question, reply: GatewayReply, now: float) -> GatewayReply:
        place = self._place(request)
        match reply:
            case Options() | Facts():
                place.write(reply, now)
                self._forget_old(now)
            case Failed(problem=Problem.BACK_END_DOWN):
                self._forget_old(now)
                with suppress(FileNotFoundError):
                    return place.read() or reply
            case _:  # the office's own no
                place.path.unlink(missing_ok=True)
        return reply

    def forget_old(self, now: float) -> None:
        """At the start and now and then: a kiosk that nobody asks keeps nothing for ever either."""
        try:
            self._forget_old(now)
        except OSError as error:
            log.warning("old answers are not removed: %s", error)

    def _forget_old(self, now: float) -> None:
        """What is too old, and the oldest of too many."""
        by_age = sorted((path.stat().st_mtime, path) for path in self._answers.glob("*"))
        too_many = len(by_age) - MOST_ANSWERS
        for at, (told_at, path) in enumerate(by_age):
            if at < too_many or now - told_at > KEPT_FOR:
                path.unlink(missing_ok=True)

    @property
    def _answers(self) -> Path:
        return self._folder / "kept"

    def _place(self, request: Question) -> _Place:
        asked = msgspec.json.encode(request)  # with its kind, and no two alike
        made = hashlib.scrypt(
            asked, salt=self._secret(), dklen=NAME_LENGTH + KEY_LENGTH, maxmem=64 << 20, **COST
        )
        return _Place(self._answers / made[:NAME_LENGTH].hex(), made[NAME_LENGTH:])

    def _secret(self) -> bytes:
        """Made when it is first needed, or cannot be read whole; then nothing kept opens any more.
        Raises OSError."""
        path = self._folder / SECRET
        with suppress(FileNotFoundError):
            found = path.read_bytes()
            if len(found) == SECRET_LENGTH:
                return found
        self._answers.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self._answers.glob("*"):
            old.unlink()
        fresh = os.urandom(SECRET_LENGTH)
        path.with_suffix(".new").write_bytes(fresh)
        path.with_suffix(".new").replace(path)
        return fresh
