"""What a service is called, in each language: `[words.hi]` of its own file in the catalogue.

So that a new service is one file. The keys that screens and papers ask for are made of its id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

CATALOGUE = "firmware.services.catalogue"  # where the data files lie; read here, never imported


class AskWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of one question of a service."""

    name: str  # what the number is called: K number
    where: str = ""  # where the citizen finds it; {digits} is how many it has
    question: str = ""  # instead of "Type your <name>"
    problem: str = ""  # what is wrong with a number that fails its pattern


class ServiceWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of one service in one language. What is left out has general words, of a bill."""

    name: str  # on its tile and on papers
    by: str = ""  # below the name on the tile
    asks: dict[str, AskWords] = {}  # by the id of the ask
    account: str = ""  # what the account of all answers is called; else as the one ask is
    account_on_paper: str = ""
    question: str = ""  # is this yours?
    amount: str = ""
    number: str = ""  # of the bill
    whose: str = ""  # what the name on the bill is: of a recharge the plan
    unknown: str = ""  # nobody has this account
    paid: str = ""  # nothing is due any more
    facts: dict[str, str] = {}  # of a lookup: the label of each line that the office tells


KEYS = {
    "name": ("{}.name", "service.{}"),
    "by": ("{}.by",),
    "account": ("{}.account", "account.{}"),
    "account_on_paper": ("account.{}",),  # over `account`
    "question": ("bill.question.{}",),
    "amount": ("bill.amount.{}", "receipt.amount.{}"),
    "number": ("receipt.bill_number.{}",),
    "whose": ("bill.name.{}", "receipt.name.{}"),
    "unknown": ("number.no_such_account.{}",),
    "paid": ("number.already_paid.{}",),
}


@cache
def service_words(language: str) -> dict[str, str]:
    """Key to text, of all services; those that have no words in this language are left out.

    Raises msgspec.ValidationError for a wrong word; the catalogue says where (kiosk-core's start).
    """
    found = (each for name, words in _all(language) for each in _texts(name, words))
    return {key: text for key, text in found if text}


def _texts(name: str, words: ServiceWords) -> Iterator[tuple[str, str]]:
    """Key and text of one service."""
    for ask, said in words.asks.items():
        label = f"{name}.ask.{ask}"
        yield label, said.name
        for part in ("where", "question", "problem"):
            yield f"{label}.{part}", getattr(said, part)
    for line, label in words.facts.items():
        yield f"facts.{name}.{line}", label
    for part, keys in KEYS.items():
        for key in keys:
            yield key.format(name), getattr(words, part) or _names_of_asks(part, words)


def _names_of_asks(part: str, words: ServiceWords) -> str:
    """What an account without a name of its own is called: as what was asked for."""
    return ", ".join(each.name for each in words.asks.values()) if part == "account" else ""


def _all(language: str) -> Iterator[tuple[str, ServiceWords]]:
    for path in sorted(files(CATALOGUE).iterdir(), key=lambda found: found.name):
        if path.name.endswith(".toml"):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            for entry in document.get("entry", [document]):
                if (words := entry.get("words", {}).get(language)) is not None:
                    yield entry["id"], msgspec.convert(words, ServiceWords)
