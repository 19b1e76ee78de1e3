"""Every screen in both languages as PNG: `python -m ui.gallery OUT [WIDTH HEIGHT]`.

For the eye of whoever changes a screen, and for the documentation.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from firmware.contract.screen import Language, Screen
from ui import samples, samples_occasions, samples_teach, theme
from ui.ear import Deaf
from ui.environment import prepare
from ui.play import play, practised
from ui.scene import Director, Scene

if TYPE_CHECKING:
    from ui.app import KioskApp

HELPLINE = "181"
LAYOUT_SETTLES = 0.1  # seconds; three frames


def scenes(language: Language, content: Path | None = None) -> dict[str, Scene]:
    """By file name, without the language; `content` is where the pictures of samples are."""
    director, main = Director(HELPLINE, content), samples.main_screens()
    shown = {
        name: director.scene(
            samples.screen(data, language, leaves_in=12 if "done" in name else None)
        )
        for name, data in main.items()
    }
    for name, data in samples.ways_to_pay().items():
        shown[name] = director.scene(samples.screen(data, language, has_ways=True))
    warned = samples.screen(samples.cash(), language, is_warning=True, leaves_in=15)
    shown["0-still-there"] = director.scene(warned)
    for name in samples_teach.PRACTISED:
        shown[f"p-{name}"] = practice(director, samples.screen(main[name], language))
    for name in ("2-services-no-paper", "9-closed"):
        screen = samples.screen(main[name], language)
        near = replace(screen, try_at=samples_teach.NEIGHBOURS)
        shown[f"{name}-try-at"] = director.scene(near)
    shown["0-one-moment"] = director.one_moment(language)
    shown["9-no-bus"] = director.no_bus(language)
    return shown


def practice(director: Director, screen: Screen) -> Scene:
    """The document as it is practised."""
    cut = practised(screen)
    play_round = play(cut, director.words(screen.language))
    return dataclasses.replace(director.scene(cut), play=play_round)


async def photograph(app: KioskApp, scene: Scene, path: Path) -> None:
    """Show a scene, let the layout settle, and keep the frame."""
    app.show(scene)
    await asyncio.sleep(LAYOUT_SETTLES)
    await app.photograph(path).wait()


async def draw(folder: Path, only: str) -> None:
    from ui.app import KioskApp

    samples_occasions.draw_pictures(content := folder / "content")
    app = KioskApp(lambda action, value: None, Deaf())
    running = asyncio.create_task(app.async_run(async_lib="asyncio"))
    for language in Language:
        for name, scene in scenes(language, content).items():
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
