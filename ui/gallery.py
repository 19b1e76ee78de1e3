"""Every screen as PNG: `python -m ui.gallery OUT [WIDTH HEIGHT] [--only NAME] [--large]
[--language hi]`.

For the eye of whoever changes a screen, and for the documentation.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from msgspec.structs import replace

from firmware.contract.reading import Language, TextSize
from ui import samples, samples_occasions, samples_teach
from ui.languages import languages
from ui.scene import Director, Scene
from ui.studio import Studio

HELPLINE = "181"


def scenes(
    language: Language, size: TextSize = TextSize.NORMAL, content: Path | None = None
) -> dict[str, Scene]:
    """By file name, without the language; `content` is where the pictures of samples are."""
    director = Director(HELPLINE, content, tuple(languages()))
    main = samples.main_screens()
    shown = {
        name: director.scene(
            samples.screen(data, language, leaves_in=12 if "done" in name else None, size=size)
        )
        for name, data in main.items()
    }
    for name, data in samples.ways_to_pay().items():
        shown[name] = director.scene(samples.screen(data, language, has_ways=True, size=size))
    warned = samples.screen(samples.cash(), language, is_warning=True, leaves_in=15, size=size)
    shown["0-still-there"] = director.scene(warned)
    for name in samples_teach.PRACTISED:
        shown[f"p-{name}"] = director.practice(samples.screen(main[name], language))
    for name in ("2-services-no-paper", "9-closed", "8-fault-receipt.link.lost"):
        screen = samples.screen(main[name], language)
        near = replace(screen, try_at=samples_teach.NEIGHBOURS)
        shown[f"{name}-try-at"] = director.scene(near)
    shown["0-one-moment"] = director.one_moment(language)
    shown["9-no-bus"] = director.no_bus(language)
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("width", type=int, nargs="?", default=1080)
    parser.add_argument("height", type=int, nargs="?", default=1920)
    parser.add_argument("--only", default="", help="those with this in their name")
    parser.add_argument("--language", choices=languages(), action="append")
    parser.add_argument("--large", action="store_true", help="with large letters")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    samples_occasions.draw_pictures(content := wanted.folder / "content")
    studio = Studio(wanted.width, wanted.height)
    size = TextSize.LARGE if wanted.large else TextSize.NORMAL
    for language in wanted.language or languages():
        for name, scene in scenes(language, size, content).items():
            if wanted.only in name:
                studio.picture(scene).save(wanted.folder / f"{name}-{language}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
