"""Every screen on one layout: what is wrong with it, and whether it still looks as it did.

    python -m tests.ui.survey 1024 600            all documents, languages and sizes of letters
    python -m tests.ui.survey 1024 600 --every 7  a sample of them, another combination each
    python -m tests.ui.survey 1024 600 --write    the stored pictures anew, of what looks different

Kivy can be set up once a process: a layout is a process. Each fault is a line on stdout; the exit
code is 1 where there was one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace
from PIL import Image

from firmware.contract.reading import Language, TextSize
from tests.ui import pictures
from tests.ui.documents import every_document
from ui import samples_occasions, shaping
from ui.gallery import HELPLINE, scenes
from ui.languages import languages
from ui.scene import Director, Scene
from ui.studio import Studio

LAYOUTS = ((1080, 1920), (1920, 1080), (1024, 600))
Reading = tuple[Language, TextSize]


def readings() -> list[Reading]:
    """How any screen is read: every language in both sizes of letters."""
    return [(language, size) for language in languages() for size in TextSize]


def tree_faults(studio: Studio, every: int) -> Iterator[str]:
    """Of each document; where not all are looked at, each is read in another way than the last."""
    from tests.ui.looks import faults

    director = Director(HELPLINE, offered=tuple(languages()))
    ways = cycle(readings())
    documents = {language: list(every_document(language)) for language in languages()}
    for at in range(0, len(next(iter(documents.values()))), every):
        for language, size in islice(ways, len(readings()) if every == 1 else 1):
            name, screen = documents[language][at]
            studio.show_scene(director.scene(replace(screen, text_size=size)))
            yield from (f"{name} {language} {size}: {fault}" for fault in faults(studio))


def sheets(studio: Studio, every: int) -> Iterator[tuple[str, list[Image.Image]]]:
    """Of each sample its pictures, one a reading, reduced."""
    with TemporaryDirectory() as folder:
        samples_occasions.draw_pictures(content := Path(folder))
        yield from _sheets(studio, every, content)


def _sheets(studio: Studio, every: int, content: Path) -> Iterator[tuple[str, list[Image.Image]]]:
    shown = {reading: scenes(*reading, content) for reading in readings()}
    for name in islice(next(iter(shown.values())), 0, None, every):
        drawn = (_fresh(studio, shown[reading], name) for reading in readings())
        yield name, [pictures.reduced(picture) for picture in drawn]


def _fresh(studio: Studio, shown: dict[str, Scene], name: str) -> Image.Image:
    """As it comes up after another screen, whatever was typed or leafed through before."""
    studio.show_scene(shown["0-one-moment"])
    return studio.picture(shown[name])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=1, help="of so many one; 0: none")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    layout = f"{wanted.width}x{wanted.height}"
    # The same words come up in hundreds of screens.
    shaping.measure, shaping.draw = cache(shaping.measure), lru_cache(2000)(shaping.draw)
    studio = Studio(wanted.width, wanted.height)
    found = [] if wanted.write else list(tree_faults(studio, wanted.every))
    for name, drawn in sheets(studio, wanted.pictures) if wanted.pictures else ():
        differences = pictures.differences(layout, name, drawn, readings())
        if not wanted.write:
            found += differences
        elif differences:
            pictures.store(layout, name, drawn)
    for fault in found:
        sys.stdout.write(f"{layout} {fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
