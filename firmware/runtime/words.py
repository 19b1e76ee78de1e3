"""The words of one language: gettext catalogues whose message ids are stable keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polib


class MissingWords(KeyError):
    """A key without words: names the key and the catalogue that lacks it."""


class Words:
    """Reads `<folder>/<language>/LC_MESSAGES/<domain>.po`; raises OSError when it is not there.

    `more` has words from elsewhere; the file's own go over them.
    """

    def __init__(
        self, folder: Path, language: str, domain: str, more: Mapping[str, str] | None = None
    ) -> None:
        self.language = language
        self._path = folder / language / "LC_MESSAGES" / f"{domain}.po"
        own = {entry.msgid: entry.msgstr for entry in polib.pofile(str(self._path))}
        self._texts: dict[str, str] = {**(more or {}), **own}

    def __call__(self, key: str, **facts: object) -> str:
        """The text of `key` with its facts filled in; raises MissingWords."""
        text: str | None = self._texts.get(key)
        if not text:
            raise MissingWords(f"{key} in {self._path}")
        return text.format(**facts)

    def __contains__(self, key: str) -> bool:
        return bool(self._texts.get(key))

    def own(self, key: str, name: str) -> str:
        """The key of the words that `name` has of its own, as `bill.question.caste`."""
        special = f"{key}.{name}"
        return special if special in self else key

    @property
    def texts(self) -> Mapping[str, str]:
        """Every text as it stands, by its key."""
        return self._texts

    @property
    def plain(self) -> frozenset[str]:
        """The keys of texts that are complete without any fact."""
        return frozenset(key for key, text in self._texts.items() if text and "{" not in text)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._texts)
