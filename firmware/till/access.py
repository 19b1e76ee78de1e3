"""Who may open the kiosk's own menu: a PIN against Argon2id hashes, and growing delays for guesses.

The PIN comes sealed for a key that core made for this one try (runtime/sealing.py), is opened in
RAM and compared here (M10). Wrong tries are rows, so that no restart forgets them; how long ago
they were is told by the clock that only grows, so that no setting of the time of day opens or locks
anything: after a power cut the delay begins anew, and is never longer than that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

from firmware.journal.desk_rows import OperatorRefused
from firmware.journal.lookup_rows import LookupMissed
from firmware.journal.paper_rows import CopyRefused

SHORTEST, LONGEST = 4, 8  # digits of a PIN
# Argon2id as OWASP has it (19 MiB, two passes): 16 ms on a desktop, some 0.15 s on a Raspberry Pi.
# Every operator's hash is tried, so there are few operators; core waits for all of them, which it
# may, because no cash session is open and no lease is given while the PIN is on the screen.
PASSES, MEMORY = 2, 19 * 2**20
MOST_OPERATORS = 5


@dataclass(frozen=True)
class Rule:
    """How often something may be guessed: `delays` in seconds after wrong try number `tries`, the
    one after it, and so on. Then the last one holds, or they begin anew."""

    tries: int
    delays: tuple[int, ...]
    begins_anew: bool = False

    def delay_after(self, wrong: int) -> int:
        """Seconds after so many wrong tries in a row; 0 when the next may be at once."""
        over, count = wrong - self.tries, len(self.delays)
        if over < 0:
            return 0
        return self.delays[over % count if self.begins_anew else min(over, count - 1)]


PINS = Rule(tries=3, delays=(60, 300, 900, 3600))
# Five in a row, then a pause, then five more: one slip of a finger after the pause shuts nothing.
COPIES = Rule(tries=5, delays=(900, 0, 0, 0, 0), begins_anew=True)
# Twice as many: there is no money to win, and a number of sixteen characters is soon mistyped.
LOOKUPS = Rule(tries=10, delays=(900, *(0,) * 9), begins_anew=True)

WrongTry = OperatorRefused | CopyRefused | LookupMissed
Name = Annotated[str, msgspec.Meta(pattern=r"^[\w.][\w .-]{0,31}$")]
Role = Literal["operator", "technician"]  # a technician may not empty the box nor close a day


class Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[operator]]` of the file. The hash is Argon2id in its text form, salt and all."""

    name: Name
    role: Role
    hash: Annotated[str, msgspec.Meta(pattern=r"^\$argon2id\$[\w$+/=,]+$")]


class OperatorsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    operator: Annotated[list[Operator], msgspec.Meta(max_length=MOST_OPERATORS)] = []


class NoOperators(ValueError):
    """The file is not there (`is_missing`) or cannot be read; the text says which and why."""

    def __init__(self, why: str, is_missing: bool = False) -> None:
        super().__init__(why)
        self.is_missing = is_missing


def load_operators(path: Path) -> list[Operator]:
    """Everybody in the file; raises NoOperators."""
    try:
        found = msgspec.convert(tomllib.loads(path.read_text()), OperatorsFile).operator
    except FileNotFoundError:
        raise NoOperators(f"{path}: not there", is_missing=True) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NoOperators(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise NoOperators(f"{path}: {error}") from None
    if not found:
        raise NoOperators(f"{path}: nobody is in it", is_missing=True)
    return found


def to_toml(operators: Sequence[Operator]) -> str:
    """The file; names and hashes need no quoting, as their patterns say."""
    head = "# Written by `kioskctl operator`. The hashes are Argon2id; nobody reads a PIN here.\n"
    blocks = [
        f'\n[[operator]]\nname = "{each.name}"\nrole = "{each.role}"\nhash = "{each.hash}"\n'
        for each in operators
    ]
    return head + "".join(blocks)


def hash_pin(pin: bytes, passes: int = PASSES, memory: int = MEMORY) -> str:
    """A fresh salt at every call."""
    return pwhash.argon2id.str(pin, opslimit=passes, memlimit=memory).decode()


def who_has(pin: bytes, operators: Sequence[Operator]) -> Operator | None:
    """Whose PIN this is. Every hash is tried, so that time tells nothing of whose it was."""
    found = [each for each in operators if _is_pin_of(each, pin)]
    return found[0] if found else None


def _is_pin_of(operator: Operator, pin: bytes) -> bool:
    try:
        return bool(pwhash.verify(operator.hash.encode(), pin))
    except InvalidkeyError:
        return False


def why_weak(pin: str) -> str | None:
    """Why nobody should have this PIN; None when it will do."""
    if re.fullmatch(rf"[0-9]{{{SHORTEST},{LONGEST}}}", pin) is None:
        return f"expected {SHORTEST} to {LONGEST} digits"
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        return "too easy to guess: the same digit, or digits in a row"
    return None


def locked_for(
    rule: Rule,
    refused: Sequence[WrongTry],
    boot: int,
    now: float,
    here_since: float,
) -> float:
    """Seconds until the next try; 0 when it may be now.

    `refused` are the wrong tries since the last right one. `now` and `here_since` (when this core
    began) are monotonic seconds; those of another start of the machine cannot be compared, so then
    the delay runs from `here_since`.
    """
    if not (delay := rule.delay_after(len(refused))):
        return 0.0
    last = refused[-1]
    at = last.uptime_ms / 1000
    since = at if last.boot == boot and at <= now else here_since
    return max(0.0, delay - (now - since))
