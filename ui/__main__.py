"""`kiosk-ui`: the citizen's screen. Kivy and the bus live in one asyncio loop.

For tests and the demo: SIGUSR1 writes the present frame to
`$KIOSK_SCREENSHOT_DIR/<serial>-<screen>.png`; with `$KIOSK_FRAME_LOG` every document that has
become pixels is a line `<serial> <monotonic seconds>`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from firmware.contract.health import Presence
from firmware.contract.screen import Action
from firmware.contract.teach import Practice
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus
from firmware.runtime.config import Config, ConfigError
from firmware.runtime.daemon import notify, start
from firmware.runtime.ui_section import UiSection
from ui import theme
from ui.aloud import Aloud
from ui.environment import prepare
from ui.languages import offered
from ui.link import Link
from ui.play import Piece
from ui.practising import Practising
from ui.scene import Director, Scene
from ui.screens.attract.model import AttractModel
from ui.voice import Voice, voice

SCREENSHOTS = "KIOSK_SCREENSHOT_DIR"
WATCHDOG_EVERY = 1.0  # seconds
CONTENT = "content"  # below [paths] state: the district's pictures, which kiosk-content writes
FRAME_LOG = "KIOSK_FRAME_LOG"


async def run(config: Config, options: argparse.Namespace) -> None:
    ui = config.ui
    prepare(ui.width, ui.height, ui.is_fullscreen, _panel(ui))
    await Screen(config).run()


def _panel(ui: UiSection) -> float | None:
    """The diagonal that is configured; raises ConfigError where 15 mm are too much of it."""
    least = theme.least_inches(ui.width, ui.height)
    if (ui.panel_inches or theme.inches_of(ui.width, ui.height)) < least:
        raise ConfigError(
            f"[ui] panel_inches: expected {least:.1f} or more for {ui.width} x {ui.height}, "
            f"got {ui.panel_inches}"
        )
    return ui.panel_inches


class Screen:
    """The pieces of the screen, put together."""

    def __init__(self, config: Config) -> None:
        from ui.app import KioskApp  # opens the window, so only after `prepare`
        from ui.pace import Pace

        topics = Topics(config.kiosk.id)
        will = (topics.presence("ui"), Presence(is_alive=False))
        self._bus = Bus(config.bus_address("ui"), will)
        self._voice: Voice = voice(config.ui)
        self._aloud = Aloud(config.kiosk.helpline)
        self._said = ""
        self._app = KioskApp(self._press, self, self._flip, config.ui.keys)
        self._app.face.heard_at(self._voice.step)
        self._pace = Pace()
        content = config.state_folder / CONTENT
        director = Director(config.kiosk.helpline, content, offered(config.ui.languages))
        self._link = Link(
            self._bus, topics, director, self._show_real, begin_at=self._voice.loudness.begin_at
        )
        self._real: Scene = director.one_moment()
        self._practising = Practising(config.run_folder, director, self._show_practice)
        self._app.face.hand = self

    async def run(self) -> None:
        """Until the window is closed; a bug in either half ends both."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._photograph)
        async with asyncio.TaskGroup() as group:
            self._practising.group = group
            bus = group.create_task(self._start())
            feeding = group.create_task(_feed_watchdog())
            await self._app.async_run(async_lib="asyncio")
            self._practising.follow(False)
            bus.cancel()
            feeding.cancel()

    async def _start(self) -> None:
        self._link.start()
        notify("READY=1")
        await self._bus.run()

    def _show_real(self, scene: Scene) -> None:
        """The real document; while it says practice, that of practice is drawn."""
        self._real, screen = scene, self._link.screen
        self._practising.follow(screen is not None and isinstance(screen.data, Practice))
        self._show_practice()

    def _show_practice(self) -> None:
        self._show(self._practising.scene or self._real)

    def _show(self, scene: Scene) -> None:
        self._app.show(scene)
        self._app.draw_now()
        self._pace.shown(scene.frame.is_bare)
        if isinstance(scene.model, AttractModel):
            self._set_loudness(self._voice.loudness.reset)
        if scene.spoken_text != self._said:
            self._said = scene.spoken_text
            self.listen()

    def _press(self, action: Action, value: str) -> None:
        self._voice.hush()
        if not self._practising.press(action, value):
            self._link.press(action, value)

    # --- a hand in the frame of practice ---------------------------------------------------

    def stop(self) -> None:
        self._voice.hush()
        self._link.press(Action.FINISH)

    def feed(self, piece: Piece) -> None:
        self._practising.feed(piece.device, piece.paise)

    def receipt(self) -> Path | None:
        return self._practising.receipt()

    # --- an ear ----------------------------------------------------------------------------

    def listen(self) -> None:
        if (scene := self._app.face.scene) is not None:
            texts = (self._aloud(text, scene.language)
                     for text in (scene.spoken_text, scene.aloud_text))  # fmt: skip
            text, in_public = texts
            self._voice.say(text, scene.language, in_public)

    def say(self, text: str) -> None:
        language = self._link.language
        self._voice.say(self._aloud(text, language), language)

    def hush(self) -> None:
        self._voice.hush()

    def louder(self) -> None:
        self._set_loudness(self._voice.loudness.louder)
        self.say(str(self._voice.step))  # a word to judge it by

    def _set_loudness(self, change: Callable[[], None]) -> None:
        change()
        self._app.face.heard_at(self._voice.step)

    def _flip(self, scene: Scene) -> None:
        """About to be flipped; the loop comes round once it is."""
        if path := os.environ.get(FRAME_LOG):
            asyncio.get_running_loop().call_soon(log_frame, Path(path), scene)

    def _photograph(self) -> None:
        if folder := os.environ.get(SCREENSHOTS):
            screen = self._link.screen
            name = f"{screen.serial}-{type(screen.data).__name__}" if screen else "0-none"
            self._app.photograph(Path(folder) / f"{name}.png")


def log_frame(path: Path, scene: Scene) -> None:
    """`<serial> <monotonic seconds>`: this document is in pixels now."""
    with path.open("a") as file:
        file.write(f"{scene.serial} {time.monotonic()}\n")


async def _feed_watchdog() -> None:
    """From the loop that draws: a window that hangs is restarted."""
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(WATCHDOG_EVERY)


def main() -> int:
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until there is a window to photograph
    return start("kiosk-ui", run)


if __name__ == "__main__":
    sys.exit(main())
