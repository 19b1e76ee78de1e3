"""The way to the office, hop by hop: what a person reads to the helpdesk."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class HopName(StrEnum):
    """From the kiosk outwards; the first that is not well is where to look."""

    CABLE = "cable"  # an interface with a carrier: a cable, or a modem that is connected
    ADDRESS = "address"  # the kiosk's own in the network
    ROUTER = "router"  # it answered of late
    NAMES = "names"  # the office's name is known to DNS
    OFFICE = "office"  # its computer answers as the back end that it is


class Hop(msgspec.Struct, frozen=True, omit_defaults=True):
    """`is_well` is None where it could not be tried, because a hop before it failed."""

    hop: HopName
    is_well: bool | None
    detail: str = ""


class Sim(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the modem says, by ModemManager's words. `signal` in percent."""

    operator: str
    state: str
    technology: str = ""
    signal: int | None = None


class Network(msgspec.Struct, frozen=True, omit_defaults=True):
    """Retained by the gateway, which alone has a route. `at` is ISO 8601; `sim` is None where no
    modem is fitted."""

    at: str
    hops: list[Hop]
    sim: Sim | None = None

    @property
    def broken(self) -> Hop | None:
        """The first hop that is not well."""
        return next((each for each in self.hops if each.is_well is False), None)
