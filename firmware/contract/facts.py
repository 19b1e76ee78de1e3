"""What the office tells about an account without money: a status, a date, an amount that is due.

Facts are about people: they are shown and forgotten, never logged, and kept only sealed.
"""

from __future__ import annotations

import msgspec

MOST_FACTS = 24  # lines; more do not fit on a screen and a slip


class FetchFacts(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What does the office know of `account`? Changes nothing."""

    service: str
    account: str


class FactLine(msgspec.Struct, frozen=True):
    """`id` finds the label in the service's own words; `text` is the value, in hi and en."""

    id: str
    text: dict[str, str]


class Facts(msgspec.Struct, frozen=True, tag=True):
    """In the office's own order. `as_of` is its date and time, ISO 8601 with offset: older than
    the question where the back end is away and this was kept."""

    lines: list[FactLine]
    as_of: str

    def __repr__(self) -> str:
        return f"Facts({len(self.lines)} lines, as_of={self.as_of!r})"
