"""From a press to the next screen, over the real bus, with an office that answers at once.

The kiosk is whole but for the window: what is timed is the press to core, core's step with its
journal and its RAM file, and the retained document on its way back. Beside it stands how long the
very same press took to another client of the broker: two such passages are the least that a step
can take. All times are CLOCK_MONOTONIC, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from firmware.contract.screen import (
    Action,
    Attract,
    Number,
    Press,
    Screen,
    ScreenData,
    Services,
    ShowBill,
)
from firmware.contract.topics import Topics
from firmware.demo.stage import Settings, Stage
from firmware.runtime.bus import Bus, Envelope
from tests.bench.figures import Figure, delays, percentile

VISITS = 40  # of eight presses
AIM = 0.050  # seconds, at p99
READY_WITHIN = 60.0  # seconds until every device is there
STEP_WITHIN = 10.0  # seconds; the office is asked behind one of them
ACCOUNT = "21034499{:04d}"  # of the sandbox's test range

# Each press, and the screen that a citizen gets for it in the end.
VISIT: tuple[tuple[Action, str, type[ScreenData]], ...] = (
    (Action.CHOOSE_LANGUAGE, "hi", Services),
    (Action.CHOOSE_SERVICE, "bills", Services),
    (Action.CHOOSE_SERVICE, "electricity", Number),
    (Action.ENTER, ACCOUNT, ShowBill),
    (Action.BACK, "", Number),
    (Action.BACK, "", Services),
    (Action.BACK, "", Services),
    (Action.BACK, "", Attract),
)


class StepFailed(RuntimeError):
    """The screen that a press should lead to did not come; says what did."""


@dataclass
class Finger:
    """Presses, and hears what comes of it; `recorder` hears the press itself, too."""

    topics: Topics
    bus: Bus
    recorder: Bus
    screen: Screen | None = None
    pressed_at: float = 0.0
    _is_awaited: bool = False  # the document that follows the last press
    passages: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)  # to the next document, whatever it shows
    fetches: list[float] = field(default_factory=list)  # to the bill, through gateway and office
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        self.bus.on(self.topics.screen_state, self._on_screen)
        self.recorder.on(self.topics.screen_press, self._on_press)

    def _on_press(self, envelope: Envelope) -> None:
        self.passages.append(time.monotonic() - self.pressed_at)

    def _on_screen(self, envelope: Envelope) -> None:
        now = time.monotonic()
        self.screen = msgspec.json.decode(envelope.payload, type=Screen)
        if self._is_awaited:
            self._is_awaited = False
            self.steps.append(now - self.pressed_at)
        self._came.set()

    async def presses(self, action: Action, value: str, wanted: type[ScreenData]) -> None:
        assert self.screen is not None
        before, self._is_awaited = self.screen.serial, True
        self.pressed_at = time.monotonic()
        self.bus.send(self.topics.screen_press, Press(before, action, value))
        await self.until(
            lambda screen: screen.serial > before and isinstance(screen.data, wanted),
            STEP_WITHIN,
            f"{wanted.__name__} after {action}",
        )
        if wanted is ShowBill:
            self.fetches.append(time.monotonic() - self.pressed_at)

    async def until(self, is_so: Callable[[Screen], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while self.screen is None or not is_so(self.screen):
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), deadline - time.monotonic())
            except TimeoutError:
                raise StepFailed(f"expected {what}, got {self.screen}") from None


def works(screen: Screen) -> bool:
    """Nobody stands there, and a bill can be paid."""
    data = screen.data
    return isinstance(data, Attract) and any(
        tile.service == "bills" and tile.why_not is None for tile in data.tiles
    )


async def run(visits: int) -> list[Figure]:
    """One kiosk; raises StepFailed."""
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-") as folder,
        Stage(Path(folder), Settings(has_ui=False, screen=600.0)) as stage,
    ):
        address = stage.config.bus_address
        finger = Finger(
            Topics(stage.config.kiosk.id),
            Bus(address("finger"), name="finger"),
            Bus(address("recorder")),
        )
        finger.listen()
        tasks = [asyncio.create_task(bus.run()) for bus in (finger.bus, finger.recorder)]
        try:
            await finger.until(works, READY_WITHIN, "a kiosk that works")
            for visit in range(visits):
                for action, value, wanted in VISIT:
                    await finger.presses(action, value.format(visit), wanted)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return figures(finger)


def figures(finger: Finger) -> list[Figure]:
    least = 2 * percentile(finger.passages, 0.50)
    times = percentile(finger.steps, 0.50) / least
    return [
        delays("press -> the next document", finger.steps, AIM),
        delays("number entered -> the bill, by the office", finger.fetches),
        delays("press -> another client of the bus", finger.passages),
        Figure("step : two passages", f"{times:.1f} times at p50", len(finger.steps)),
    ]
