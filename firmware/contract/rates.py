"""A newer rate table, asked of the back end: the file as it is, and who signed it."""

from __future__ import annotations

from typing import Annotated

import msgspec


class FetchRates(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Is there a table of a later version than `after`? 0 where this kiosk has none."""

    after: Annotated[int, msgspec.Meta(ge=0)]


class RateFile(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The file of the table, and its signature in hex; both empty where none is newer.

    Core believes it by the signature alone (firmware/services/rates/signed.py).
    """

    table: Annotated[str, msgspec.Meta(max_length=1 << 20)] = ""
    signature: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{128})?$")] = ""
