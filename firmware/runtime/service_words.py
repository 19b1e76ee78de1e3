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


class ServiceWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of one service in one language. What is left out has general words, of a bill."""

    name: str  # on its tile and on papers
    by: str = ""  # below the name on the tile
    account: str = ""  # what its number is called
    where: str = ""  # where the citizen finds that; {digits} is how many it has
    account_on_paper: str = ""
    question: str = ""  # is this yours?
    amount: str = ""
    number: str = ""  # of the bill
    facts: dict[
        str, str
    ] = {}  # the label of each line that the office of a lookup tells, by its id


KEYS = {
    "name": ("{}.name", "service.{}"),
    "by": ("{}.by",),
    "account": ("{}.account", "account.{}"),
    "where": ("{}.account.where",),
    "account_on_paper": ("account.{}",),  # over `account`
    "question": ("bill.question.{}",),
    "amount": ("bill.amount.{}", "receipt.amount.{}"),
    "number": ("receipt.bill_number.{}",),
}


@cache
def service_words(language: str) -> dict[str, str]:
    """Key to text, of all services; those that have no words in this language are left out.

    Raises msgspec.ValidationError for a wrong word; the catalogue says where (kiosk-core's start).
    """
    return {
        key.format(name): text
        for name, words in _all(language)
        for part, text in msgspec.structs.asdict(words).items()
        if text and part in KEYS
        for key in KEYS[part]
    } | {
        f"facts.{name}.{line}": label
        for name, words in _all(language)
        for line, label in words.facts.items()
    }


def _all(language: str) -> Iterator[tuple[str, ServiceWords]]:
    for path in sorted(files(CATALOGUE).iterdir(), key=lambda found: found.name):
        if path.name.endswith(".toml"):
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            for entry in document.get("entry", [document]):
                if (words := entry.get("words", {}).get(language)) is not None:
                    yield entry["id"], msgspec.convert(words, ServiceWords)
