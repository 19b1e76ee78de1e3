"""The real `kiosk-ui` process on a real broker: draws, tells, survives the broker, ends cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from firmware.contract.health import Presence
from firmware.contract.screen import Screen
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.runtime.bus import Bus
from firmware.runtime.config import Config, load
from ui import samples

TOPICS = Topics("tdr-0417")
WIDTH, HEIGHT = 540, 960
PATIENCE = 20.0  # seconds for a loaded machine to start Kivy
ROOT = Path(__file__).parents[2]
CONFIG = """
[kiosk]
id = "tdr-0417"
place = {{ hi = "टोडारायसिंह", en = "Todaraisingh" }}
receipt_prefix = "TDR 0417"
[paths]
state = "{folder}/state"
run = "{folder}/run"
[bus]
socket = "{folder}/bus.sock"
credentials = "{folder}/broker/credentials"
[gateway]
url = "http://127.0.0.1:9"
[ui]
width = {width}
height = {height}
is_fullscreen = false
speaks = false
[device]
"""


class Stage:
    """A broker, a core that only speaks, and the screen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / "kiosk.toml"
        path.write_text(CONFIG.format(folder=folder, width=WIDTH, height=HEIGHT))
        self.config: Config = load(path)
        self.broker = Broker(self.config, folder / "broker")
        self.topics = TOPICS
        self.frames = folder / "frames"
        self.alive: list[bool] = []

    async def start(self) -> None:
        self.broker.start()
        address = self.config.bus_address("core")
        self.core = Bus(address, (TOPICS.presence("core"), Presence(is_alive=False)))
        watcher = self.config.bus_address("technician")
        self.technician = Bus(watcher, (TOPICS.presence("core"), Presence(is_alive=False)))
        self.technician.on(TOPICS.presence("ui"), lambda message: self.alive.append(
            msgspec.json.decode(message.payload, type=Presence).is_alive))  # fmt: skip
        self.tasks = [asyncio.create_task(bus.run()) for bus in (self.core, self.technician)]
        self.process = self._spawn()
        await self.until(lambda: self.alive[-1:] == [True])

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "ui"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SDL_VIDEODRIVER": "offscreen",
            "PYTHONPATH": str(ROOT),
            "KIOSK_SCREENSHOT_DIR": str(self.folder),
            "KIOSK_FRAME_LOG": str(self.frames),
        }

    def _spawn(self) -> subprocess.Popen[bytes]:
        config = ["--config", str(self.folder / "kiosk.toml")]
        return subprocess.Popen([*self.command, *config], env=self.environment)

    async def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.broker.stop()

    async def show(self, screen: Screen) -> None:
        """Retain a document and wait until it is pixels."""
        self.core.retain(TOPICS.screen_state, screen)
        await self.until(lambda: screen.serial in self.serials())

    async def until(self, is_so: Callable[[], bool], is_dead: bool = False) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                assert is_dead or self.process.poll() is None, "the screen died"
                await asyncio.sleep(0.02)

    def serials(self) -> list[int]:
        if not self.frames.exists():
            return []
        return [int(line.split()[0]) for line in self.frames.read_text().splitlines()]

    async def photograph(self, name: str) -> Image.Image:
        path = self.folder / name
        self.process.send_signal(signal.SIGUSR1)
        await self.until(path.exists)
        return Image.open(path)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    try:
        await stage.start()
        yield stage
    finally:
        await stage.stop()


async def test_a_payment_is_on_the_screen_again_after_the_broker_was_killed(stage: Stage) -> None:
    await stage.show(samples.screen(samples.cash(inserted=200), serial=7))
    before = await stage.photograph("7-InsertCash.png")
    assert before.size == (WIDTH, HEIGHT)
    assert before.getpixel((5, 5)) == (20, 33, 61)  # the top bar's ink
    stage.broker.kill()
    stage.broker.start()
    await stage.show(samples.screen(samples.done(), serial=8))
    assert stage.serials()[-1] == 8
    assert (await stage.photograph("8-Done.png")).tobytes() != before.tobytes()


async def test_the_last_will_tells_that_the_screen_is_gone(stage: Stage) -> None:
    stage.process.kill()
    stage.process.wait()
    await stage.until(lambda: not stage.alive[-1], is_dead=True)


async def test_a_stop_is_not_a_crash(stage: Stage) -> None:
    stage.process.terminate()
    assert await asyncio.to_thread(stage.process.wait, PATIENCE) == 0
