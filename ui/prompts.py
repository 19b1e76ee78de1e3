"""Sentences that lie ready as sound, recorded or prepared by `ui.prepare_voice`.

`<folder>/<language>/index.json` says which file says which words. So a recording of words that were
changed since is not played, and what is composed at run time, with a sum in it, is spoken by
espeak-ng between recorded sentences.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from firmware.contract.reading import Language
from ui.languages import languages

INDEX = "index.json"
END_OF_SENTENCE = re.compile(r"(?<=[.।?!:])\s+")


class Prompts:
    """An empty folder, or none, knows no sentence."""

    def __init__(self, folder: Path) -> None:
        self._files = {language: _read(folder / language) for language in languages()}

    def parts(self, text: str, language: Language) -> list[Path | str]:
        """A file for each run of sentences that has one, the longest first; the rest as texts."""
        files, left = self._files[language], END_OF_SENTENCE.split(text)
        found: list[Path | str] = []
        while left:
            runs = ((count, files.get(" ".join(left[:count]))) for count in range(len(left), 0, -1))
            count, file = next(((count, file) for count, file in runs if file), (1, None))
            if file is not None:
                found.append(file)
            elif found and isinstance(found[-1], str):
                found[-1] += f" {left[0]}"
            else:
                found.append(left[0])
            del left[:count]
        return found


def _read(folder: Path) -> dict[str, Path]:
    """Raises msgspec.DecodeError: the image was built wrongly, and its tests say so."""
    index = folder / INDEX
    if not index.exists():
        return {}
    files = msgspec.json.decode(index.read_bytes(), type=dict[str, str])
    return {words: folder / name for words, name in files.items()}
