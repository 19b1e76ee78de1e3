"""What the office tells about an account without money: a status, a date, an amount that is due.

Facts are about people: they are shown and forgotten, never logged, and kept only sealed.
"""

from __future__ import annotations

import msgspec

from firmware.contract.reading import in_language

MOST_FACTS = 24  # lines; more do not fit on a screen and a slip
LONGEST_FACT = 120  # characters of a value: what is longer is cut off


class FetchFacts(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What does the office know of `account`? Changes nothing."""

    service: str
    account: str

    def __repr__(self) -> str:
        return f"FetchFacts({self.service!r}, ...)"


class FactLine(msgspec.Struct, frozen=True):
    """`id` finds the label in the service's own words; `text` is the value, in hi and en."""

    id: str
    text: dict[str, str]

    def said(self, language: str) -> str:
        """In that language, or in another where the office has no words in it."""
        return in_language(self.text, language, "")

    def __repr__(self) -> str:
        return f"FactLine({self.id!r}, ...)"


class Facts(msgspec.Struct, frozen=True, tag=True):
    """In the office's own order. `as_of` is its date and time, ISO 8601 with offset: older than
    the question where the back end is away and this was kept, which `is_kept` says."""

    lines: list[FactLine]
    as_of: str
    is_kept: bool = False

    def __repr__(self) -> str:
        how = "kept" if self.is_kept else "told"
        return f"Facts({len(self.lines)} lines, {how} as of {self.as_of})"


class ShowFacts(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What the office knows of an account; it costs nothing. `as_of` is when it knew that.

    `is_kept`: the office cannot be reached, and this is what it said before. `slip` is a message
    key of what there is to say of the slip: that it is out, or why none can be had.
    """

    service: str
    account: str
    lines: list[FactLine]
    as_of: str  # ISO 8601 with offset
    is_kept: bool = False
    slip: str = ""

    def __repr__(self) -> str:
        return f"ShowFacts({self.service!r}, {len(self.lines)} lines)"
