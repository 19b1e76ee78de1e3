"""A message whose texts no database can hold, with those texts mended: bytes in, values out.

A kiosk sends a row until it is acknowledged, and nothing behind it is acknowledged before. So a
serial number with a NUL, which some devices have, must cost a sign and not the stream. PostgreSQL
has no NUL in a text (its documentation, 8.3); a lone surrogate is no Unicode (RFC 8259, 8.2).
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

from firmware.contract.uplink import Event, JournalRow, UpEvents, UpJournal

S = TypeVar("S", bound=msgspec.Struct)

NUL, NUL_SIGN = "\x00", "\u2400"  # SYMBOL FOR NULL
NO_LETTER = "\ufffd"  # REPLACEMENT CHARACTER
SURROGATE = re.compile("[\ud800-\udfff]")
MOST_INTEGER = 2**63  # bigint of PostgreSQL
LONGEST = 500  # characters of a text that stands in an index: 2,704 bytes are the most there


class NotMendable(ValueError):
    """It is no message even so: says what was expected."""


def mended(raw: bytes, kind: type[S]) -> tuple[S, bytes]:
    """What `raw` says, each text as it can be kept, and the same as a message, with its fields of
    years to come; raises NotMendable."""
    try:
        found = _mended(json.loads(raw.decode("utf-8", "replace")))
        return shortened(msgspec.convert(found, kind)), msgspec.json.encode(found)
    except (ValueError, RecursionError) as error:  # msgspec's are ValueErrors
        raise NotMendable(str(error)[:LONGEST]) from None


def _mended(value: Any) -> Any:
    match value:
        case str():
            return SURROGATE.sub(NO_LETTER, value).replace(NUL, NUL_SIGN)
        case dict():
            return {_mended(name): _mended(each) for name, each in value.items()}
        case list():
            return [_mended(each) for each in value]
        case _:
            return value


def shortened(what: S) -> S:
    """With the texts that stand in an index cut. A row says the same in its body, too."""
    if isinstance(what, UpJournal):
        return msgspec.structs.replace(what, rows=[_row(row) for row in what.rows])
    if isinstance(what, UpEvents):
        return msgspec.structs.replace(what, events=[_event(event) for event in what.events])
    return what


def is_short(what: JournalRow | Event) -> bool:
    """Whether it can be kept as it is."""
    return what == _event(what) if isinstance(what, Event) else what is _row(what)


def _row(row: JournalRow) -> JournalRow:
    if len(row.order or "") <= LONGEST and len(row.event or "") <= LONGEST:
        return row
    order, event = row.order and row.order[:LONGEST], row.event and row.event[:LONGEST]
    return msgspec.structs.replace(row, order=order, event=event)


def _event(event: Event) -> Event:
    return msgspec.structs.replace(event, facts={n: _fact(v) for n, v in event.facts.items()})


def _fact(value: str | int | float | bool | list[str] | None) -> Any:
    match value:
        case str():
            return value[:LONGEST]
        case int() if not -MOST_INTEGER <= value < MOST_INTEGER:
            return str(value)
        case _:
            return value


def as_sent(row: JournalRow) -> JournalRow:
    """With its NULs again: what its hash was made of, if a NUL was all that was mended."""
    texts = {
        name: value.replace(NUL_SIGN, NUL)
        for name in ("at", "kind", "order", "event", "body")
        if isinstance(value := getattr(row, name), str)
    }
    return msgspec.structs.replace(row, **texts)
