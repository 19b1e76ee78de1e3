"""Every screen in both languages as PNG: `python -m ui.gallery OUT [WIDTH HEIGHT]`.

For the eye of whoever changes a screen, and for the documentation.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.contract.reading import Language
from ui import samples, theme
from ui.environment import prepare
from ui.languages import languages
from ui.scene import Director, Scene

if TYPE_CHECKING:
    from ui.app import KioskApp

HELPLINE = "181"
LAYOUT_SETTLES = 0.1  # seconds; three frames


def scenes(language: Language) -> dict[str, Scene]:
    """By file name, without the language."""
    director = Director(HELPLINE)
    shown = {
        name: director.scene(
            samples.screen(data, language, leaves_in=12 if "done" in name else None)
        )
        for name, data in samples.main_screens().items()
    }
    for name, data in samples.ways_to_pay().items():
        shown[name] = director.scene(samples.screen(data, language, has_ways=True))
    warned = samples.screen(samples.cash(), language, is_warning=True, leaves_in=15)
    shown["0-still-there"] = director.scene(warned)
    shown["0-one-moment"] = director.one_moment(language)
    shown["9-no-bus"] = director.no_bus(language)
    return shown


async def photograph(app: KioskApp, scene: Scene, path: Path) -> None:
    """Show a scene, let the layout settle, and keep the frame."""
    app.show(scene)
    await asyncio.sleep(LAYOUT_SETTLES)
    await app.photograph(path).wait()


async def draw(folder: Path, only: str) -> None:
    from ui.app import KioskApp

    app = KioskApp(lambda action, value: None, lambda: None)
    running = asyncio.create_task(app.async_run(async_lib="asyncio"))
    for language in languages():
        for name, scene in scenes(language).items():
            if only in name:
                await photograph(app, scene, folder / f"{name}-{language}.png")
    app.stop()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def main() -> int:
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    folder = Path(sys.argv[1])
    width, height = (int(side) for side in sys.argv[2:4] or ("1080", "1920"))
    folder.mkdir(parents=True, exist_ok=True)
    prepare(width, height, False, theme.scale(width, height))
    asyncio.run(draw(folder, sys.argv[4] if len(sys.argv) > 4 else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
