"""The fee lines of a bill, as the signed rate table of the office has them."""

from __future__ import annotations

import msgspec

from firmware.contract.money import Money

STATUTORY, CHARGE, TAX = "statutory", "charge", "tax"


class FeeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: what it is for, and how much. A line by the page says of how many.

    `kind` has words, `fee.<kind>`: the fee of the state, the charge of the service, the tax on it.
    """

    kind: str
    amount: Money
    pages: int = 0


class Fees(msgspec.Struct, frozen=True):
    """The lines of one bill, and the version of the table that they stand in.

    Of a bill they are what comes on top; of a paper, which is nothing but fees, all of it.
    """

    version: int
    lines: list[FeeLine]
