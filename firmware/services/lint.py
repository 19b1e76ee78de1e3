"""Whether a folder of services can be shipped: what a kiosk would refuse at its start, and what it
would not notice until a citizen stands before it. `kioskctl services check`.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from firmware.runtime.config import ConfigError, convert, nearest
from firmware.services.catalogue import Category, Coming, Service
from firmware.services.lines import Lines
from firmware.services.rates.table import RateTable

ENTRIES: dict[str, type[Category | Coming]] = {
    "categories.toml": Category,
    "coming.toml": Coming,
}  # files with several
LANGUAGES = ("hi", "en")
SPOKEN = ("name", "by")  # of a service that has a tile: without them it is a picture
DEVANAGARI = re.compile("[\u0900-\u097f]")
PLACE = re.compile(r" - at `([^`]*)`")
UNKNOWN = re.compile(r"unknown field `([^`]*)`")
MISSING = re.compile(r"missing required field `([^`]*)`")
TOML_LINE = re.compile(r"at line (\d+)")


class Finding(NamedTuple):
    """One thing that is wrong, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class _File(NamedTuple):
    name: str
    document: dict[str, Any]
    lines: Lines


class Linter:
    """`icons` are the names of the pictures that the screens have; None: not looked at."""

    def __init__(self, table: RateTable, icons: frozenset[str] | None) -> None:
        self._table, self._icons = table, icons
        self._found: list[Finding] = []
        self.count = 0  # services

    def check(self, folder: Path) -> list[Finding]:
        """By file and line; raises OSError for a folder that cannot be read."""
        if not folder.is_dir():
            raise NotADirectoryError(f"{folder}: expected a folder of services")
        files = [each for path in sorted(folder.glob("*.toml")) for each in self._read(path)]
        groups = frozenset(
            str(entry.get("id"))
            for file in files
            if file.name == "categories.toml"
            for entry in _entries(file)
        )
        seen: dict[str, str] = {}
        for file in files:
            self._check_file(file, groups, seen)
        return sorted(self._found)

    def _read(self, path: Path) -> Iterator[_File]:
        try:
            text = path.read_text(encoding="utf-8")
            yield _File(path.name, tomllib.loads(text), Lines(text))
        except UnicodeDecodeError as error:
            self._found.append(Finding(path.name, 1, f"expected UTF-8: {error}"))
        except tomllib.TOMLDecodeError as error:
            said = TOML_LINE.search(str(error))
            line = int(said[1]) if said is not None else len(text.splitlines())
            self._found.append(Finding(path.name, line, str(error)))

    def _check_file(self, file: _File, groups: frozenset[str], seen: dict[str, str]) -> None:
        kind = ENTRIES.get(file.name)
        if kind is None:
            self.count += 1
            self._check_service(file, groups, seen)
            return
        for at, entry in enumerate(_entries(file)):
            one = _File(file.name, entry, file.lines)
            if self._fits(one, kind, ("entry", at)):
                self._check_shown(one, ("entry", at), seen)
                if kind is Coming:
                    self._check_category(one, ("entry", at), groups)

    def _check_service(self, file: _File, groups: frozenset[str], seen: dict[str, str]) -> None:
        if not self._fits(file, Service, ()):
            return
        self._check_shown(file, (), seen)
        self._check_category(file, (), groups)
        name = str(file.document["id"])
        if name != (stem := file.name.removesuffix(".toml")):
            self._add(file, ("id",), f"expected the name of the file, {stem}; got {name}")
        is_paid = file.document.get("kind", "bill") in ("bill", "paper")
        if is_paid and name not in self._table.service:
            near = nearest(name, self._table.service)
            rates = f"rate table {self._table.version}"
            self._add(file, ("id",), f"{name} is paid, and {rates} does not have it{near}")

    def _fits(self, file: _File, kind: type[msgspec.Struct], key: tuple[str | int, ...]) -> bool:
        """Whether a kiosk would read it; the first thing that it would not is found."""
        try:
            convert(file.document, kind, where="")
        except ConfigError as error:
            said = str(error).removeprefix(": ")
            path = _path(key) + _named(PLACE, said).removeprefix("$")
            line = file.lines.of_path(path, _named(UNKNOWN, said), _named(MISSING, said))
            self._found.append(Finding(file.name, line, said))
            return False
        return True

    # --- what a kiosk does not notice --------------------------------------------------------

    def _check_shown(self, file: _File, key: tuple[str | int, ...], seen: dict[str, str]) -> None:
        """Its id, its picture and its words."""
        name, icon = str(file.document["id"]), str(file.document["icon"])
        if name in seen:
            self._add(file, (*key, "id"), f"{name} is in {seen[name]}, too")
        seen.setdefault(name, file.name)
        if self._icons is not None and icon not in self._icons:
            near = nearest(icon, self._icons)
            self._add(file, (*key, "icon"), f"no picture {icon}-duotone.png in ui/icons{near}")
        self._check_words(file, (*key, "words"), file.document["words"])

    def _check_words(self, file: _File, key: tuple[str | int, ...], words: dict[str, Any]) -> None:
        texts = {each: _texts(words.get(each, {})) for each in LANGUAGES}
        for language in LANGUAGES:
            for part in SPOKEN:
                if (part,) not in texts[language]:
                    self._add(file, (*key, language), f"words.{language} has no {part}")
        for language, other in (LANGUAGES, LANGUAGES[::-1]):
            self._compare(file, (*key, language), texts[language], texts[other], other)

    def _compare(
        self, file: _File, key: tuple[str | int, ...],
        texts: dict[tuple[str, ...], str], others: dict[tuple[str, ...], str], other: str,
    ) -> None:  # fmt: skip
        """What one language says the other must say, with the same facts in it."""
        for part, text in texts.items():
            where = (*key, *part)
            name = f"words.{key[-1]}.{'.'.join(part)}"
            if not text.strip():
                self._add(file, where, f"{name} is empty")
            elif key[-1] == "hi" and not DEVANAGARI.search(text):
                self._add(file, where, f"{name} is not in Devanagari: {text!r}")
            if part not in others and part[-1] != "account_on_paper":
                self._add(file, where, f"{name} is not said in {other}")
            elif part in others and _facts(text) - _facts(others[part]):
                lost = ", ".join(sorted(_facts(text) - _facts(others[part])))
                self._add(file, where, f"{name} has {{{lost}}}, which {other} has not")

    def _check_category(
        self, file: _File, key: tuple[str | int, ...], groups: frozenset[str]
    ) -> None:
        if (category := str(file.document["category"])) not in groups:
            near = nearest(category, groups)
            self._add(file, (*key, "category"), f"no category {category}{near}")

    def _add(self, file: _File, key: tuple[str | int, ...], what: str) -> None:
        self._found.append(Finding(file.name, file.lines.of(key), what))


def _entries(file: _File) -> list[dict[str, Any]]:
    return [each for each in file.document.get("entry", []) if isinstance(each, dict)]


def _named(what: re.Pattern[str], said: str) -> str:
    found = what.search(said)
    return "" if found is None else found[1]


def _path(key: tuple[str | int, ...]) -> str:
    """As msgspec writes it."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)


def _texts(words: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """Every text of a language, under the names that lead to it."""
    found: dict[tuple[str, ...], str] = {}
    for name, each in words.items():
        if isinstance(each, dict):
            found |= {(name, *part): text for part, text in _texts(each).items()}
        else:
            found[name,] = str(each)
    return found


def _facts(text: str) -> set[str]:
    """`{digits}`; a brace that closes nothing is one, too, for it would stop the screen."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError as error:
        return {str(error)}
