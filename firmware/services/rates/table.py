"""What each service may cost, line by line: the file, and whether a bill is what it says.

A bill has two sides: its amount is the department's, its fee comes on top. Lines of kind
`statutory` make the first, `charge` and `tax` the second; a line `as_billed` is whatever the
back end says. Of a paper each side is in the table, so nobody can ask a paisa more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import msgspec

from firmware.contract.fees import CHARGE, STATUTORY, TAX, FeeLine, Fees
from firmware.contract.gateway import Bill
from firmware.contract.money import Money, total
from firmware.runtime.config import ConfigError, convert
from firmware.runtime.gateway_section import ServiceId

MOST_PAGES = 200  # of a document: contract.gateway.Pages
ON_TOP = (CHARGE, TAX)

Paise = Annotated[int, msgspec.Meta(ge=0, le=10**7)]  # a lakh of rupees: above is a broken number


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a service. `paise` of an order or of each page of it; none where as billed.

    Raises ValueError for a line that says two things.
    """

    kind: Literal["statutory", "charge", "tax"]
    paise: Paise = 0
    per: Literal["order", "page"] = "order"
    as_billed: bool = False

    def __post_init__(self) -> None:
        if self.as_billed and (self.paise or self.per == "page"):
            raise ValueError("a line as_billed has no paise, and is not by the page")

    def of(self, pages: int) -> FeeLine:
        """For a paper of so many pages."""
        if self.per == "order":
            return FeeLine(self.kind, Money(self.paise))
        return FeeLine(self.kind, Money(self.paise) * pages, pages)


class RateTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`valid_from` is a day in India; `order` names the paper by which the office has decided."""

    version: Annotated[int, msgspec.Meta(ge=1, le=10**6)]
    valid_from: date
    order: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    service: dict[ServiceId, Annotated[list[Rate], msgspec.Meta(min_length=1, max_length=8)]]

    def __post_init__(self) -> None:
        """Raises ValueError for a line as billed that is not alone on its side."""
        for name, rates in self.service.items():
            for side in (STATUTORY,), ON_TOP:
                beside = [each for each in rates if each.kind in side]
                if len(beside) > 1 and any(each.as_billed for each in beside):
                    raise ValueError(f"{name}: a line as_billed has none beside it: {side}")

    def fees(self, service: str, bill: Bill, takes_parts: bool = False) -> Fees | None:
        """The lines that make this bill; None where it differs from them.

        A service that is not in the table costs nothing on top. Of one that takes part payments
        the fee may be gone: a part pays it first.
        """
        rates = self.service.get(service)
        if rates is None:
            return free(bill, self.version)
        if takes_parts and not bill.fee:
            rates = [each for each in rates if each.kind not in ON_TOP]
        for pages in _pages(rates):
            lines = _side(rates, (STATUTORY,), bill.amount, pages)
            on_top = _side(rates, ON_TOP, bill.fee, pages)
            if lines is not None and on_top is not None:
                return Fees(self.version, lines + on_top)
        return None


def free(bill: Bill, version: int = 0) -> Fees | None:
    """Of a service without rates: nothing on top, or None."""
    return None if bill.fee else Fees(version, [])


def _pages(rates: Iterable[Rate]) -> range:
    """How many pages the paper may have: the bill does not say it."""
    is_by_page = any(each.per == "page" for each in rates)
    return range(1, MOST_PAGES + 1) if is_by_page else range(1, 2)


def _side(
    rates: Iterable[Rate], kinds: tuple[str, ...], asked: Money, pages: int
) -> list[FeeLine] | None:
    """The lines of one side; None if they do not come to what is asked.

    The bill itself, a statutory line as billed, has its own name on screen and paper: no line.
    """
    found = [each for each in rates if each.kind in kinds]
    if any(each.as_billed for each in found):
        return [] if kinds == (STATUTORY,) else [FeeLine(found[0].kind, asked)]
    lines = [each.of(pages) for each in found]
    return lines if total([line.amount for line in lines]) == asked else None


def read_table(content: bytes, where: str) -> RateTable:
    """Read the file; raises ConfigError that names the key and the nearest known one."""
    try:
        document = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{where}: {error}") from None
    return convert(document, RateTable, where)
