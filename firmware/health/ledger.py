"""The downtime ledger, in mind: from when to when each service had which cause. No I/O, no clock.

Rows are facts as they were seen; sums and judgements are made of them later (`downtime.py`). Time
never goes back in the ledger: a clock that does is taken as standing still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from firmware.contract.downtime import Cause

ALIVE_EVERY = timedelta(minutes=1)  # how much of a power cut nobody knows at most
SHORT = timedelta(minutes=3)  # a restart of the program that keeps the ledger is no downtime


class Begun(msgspec.Struct, frozen=True, tag=True):
    """The first row of a file: whose it is, and the key that signs it (Ed25519, hex)."""

    kiosk: str
    public_key: str


class Changed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """From now on these services have these causes; `why` are the findings that stood."""

    causes: dict[str, Cause]
    why: list[str] = []


class Gap(msgspec.Struct, frozen=True, tag=True):
    """From `since` until this row nobody looked: the machine had no power, or was restarted."""

    since: str
    cause: Cause


class Attended(msgspec.Struct, frozen=True, tag=True):
    """An operator came to the desk, or left it."""

    by: str
    is_in: bool


class Signed(msgspec.Struct, frozen=True, tag=True):
    """All rows before this one, by the hash of the last of them (hex), signed (Ed25519, hex)."""

    day: str
    head: str
    signature: str


LedgerRow = Begun | Changed | Gap | Attended | Signed


@dataclass(frozen=True)
class Seen:
    """What was true at one moment."""

    causes: Mapping[str, Cause]
    codes: tuple[str, ...] = ()
    operator: str = ""


@dataclass(frozen=True)
class Ledger:
    """What the rows so far come to. `alive` is when somebody last looked."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    operator: str = ""
    alive: datetime | None = None
    signed_day: str = ""


def taken_up(ledger: Ledger, now: datetime, off: Cause) -> tuple[Ledger, list[LedgerRow]]:
    """At a start: what was between the last look and now. `off` is why the machine was off: MAINS
    where the mains had failed, PLANNED where it was told to stop."""
    if ledger.alive is None or now - ledger.alive < SHORT:
        return ledger, []
    rows: list[LedgerRow] = []
    if ledger.operator:
        rows.append(Attended(ledger.operator, is_in=False))
    rows.append(Gap(_iso(ledger.alive), off))
    return Ledger(ledger.causes, "", now, ledger.signed_day), rows


def looked(ledger: Ledger, seen: Seen, now: datetime) -> tuple[Ledger, list[LedgerRow]]:
    """What changed since the last look, as rows."""
    rows: list[LedgerRow] = []
    if seen.operator != ledger.operator:
        if ledger.operator:
            rows.append(Attended(ledger.operator, is_in=False))
        if seen.operator:
            rows.append(Attended(seen.operator, is_in=True))
    new = {name: cause for name, cause in seen.causes.items()
           if ledger.causes.get(name) is not cause}  # fmt: skip
    if new:
        rows.append(Changed(new, sorted(seen.codes)))
    causes = {**ledger.causes, **new}
    alive = now if ledger.alive is None else max(now, ledger.alive)
    return Ledger(causes, seen.operator, alive, ledger.signed_day), rows


def day_to_sign(ledger: Ledger, now: datetime) -> str:
    """The day that is over and not signed; empty where there is none."""
    yesterday = (now - timedelta(days=1)).date().isoformat()
    return yesterday if yesterday > ledger.signed_day else ""


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
