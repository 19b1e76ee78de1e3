"""The services as data files: one TOML a service, read once at start, wrong keys refused."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from firmware.contract.money import Money
from firmware.runtime.config import ConfigError, convert
from firmware.runtime.service_words import AskWords, ServiceWords
from firmware.services.catalogue.asks import LEVELS, OWN, Ask, Digits, Place, Text, TypedAsk
from firmware.services.places import NO_PLACES, Places, load_places

Entry = TypeVar("Entry", bound=msgspec.Struct)
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


# How a service may be paid for, where the kiosk has the device and its back end takes it.
Tenders = Annotated[tuple[Literal["cash", "upi", "card"], ...], msgspec.Meta(min_length=1)]
Words = dict[str, ServiceWords]  # by language: hi, en, and any other that the screens have


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service. `promise` says what it can do without the back end (offline first)."""

    id: str
    category: str
    icon: str
    promise: Literal["full", "deferred", "cached", "none"]
    advance: Paise
    asks: Annotated[list[Ask], msgspec.Meta(min_length=1)] = msgspec.field(name="ask")
    words: Words
    kind: Literal["bill", "paper", "lookup", "request", "verification"] = "bill"
    tenders: Tenders = ("cash", "upi", "card")
    cash: CashBounds = CashBounds()
    paper: Paper | None = None
    part_payment: bool = False
    least: Annotated[int, msgspec.Meta(ge=100)] = 100  # paise, of a part payment

    def __post_init__(self) -> None:
        if self.is_free and (self.part_payment or self.advance or self.paper):
            raise ValueError(f"a {self.kind} takes no money: no part_payment, no advance, no paper")
        if self.paper is not None and (self.part_payment or self.advance):
            raise ValueError("what [paper] hands out is paid whole: no part_payment, no advance")
        if (self.kind == "paper") != (self.paper is not None):
            raise ValueError(f'expected kind = "paper" and [paper] together, got {self.kind!r}')
        if self.kind != "request" and any(isinstance(ask, Text) for ask in self.asks):
            raise ValueError(f"only a request carries a text to the office, got a {self.kind}")
        levels = [ask.level for ask in self.asks if isinstance(ask, Place)]
        if levels != list(LEVELS[: len(levels)]):
            raise ValueError(f"expected places from the largest on, {LEVELS}; got {levels}")
        for language, words in self.words.items():
            if wrong := words.asks.keys() ^ {ask.id for ask in self.asks}:
                raise ValueError(f"expected words.{language}.asks of each ask alone, got {wrong}")
            for ask in self.asks:
                _check_words(ask, words.asks[ask.id], f"words.{language}.asks.{ask.id}")

    @property
    def allowed_advance(self) -> Money:
        return Money(self.advance)

    def problem_of(self, ask: TypedAsk | Text, typed: str, today: date) -> str | None:
        """The message key of what is wrong with what was typed, or None."""
        problem = ask.problem_of(typed, today)
        return f"{self.label(ask)}.{OWN}" if problem == OWN else problem

    def label(self, ask: Ask) -> str:
        """The message key of what this question asks for."""
        return f"{self.id}.ask.{ask.id}"

    @property
    def is_free(self) -> bool:
        """Something is asked of the office without money: an order of zero rupees."""
        return self.kind in ("request", "verification")

    @property
    def gives(self) -> str:
        """The kind of the printer whose paper is handed out; empty where none is."""
        return "" if self.paper is None else self.paper.printer

    @property
    def least_part(self) -> Money | None:
        """The smallest part payment of a bill; None where a bill is paid whole or not at all."""
        return Money(self.least) if self.part_payment else None


def _check_words(ask: Ask, words: AskWords, where: str) -> None:
    """Raises ValueError where a citizen would be asked for something, or told no, without a word
    of it."""
    if isinstance(ask, TypedAsk | Text) and not words.where:
        raise ValueError(f"{where}: expected `where` of what is typed")
    if isinstance(ask, Digits) and ask.pattern and not words.problem:
        raise ValueError(f"{where}: expected `problem` of a number that fails its pattern")


class Coming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tile for a service that this release does not have."""

    id: str
    category: str
    icon: str
    words: Words


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of services: a tile on the first screen."""

    id: str
    icon: str
    words: Words


class Catalogue(msgspec.Struct, frozen=True):
    """Raises ValueError for a service of a category that there is not, or of its name."""

    services: dict[str, Service]
    coming: list[Coming]
    categories: list[Category] = []
    places: Places = NO_PLACES

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(category.id for category in self.categories)

    def __post_init__(self) -> None:
        wanted = {each.id: each.category for each in self.services.values()}
        wanted |= {each.id: each.category for each in self.coming}
        if both := self.groups & wanted.keys():
            raise ValueError(f"expected an id of its own, got a category and a service {both}")
        for name, category in wanted.items():
            if category not in self.groups:
                known = ", ".join(sorted(self.groups))
                raise ValueError(f"{name}: expected a category of {known}; got {category!r}")


def load_catalogue(own_places: Path | None = None, folder: Traversable | None = None) -> Catalogue:
    """Read the data files beside this module, or of another folder, bills before papers, and the
    list of places; raises ConfigError that names file and key."""
    documents = dict(_documents(folder or files(__name__)))
    coming = _entries(documents, "coming.toml", Coming)
    categories = _entries(documents, "categories.toml", Category)
    services = [convert(each, Service, where=name) for name, each in documents.items()]
    services.sort(key=lambda service: (service.paper is not None, service.id))
    named, places = {service.id: service for service in services}, load_places(own_places)
    try:
        return Catalogue(named, coming, categories, places)
    except ValueError as error:
        raise ConfigError(f"catalogue: {error}") from None


def _documents(folder: Traversable) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.iterdir(), key=lambda found: found.name):
        if path.name.endswith(".toml"):
            yield path.name, tomllib.loads(path.read_text(encoding="utf-8"))


def _entries(documents: dict[str, dict[str, Any]], name: str, kind: type[Entry]) -> list[Entry]:
    """What a file with several says, taken out of the documents."""
    return [convert(entry, kind, where=name) for entry in documents.pop(name)["entry"]]
