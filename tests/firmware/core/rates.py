"""The rate tables of the small world."""

from __future__ import annotations

from datetime import date

from firmware.services.catalogue import Catalogue
from firmware.services.rates.shelf import Rates
from firmware.services.rates.table import Rate, RateTable

AS_BILLED = [Rate("statutory", as_billed=True), Rate("charge")]  # and nothing on top


def table(version: int = 1, **rates: list[Rate]) -> RateTable:
    return RateTable(version, date(2026, 4, 1), "an order of the tests", rates)


def in_force(version: int = 1, **rates: list[Rate]) -> Rates:
    return Rates(table(version, **rates), why="")


def all_as_billed(catalogue: Catalogue) -> Rates:
    """Whatever the office of the world asks is right, as long as nothing is on top."""
    services = dict.fromkeys(catalogue.services, AS_BILLED)
    return Rates(RateTable(1, date(2026, 4, 1), "an order of the tests", services), why="")
