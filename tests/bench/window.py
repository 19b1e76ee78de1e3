"""The window: how soon it is there, how soon it answers a finger, and what it keeps in memory.

Real process, real broker, software GL on SDL's offscreen driver; a core that only speaks. What a
bare Kivy window takes to start on the same machine stands beside our start.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from firmware.contract.screen import Number, ScreenData
from tests.bench.figures import Figure, delays, percentile
from tests.bench.idle import cpu_seconds, own
from tests.ui.test_process import Stage
from tests.window.hands import Window
from ui import samples
from ui.languages import languages

STARTS, TOUCHES, VISITS = 10, 200, 1000
START_AIM, TOUCH_AIM, CPU_AIM, GROWTH_AIM = 3.0, 0.050, 2.0, 0.05
WATCHED = 20.0  # seconds
FIRST = 50  # visits, after which only what is rarely seen is still to be built
BARE = """
import os, time
from ui.environment import prepare
prepare(540, 960, False, 0.5)
from kivy.app import App
from kivy.core.window import Window
from kivy.uix.widget import Widget
class Bare(App):
    def load_kv(self, **_):
        return False
    def build(self):
        Window.bind(on_flip=lambda *_: os._exit(0))
        return Widget()
Bare().run()
"""


def bare_start() -> float:
    """Seconds until a Kivy window with one widget has drawn a frame."""
    began = time.monotonic()
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen"}
    subprocess.run([sys.executable, "-c", BARE], env=environment, check=True, capture_output=True)
    return time.monotonic() - began


class HandStage(Stage):
    """With a finger's socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.window = Window(folder / "hand.sock")

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.window.touched_ui"]

    @property
    def environment(self) -> dict[str, str]:
        from tests.window.touched_ui import SOCKET

        return {**super().environment, SOCKET: str(self.folder / "hand.sock")}


async def run(starts: int, touches: int, visits: int, seconds: float) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
        stage = HandStage(Path(folder))
        try:
            await stage.start()
            return [
                *await _starts(stage, starts),
                *await _touches(stage, touches),
                await _idle(stage, seconds),
                await _memory(stage, visits),
            ]
        finally:
            stage.window.close()
            await stage.stop()


# --- how soon it is there ----------------------------------------------------------------------


async def _starts(stage: HandStage, count: int) -> list[Figure]:
    """Killed while money is in, and back; the bus and core are there, as they are then."""
    await stage.show(samples.screen(samples.cash(inserted=200), serial=1))
    took = []
    for _ in range(count):
        drawn, began = len(stage.serials()), time.monotonic()
        stage.process.kill()
        stage.process.wait()
        stage.process = stage._spawn()
        await stage.until(lambda drawn=drawn: 1 in stage.serials()[drawn:])  # type: ignore[misc]
        took.append(time.monotonic() - began)
    bare = [await asyncio.to_thread(bare_start) for _ in range(max(1, count // 3))]
    seen = f"p50 {percentile(took, 0.5):.2f} s, max {max(took):.2f} s"
    ratio = percentile(took, 0.5) / percentile(bare, 0.5)
    return [
        Figure("kill -9 -> the same screen again", seen, count,
               f"max < {START_AIM:.0f} s", is_met=max(took) < START_AIM),
        Figure("a bare Kivy window", f"p50 {percentile(bare, 0.5):.2f} s", len(bare)),
        Figure("ours : bare", f"{ratio:.2f} times", count),
    ]  # fmt: skip


# --- how soon it answers -----------------------------------------------------------------------


async def _touches(stage: HandStage, count: int) -> list[Figure]:
    """A digit on the number pad, from SDL's queue to the flip of the frame that shows it."""
    await stage.show(samples.screen(_number(), serial=2))
    seen = await stage.window.order()
    at = {spot["means"][1]: spot["at"] for spot in seen["spots"] if spot["means"][0] == "key"}
    took = []
    for touch in range(count):
        key = "wipe" if touch % 2 else "5"
        answer = await stage.window.order(touch=at[key], timed=True)
        took.append(float(answer["flipped_after"]))
        # A shorter one would be a finger that bounces; a finger comes at any moment of a frame.
        await asyncio.sleep(0.1 + touch % 20 / 400)
    return [delays("touch -> changed pixels", took, TOUCH_AIM)]


def _number() -> Number:
    return Number("electricity", "electricity.ask.account", 12)


# --- what it costs -----------------------------------------------------------------------------


async def _idle(stage: HandStage, seconds: float) -> Figure:
    await stage.show(samples.screen(samples.main_screens()["1-attract"], serial=3))
    await asyncio.sleep(min(1.0, seconds))
    pid, began = stage.process.pid, time.monotonic()
    before = cpu_seconds(pid)
    await asyncio.sleep(seconds)
    share = (cpu_seconds(pid) - before) / (time.monotonic() - began) * 100
    return Figure("attract screen, processor", f"{share:.2f} % of a core", 1,
                  f"< {CPU_AIM:.0f} % of a core", is_met=share < CPU_AIM)  # fmt: skip


async def _memory(stage: HandStage, visits: int) -> Figure:
    """After so many visits, in both languages in turn, and every screen among them. What a screen
    needs is built when it is first seen: only what comes after all were seen is growth."""
    serial, pid, seen = 10, stage.process.pid, 2 * len(samples.main_screens())
    kept: dict[int, float] = {}
    for visit in range(1, visits + 1):
        serial = await _visit(stage, visit - 1, serial)
        if visit in (min(FIRST, visits), min(seen, visits), visits):
            kept[visit] = own(pid)
    growth = kept[visits] / kept[min(seen, visits)] - 1
    told = ", ".join(f"{memory:.0f} MB after {visit}" for visit, memory in kept.items())
    return Figure("memory, visits", told, visits, f"grows < {GROWTH_AIM:.0%} once all screens "
                  "were seen", is_met=growth < GROWTH_AIM)  # fmt: skip


async def _visit(stage: HandStage, visit: int, serial: int) -> int:
    """A bill in cash and one more document in turn, each at once after the one before; the last
    one is waited for."""
    stage.frames.write_text("")  # it is read again and again, and grows
    language = list(languages())[visit % 2]
    others = list(samples.main_screens().values())
    shown = [
        *_bill_in_cash(),
        others[visit // 2 % len(others)],
        samples.main_screens()["1-attract"],
    ]
    for at, data in enumerate(shown, serial + 1):
        screen = samples.screen(data, language, serial=at)
        if data is shown[-1]:
            await stage.show(screen)
        else:
            stage.core.retain(stage.topics.screen_state, screen)
    return serial + len(shown)


def _bill_in_cash() -> list[ScreenData]:
    screens = samples.main_screens()
    bill = [screens["2-services"], _number(), screens["5-bill"]]
    return [*bill, samples.cash(inserted=0), samples.cash(inserted=400), samples.done()]
