"""What devices and servers wrote, as the fleet's database can keep it.

A collector cannot keep a NUL, an integer of more than 64 bits, or a message above its size. It
would never acknowledge such an event, and none of those behind it would be acknowledged, either;
of a state it would hear nothing. So both are cut here, before they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Fact = str | int | float | bool | list[str] | None

LONGEST = 500  # characters of one text: a sentence of a printer or of a server
MOST_FACTS = 8 * 1024  # bytes of one event's, as JSON; 64 events are a message of 48 KiB or more
LARGEST = 2**63  # bigint of PostgreSQL


def text(written: str) -> str:
    """Without NUL and half letters (a file's name that is no UTF-8), and not longer than a person
    reads."""
    return written.encode(errors="replace").decode().replace("\0", "?")[:LONGEST]


def facts(told: Mapping[str, Fact]) -> dict[str, Fact]:
    """Each as it can be kept; too many of them are left out, and that is said."""
    found = {text(name): _fact(value) for name, value in told.items()}
    size = len(msgspec.json.encode(found))
    return found if size <= MOST_FACTS else {"left_out": f"{size} bytes of facts"}


def _fact(value: Fact) -> Fact:
    match value:
        case str():
            return text(value)
        case list():
            return [text(each) for each in value]
        case int() if not -LARGEST <= value < LARGEST:
            return str(value)
        case _:
            return value
