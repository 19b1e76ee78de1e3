"""Pictures and documents are made off the event loop, so that a printer's wire keeps flowing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.base.device import Command, Event, WireDevice

Made = TypeVar("Made")


class BackgroundDevice(WireDevice[Event, Command], Generic[Event, Command]):
    """A device that has much to prepare: a printer."""

    _tasks: asyncio.TaskGroup | None = None  # while it runs
    _turn: asyncio.Lock  # one work after the other: PDFium knows no threads

    async def run(self) -> None:
        self._turn = asyncio.Lock()
        async with asyncio.TaskGroup() as tasks:  # a bug in a drawing ends the daemon
            self._tasks = tasks
            tasks.create_task(super().run())

    def in_background(self, work: Callable[[], Made], then: Callable[[Made], None]) -> None:
        """Do `work` off the event loop, and `then` in it with the result.

        At once where it does not run: a replayed recording has no loop, and waits for nobody.
        """

        async def do() -> None:
            async with self._turn:
                made = await asyncio.to_thread(work)
            then(made)

        if self._tasks is None:
            then(work())
        else:
            self._tasks.create_task(do())
