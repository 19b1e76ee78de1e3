"""Carries a guided test at a terminal: waits on the bus for what its script wants to hear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from firmware.contract.command import TryDevice
from firmware.contract.device import DeviceEvent, DeviceState, Kind, Reply
from firmware.contract.health import DeviceTested
from firmware.core.guided import (
    AskCore,
    Confirm,
    Ears,
    Failed,
    Guide,
    Interrupted,
    Running,
    Script,
    Until,
    Want,
    whole,
)


class Wire(Protocol):
    """What the test needs of the bus."""

    async def ask(self, command: TryDevice) -> Reply:
        """Core's answer; refused when nobody answers."""


class BusEars(Ears):
    """Wakes whoever waits when something is heard; `screen` is core's, empty until it is heard."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = ""
        self._news = asyncio.Event()

    def on_state(self, state: DeviceState) -> None:
        super().on_state(state)
        self._news.set()

    def on_event(self, event: DeviceEvent) -> None:
        super().on_event(event)
        self._news.set()

    def on_screen(self, screen: str) -> None:
        self.screen, self.is_core_heard = screen, True
        self._news.set()

    async def wait(self, want: Until) -> object | None:
        """What `look` finds, or None after its patience. Raises Interrupted, and what it raises."""
        try:
            async with asyncio.timeout(want.patience):
                self._raise_if_busy()
                while (found := want.look()) is None:
                    self._news.clear()
                    await self._news.wait()
                    self._raise_if_busy()
                return found
        except TimeoutError:
            return None

    def _raise_if_busy(self) -> None:
        if self.screen not in ("", "attract"):
            raise Interrupted(f"somebody is at the kiosk, it shows {self.screen}")


Ask = Callable[[str], Awaitable[bool]]


async def run(
    guide: Guide, ears: BusEars, wire: Wire, confirm: Ask, scripts: dict[Kind, Script]
) -> DeviceTested:
    """The whole test. `confirm` asks the technician. Raises Interrupted."""
    running: Running = whole(guide, scripts)
    answer: object = None
    error: Exception | None = None
    while True:
        try:
            want = running.send(answer) if error is None else running.throw(error)
        except StopIteration as end:
            found: DeviceTested = end.value
            return found
        answer, error = await _answered(want, ears, wire, confirm)


async def _answered(
    want: Want, ears: BusEars, wire: Wire, confirm: Ask
) -> tuple[object, Exception | None]:
    """What was wanted, or why the script must end: a step that failed, a citizen who came."""
    match want:
        case Until():
            try:
                return await ears.wait(want), None
            except (Failed, Interrupted) as reason:
                return None, reason
        case Confirm(question=question):
            return await confirm(str(question)), None
        case AskCore(command=command):
            return await wire.ask(command), None
