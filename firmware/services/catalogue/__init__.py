"""The services as data files: one TOML a service, read once at start, wrong keys refused."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from firmware.contract.money import Money
from firmware.runtime.config import convert

Digits = Annotated[int, msgspec.Meta(ge=4, le=20)]


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number that names the citizen's account, and the checks it must pass."""

    label: str
    digits: Digits
    pattern: str
    problem: str  # message key for a number that fails the pattern

    def problem_of(self, typed: str) -> str | None:
        """The message key of what is wrong with a typed number, or None."""
        if len(typed) != self.digits or not typed.isascii() or not typed.isdigit():
            return "number.too_short"
        return None if re.search(self.pattern, typed) else self.problem


Paise = Annotated[int, msgspec.Meta(ge=0)]


class CashBounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[cash]`: what one order of the service may be paid in cash, in paise."""

    least: Paise = 0
    most: Paise | None = None


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[paper]`: what is handed out, once it is paid. No money without so many sheets in the tray.

    `printer` is the kind of device that makes it; of a `pvc` printer a sheet is a card.
    """

    printer: Literal["page", "pvc"]
    sheets: Annotated[int, msgspec.Meta(ge=1, le=200)] = 1


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service. `promise` says what it can do without the back end (offline first)."""

    id: str
    icon: str
    promise: Literal["full", "deferred", "cached", "none"]
    advance: Paise
    account: Account
    cash: CashBounds = CashBounds()
    paper: Paper | None = None
    part_payment: bool = False
    least: Annotated[int, msgspec.Meta(ge=100)] = 100  # paise, of a part payment

    def __post_init__(self) -> None:
        if self.paper is not None and (self.part_payment or self.advance):
            raise ValueError("what [paper] hands out is paid whole: no part_payment, no advance")

    @property
    def allowed_advance(self) -> Money:
        return Money(self.advance)

    @property
    def gives(self) -> str:
        """The kind of the printer whose paper is handed out; empty where none is."""
        return "" if self.paper is None else self.paper.printer

    @property
    def least_part(self) -> Money | None:
        """The smallest part payment of a bill; None where a bill is paid whole or not at all."""
        return Money(self.least) if self.part_payment else None


class Coming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tile for a service that this release does not have."""

    id: str
    icon: str


class Catalogue(msgspec.Struct, frozen=True):
    services: dict[str, Service]
    coming: list[Coming]


def load_catalogue() -> Catalogue:
    """Read the data files beside this module, bills before papers; raises ConfigError that names
    file and key."""
    services: dict[str, Service] = {}
    coming: list[Coming] = []
    for path in sorted(files(__name__).iterdir(), key=lambda found: found.name):
        if not path.name.endswith(".toml"):
            continue
        document = tomllib.loads(path.read_text())
        if path.name == "coming.toml":
            coming = [convert(tile, Coming, where=path.name) for tile in document["tile"]]
        else:
            service = convert(document, Service, where=path.name)
            services[service.id] = service
    ordered = sorted(services.values(), key=lambda service: (service.paper is not None, service.id))
    return Catalogue({service.id: service for service in ordered}, coming)
