"""A citizen with hands: what he presses he presses in the window, with a finger or with six keys.

He is the citizen of all stories (firmware/demo/citizen.py); only his press does not go to the bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import socket
import sys
from pathlib import Path
from typing import Any

from firmware.contract.screen import Action, Screen
from firmware.demo.citizen import Citizen, StoryFailed
from firmware.demo.keys import DEMO_PIN
from firmware.demo.stage import Settings, Stage
from tests.stories.errands import SERVICES
from tests.window.touched_ui import SOCKET

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 540, 960
SAME_KEY = 0.1  # seconds between two touches of one key: a shorter one is a bouncing finger
PADLOCK = 2.2  # seconds for which it is held
LOOKS = 100  # at the window, until it shows what the bus said
TYPED_IN = ("NumberView", "PinView", "CountView", "WriteTextView")

Seen = dict[str, Any]


class WindowStage(Stage):
    """The stage whose screen has a finger's socket."""

    def __init__(self, folder: Path, **facts: Any) -> None:
        self.hand = folder.absolute() / "run" / "hand.sock"
        environment = {
            "SDL_VIDEODRIVER": "offscreen",
            "PYTHONPATH": str(ROOT),
            SOCKET: str(self.hand),
        }
        settings = Settings(width=WIDTH, height=HEIGHT, environment=environment, **facts)
        super().__init__(folder, settings)

    def __enter__(self) -> WindowStage:
        super().__enter__()
        return self

    def _all_commands(self) -> dict[str, list[str]]:
        commands = super()._all_commands()
        own = [sys.executable, "-m", "tests.window.touched_ui"]
        commands["ui"] = [*own, "--config", str(self.folder / "kiosk.toml")]
        return commands


class Window:
    """The finger's and the eye's end of the socket; the window may die and come again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wire: Any = None

    async def order(self, **order: Any) -> Seen:
        """Do, and see what came of it; raises ConnectionError while there is no window."""
        return await asyncio.to_thread(self._ask, order)

    def _ask(self, order: dict[str, Any]) -> Seen:
        if self._wire is None:
            wire = socket.socket(socket.AF_UNIX)
            wire.connect(str(self._path))
            self._wire = wire.makefile("rwb")
        try:
            self._wire.write(json.dumps(order).encode() + b"\n")
            self._wire.flush()
            line = self._wire.readline()
        except OSError:
            line = b""
        if not line:
            self.close()
            raise ConnectionError("the window is gone")
        seen: Seen = json.loads(line)
        return seen

    def close(self) -> None:
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.close()
            self._wire = None


class Hands(Citizen):
    """Touches. `presses` of the story is the count of what was touched or pressed."""

    def __init__(self, stage: WindowStage) -> None:
        super().__init__(stage)
        self.window = Window(stage.hand)
        self.presses_made = 0
        self._last: list[str] = []
        self._at_work: asyncio.Task[None] | None = None

    async def __aexit__(self, *facts: object) -> None:
        if self._at_work is not None:
            self._at_work.cancel()
            await asyncio.gather(self._at_work, return_exceptions=True)
        self.window.close()
        await super().__aexit__(*facts)

    def touch(self, action: Action, value: str = "") -> None:
        """Begin to press it in the window; nothing while the hands are still at it."""
        if self._at_work is not None and not self._at_work.done():
            return
        if self._at_work is not None and (error := self._at_work.exception()) is not None:
            raise error
        self._at_work = asyncio.create_task(self._presses(action, value))

    async def _presses(self, action: Action, value: str) -> None:
        asked = _asked(self.screen)
        try:
            seen = await self._sees_the_same()
            if _asked(self.screen) != asked:
                return  # another question came: the answer was to the one before
            if seen["view"] in TYPED_IN and action is Action.ENTER:
                await self._types(seen, value)
                return
            if action is Action.CHOOSE_SERVICE and not _is_there(seen, [action, value]):
                seen = await self._opens_kind(seen, value)
            await self._hits(seen, [str(action), value])
        except (ConnectionError, FileNotFoundError):
            return  # the window is being started: the story presses again

    async def _sees_the_same(self) -> Seen:
        """The window, once it shows the document that is on the bus."""
        for _ in range(LOOKS):
            seen = await self.window.order()
            if self.screen is not None and seen["serial"] >= self.screen.serial:
                return seen
        raise StoryFailed(f"the window shows {seen['serial']}, the bus {self.screen}")

    async def _opens_kind(self, seen: Seen, service: str) -> Seen:
        """A service stands behind the tile of its kind."""
        serial, kind = seen["serial"], ["choose_service", SERVICES[service].category]
        seen = await self._hits(seen, kind)
        for _ in range(LOOKS):
            if seen["serial"] > serial:
                break
            seen = await self.window.order()
        return seen

    async def _types(self, seen: Seen, value: str) -> None:
        """What is missing of it; what is wrong is wiped."""
        if seen["view"] == "PinView":
            value = DEMO_PIN
            typed = value[: len(seen["typed"])]
        else:
            typed = seen["typed"]
        while not value.startswith(typed) and _is_there(seen, ["key", "wipe"]):
            seen = await self._hits(seen, ["key", "wipe"])
            typed = seen["typed"]
        for letter in value[len(typed) :]:
            seen = await self._turns_to(seen, letter)
            seen = await self._hits(seen, ["key", letter])
        await self._hits(seen, ["key", "next"])

    async def _turns_to(self, seen: Seen, letter: str) -> Seen:
        """The letters among which this one is; it may be on none, or not be allowed to follow."""
        layers = [spot["means"] for spot in seen["spots"] if spot["means"][0] == "layer"]
        for layer in layers:
            if not _is_there(seen, ["key", letter]):
                seen = await self._hits(seen, layer)
        return seen

    async def _hits(self, seen: Seen, meaning: list[str]) -> Seen:
        """With a finger, in its middle; nothing where it is not there."""
        spot = next((each for each in seen["spots"] if each["means"] == meaning), None)
        if spot is None:
            return seen
        self.presses_made += 1
        if meaning == self._last:
            await asyncio.sleep(SAME_KEY)
        self._last = meaning
        held = PADLOCK if meaning == ["operator", ""] else 0.0
        return await self.window.order(touch=spot["at"], seconds=held)


def _asked(screen: Screen | None) -> tuple[object, ...]:
    if screen is None:
        return ()
    return type(screen.data), getattr(screen.data, "label", None), screen.is_warning


def _is_there(seen: Seen, meaning: list[str]) -> bool:
    return any(spot["means"] == meaning for spot in seen["spots"])


class SixFingers(Hands):
    """The same with the six keys and nothing else: goes to what he wants, hears it, presses OK."""

    async def _hits(self, seen: Seen, meaning: list[str]) -> Seen:
        means = [spot["means"] for spot in seen["spots"]]
        if meaning not in means:
            return seen
        wanted = means.index(meaning)
        steps = _steps(seen, wanted)
        if steps:
            seen = await self.window.order(keys=steps)
            self.presses_made += len(steps)
        is_still_there = len(seen["spots"]) > wanted
        if (
            not is_still_there
            or seen["meant"] != wanted
            or seen["spots"][wanted]["means"] != meaning
        ):
            return seen  # another screen came meanwhile: the story presses again
        self.presses_made += 1
        return await self.window.order(keys=["enter"])


def _steps(seen: Seen, wanted: int) -> list[str]:
    """The shorter way round."""
    count = len(seen["spots"])
    if seen["meant"] is None:
        down, up = wanted + 1, count - wanted
    else:
        down = math.ceil((wanted - seen["meant"]) % count)
        up = math.ceil((seen["meant"] - wanted) % count)
    return ["down"] * down if down <= up else ["up"] * up
