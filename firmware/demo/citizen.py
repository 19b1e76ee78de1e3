"""A citizen in front of the kiosk: reads the screen, presses, feeds notes and coins.

As a person does: presses again when nothing happens, and puts a note in again that came back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec

from firmware.contract.screen import (
    Action,
    Choice,
    Number,
    Press,
    Screen,
    ScreenData,
    ShowUpi,
    SwipeCard,
    Waiting,
)
from firmware.contract.topics import Topics
from firmware.contract.typed import WriteText
from firmware.demo import telephone
from firmware.runtime.bench import Bench, BenchRefused
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config

PRESS_AGAIN_AFTER = 1.5  # seconds
LOOK_EVERY = 0.02  # seconds
PATIENCE = 60.0  # seconds until the citizen goes away and the story has failed, where nobody says

QUESTIONS = (Number, Choice, WriteText)
ANSWERING = {Number: Action.ENTER, Choice: Action.CHOOSE, WriteText: Action.ENTER}

Shown = TypeVar("Shown")


class StoryFailed(AssertionError):
    """The kiosk did not do what the story expects; says what was on the screen."""


class Place(Protocol):
    """Where a citizen can stand: a stage, or a machine with emulated devices."""

    @property
    def config(self) -> Config: ...

    def bench(self) -> Bench: ...


class Citizen:
    """Use as an async context, inside a running stage. `user` is the bus user who presses.

    `patience` is how many seconds are waited for each thing: a machine that is played is slow.
    """

    def __init__(self, stage: Place, user: str = "finger", patience: float = PATIENCE) -> None:
        self._stage, self._patience = stage, patience
        self._topics = Topics(stage.config.kiosk.id)
        self._bus = Bus(stage.config.bus_address(user), name="finger")
        self._bus.on(self._topics.screen_state, self._on_screen)
        self.screen: Screen | None = None
        self.bench: Bench = stage.bench()
        self._seen: list[Callable[[Screen], None]] = []

    async def __aenter__(self) -> Citizen:
        self._task = asyncio.create_task(self._bus.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.bench.close()

    def on_screen(self, see: Callable[[Screen], None]) -> None:
        """Call `see` with every new screen."""
        self._seen.append(see)

    async def sees(self, kind: type[Shown], patience: float | None = None) -> Shown:
        """Wait until a screen of this kind is shown; raises StoryFailed."""
        await self.waits_for(lambda data: isinstance(data, kind), kind.__name__, patience)
        assert self.screen is not None
        assert isinstance(self.screen.data, kind)
        return self.screen.data

    async def waits_for(
        self, is_so: Callable[[ScreenData], bool], what: str, patience: float | None = None
    ) -> None:
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        while self.screen is None or not is_so(self.screen.data):
            if time.monotonic() > deadline:
                raise StoryFailed(f"expected {what} within {patience} s, got {self.screen}")
            await asyncio.sleep(LOOK_EVERY)

    async def presses(
        self, action: Action, value: str = "", until: Callable[[ScreenData], bool] | None = None
    ) -> None:
        """Press, and again when nothing happens, until a screen satisfies `until`.

        Without `until`: until another kind of screen is there.
        """
        await self._sees_action(action)
        assert self.screen is not None
        before = type(self.screen.data)
        is_there = until or (lambda data: not isinstance(data, before))
        deadline = time.monotonic() + self._patience
        while self.screen is not None and not is_there(self.screen.data):
            if time.monotonic() > deadline:
                raise StoryFailed(f"pressed {action}, and still: {self.screen}")
            if action in self.screen.actions:
                self.touch(action, value)
            await self._waits(PRESS_AGAIN_AFTER, lambda: self._shows(is_there))

    async def answers(self, *answers: str) -> None:
        """What the service asks, one after the other: typed, or chosen from a list."""
        for answer in answers:
            await self.waits_for(lambda data: isinstance(data, QUESTIONS), "a question")
            assert isinstance(self.data, QUESTIONS)
            asked, action = self.data.label, ANSWERING[type(self.data)]
            if isinstance(self.data, Choice):
                await self._leafs_to(answer)
            await self.presses(action, answer, until=partial(_is_answered, asked))

    async def _leafs_to(self, answer: str) -> None:
        """Turn pages until this is on the screen."""
        while answer not in _ids(self.data):
            await self.presses(Action.NEXT_PAGE, until=partial(_is_another, _ids(self.data)))

    def touch(self, action: Action, value: str = "") -> None:
        """Press once on what is shown now."""
        assert self.screen is not None
        self._bus.send(self._topics.screen_press, Press(self.screen.serial, action, value))

    async def sees_at(
        self,
        device: str,
        is_so: Callable[[dict[str, Any]], bool],
        what: str,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Wait until the device itself is so; returns its physics. Raises StoryFailed."""
        patience = self._patience if patience is None else patience
        await self._waits(patience, lambda: is_so(self.bench.look(device)))
        physics = self.bench.look(device)
        if not is_so(physics):
            raise StoryFailed(f"expected {what} within {patience} s, got {device}: {physics}")
        return physics

    async def tries(self, device: str, rupees: int, **how: Any) -> None:
        """Put one note or coin to the slot as soon as it is open, whatever becomes of it."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self.bench.do(device, "insert", paise=rupees * 100, **how)
            except BenchRefused as refused:
                if time.monotonic() > deadline:
                    raise StoryFailed(f"{refused}; on the screen: {self.screen}") from None
                await asyncio.sleep(LOOK_EVERY)
            else:
                return

    async def inserts(self, rupees: int) -> None:
        """Feed one note until the machine keeps it."""
        await self._feeds("notes", rupees * 100)

    async def drops(self, rupees: int) -> None:
        """Drop one coin until the machine keeps it."""
        await self._feeds("coins", rupees * 100)

    async def pays_by_upi(self) -> None:
        """Scan the QR that is shown, and pay."""
        shown = await self.sees(ShowUpi)
        url = self._stage.config.gateway.url
        await asyncio.to_thread(telephone.pay, url, telephone.scan(shown.link))

    async def swipes(self, card: str) -> None:
        """Pull a card through, and again when the reader did not listen yet."""
        await self.sees(SwipeCard)
        deadline = time.monotonic() + self._patience
        while isinstance(self.data, SwipeCard):
            if time.monotonic() > deadline:
                raise StoryFailed(f"the reader takes no card: {self.screen}")
            self.bench.do("card", "swipe", card=card)
            await self._waits(4.0, lambda: not isinstance(self.data, SwipeCard))

    async def _feeds(self, device: str, paise: int) -> None:
        """Until it is in the box: what comes back is put in again when the slot is open."""
        deadline = time.monotonic() + self._patience
        had = _in_box(self.bench.look(device), paise)
        while _in_box(self.bench.look(device), paise) == had:
            if time.monotonic() > deadline:
                raise StoryFailed(f"{device} does not take {paise} paise: {self.screen}")
            await self._waits(2.0, lambda: paise in self.bench.look(device)["accepting"])
            if paise not in self.bench.look(device)["accepting"]:
                continue
            with contextlib.suppress(BenchRefused):  # the mouth is shut: try again in a moment
                self.bench.do(device, "insert", paise=paise)
            await self._waits(20.0, lambda: not _is_moving(self.bench.look(device)))

    async def _sees_action(self, action: Action) -> None:
        deadline = time.monotonic() + self._patience
        while self.screen is None or action not in self.screen.actions:
            if time.monotonic() > deadline:
                raise StoryFailed(f"expected {action} on the screen, got {self.screen}")
            await asyncio.sleep(LOOK_EVERY)

    async def _waits(self, seconds: float, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not is_so() and time.monotonic() < deadline:  # noqa: ASYNC110  the bench has no events
            await asyncio.sleep(LOOK_EVERY)

    @property
    def data(self) -> ScreenData | None:
        return None if self.screen is None else self.screen.data

    def _shows(self, is_so: Callable[[ScreenData], bool]) -> bool:
        return self.screen is not None and is_so(self.screen.data)

    def _on_screen(self, envelope: Envelope) -> None:
        self.screen = msgspec.json.decode(envelope.payload, type=Screen)
        for see in self._seen:
            see(self.screen)


def _in_box(physics: dict[str, Any], paise: int) -> int:
    return int(physics["in_box"].get(str(paise), 0))


def _is_moving(physics: dict[str, Any]) -> bool:
    return physics.get("at", "nowhere") != "nowhere" or bool(physics.get("falling"))


def _is_answered(asked: str, data: ScreenData) -> bool:
    """Whether another question is there, or what follows the last one; or why not."""
    if isinstance(data, Waiting):
        return False
    return not isinstance(data, QUESTIONS) or data.label != asked or data.problem is not None


def _is_another(page: list[str], data: ScreenData) -> bool:
    return _ids(data) != page


def _ids(data: ScreenData | None) -> list[str]:
    return [option.id for option in data.options] if isinstance(data, Choice) else []
