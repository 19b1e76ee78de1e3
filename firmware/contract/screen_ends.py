"""The last screens of visits without money: part of screen.py, whose union has them."""

from __future__ import annotations

import msgspec


class Reprinted(msgspec.Struct, frozen=True, tag=True):
    """A receipt was asked for again; `proof` says where its duplicate is, as Done does."""

    receipt: str
    proof: str


class PosterOut(msgspec.Struct, frozen=True, tag=True):
    """The poster of services and fees lies in the tray of the page printer; `rates` is the version
    of the table that it was printed from, 0 where this kiosk has none."""

    rates: int
