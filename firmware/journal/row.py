"""What every row of the journal is; the rows themselves are in rows.py and desk_rows.py."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True, tag=True):
    """The kind of a row is the name of its class, and stays so for ever (M9)."""
