"""A message of a kiosk as what it says, or why it says nothing: bytes in, values out.

Kiosks are of other years and may be broken or hostile: a text that cannot stand in the database is
mended (mending.py); whatever else does not parse is `Unreadable`, and never ends the stream of the
others.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from firmware.collector.mending import (
    MOST_INTEGER,
    NUL,
    NotMendable,
    is_short,
    mended,
)
from firmware.contract.uplink import (
    MOST_BYTES,
    VERSION,
    UpEvents,
    UpHealth,
    UpJournal,
    UpReply,
    UpState,
    UpStatus,
)

KIOSK = re.compile("[a-z0-9][a-z0-9-]{0,31}")  # as `[kiosk] id` of kiosk.toml
NOBODY = "all"  # of `kiosk/v1/all/down/notice`: no kiosk may be called so
LONGEST_TTL = 7 * 86400  # seconds: after a week everything is old
SHORTEST_TTL = 60  # seconds

Said = UpEvents | UpJournal | UpStatus | UpState | UpHealth | UpReply
TYPES: dict[str, type[Said]] = {
    "status": UpStatus,
    "state": UpState,
    "health": UpHealth,
    "event": UpEvents,
    "journal": UpJournal,
    "reply": UpReply,
}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()}
M = TypeVar("M")


class Heard(msgspec.Struct, frozen=True, gc=False):
    """What a kiosk said; `raw` is the message itself, with fields of years to come."""

    kiosk: str
    what: Said
    raw: bytes
    is_retained: bool = False  # said before we listened, and nobody knows when


class Unreadable(msgspec.Struct, frozen=True):
    """Bytes that are no message, and why. `kiosk` is empty where the topic names none."""

    kiosk: str
    topic: str
    raw: bytes
    why: str


def read(topic: str, raw: bytes, is_retained: bool = False) -> Heard | Unreadable:
    """`raw` as it came on `kiosk/v1/<kiosk>/up/<what>`."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[:2] != ["kiosk", VERSION] or parts[3] != "up":
        return Unreadable("", topic, raw, f"expected kiosk/{VERSION}/<id>/up/<what>")
    kiosk, name = parts[2], parts[4]
    if KIOSK.fullmatch(kiosk) is None or kiosk == NOBODY:
        return Unreadable("", topic, raw, "expected the id of a kiosk")
    if name not in TYPES:
        return Unreadable(kiosk, topic, raw, f"expected one of {', '.join(TYPES)}")
    if len(raw) > MOST_BYTES:
        return Unreadable(kiosk, topic, raw, f"expected at most {MOST_BYTES} bytes, got {len(raw)}")
    try:
        what: Said = _DECODERS[name].decode(raw)
        why = why_not_storable(what, raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error)[:500]
    if not why:
        return Heard(kiosk, what, raw, is_retained)
    try:
        what, fresh = mended(raw, TYPES[name])
        still = why_not_storable(what, fresh)
    except NotMendable:
        return Unreadable(kiosk, topic, raw, why)
    return Unreadable(kiosk, topic, raw, still) if still else Heard(kiosk, what, fresh, is_retained)


def why_not_storable(what: Said, raw: bytes) -> str:
    """Empty where it is: integers of 64 bits, no NUL in a text, consecutive numbers from 1, and
    nothing in an index that is too long for it."""
    if isinstance(what, UpJournal | UpEvents):
        rows = what.rows if isinstance(what, UpJournal) else what.events
        if not all(map(is_short, rows)):
            return "a text is too long for its index"
        first = rows[0].seq
        if not 1 <= first < MOST_INTEGER - len(rows):
            return f"expected a number from 1, got {first}"
        if [row.seq for row in rows] != list(range(first, first + len(rows))):
            return f"expected consecutive numbers from {first}"
    may_have_nul = rb"\u0000" in raw
    if isinstance(what, UpJournal) and not may_have_nul:
        return "" if all(0 <= row.credited < MOST_INTEGER for row in what.rows) else CREDITED
    if isinstance(what, UpState) and may_have_nul:
        return _storable(msgspec.json.decode(raw))  # the document is kept whole
    return _storable(msgspec.to_builtins(what))


CREDITED = "expected `credited` of at least 0 and 63 bits"


def _storable(value: object) -> str:
    if isinstance(value, str):
        return "a text has a NUL" if NUL in value else ""
    if isinstance(value, int):
        return "" if -MOST_INTEGER <= value < MOST_INTEGER else f"no 64 bits: {value}"
    if isinstance(value, dict):
        return next(filter(None, map(_storable, [*value, *value.values()])), "")
    if isinstance(value, list):
        return next(filter(None, map(_storable, value)), "")
    return ""


def ttl_of(seconds: int) -> int:
    """What a kiosk asks for, within reason."""
    return min(max(seconds, SHORTEST_TTL), LONGEST_TTL)
