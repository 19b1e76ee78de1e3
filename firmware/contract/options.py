"""A list to choose from that the office keeps: plans of a recharge, members of a family."""

from __future__ import annotations

import msgspec

from firmware.contract.money import Money

MOST_OPTIONS = 200  # nobody leafs through more


class FetchOptions(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """What may be answered to the ask `ask`, after the answers `given` before it? Changes
    nothing."""

    service: str
    ask: str
    given: list[str]


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """`id` is what is put into the account; `words` are hi and en, `by` a second line of them."""

    id: str
    words: dict[str, str]
    by: dict[str, str] = {}
    amount: Money | None = None  # what it costs, where it costs something


class Options(msgspec.Struct, frozen=True, tag=True):
    """In the office's own order. `as_of` is its date and time, ISO 8601 with offset: older than
    the question where the back end is away and this was kept."""

    options: list[Option]
    as_of: str
