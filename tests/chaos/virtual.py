"""An event loop whose time jumps to the next alarm, and in which processes can be killed.

A process is everything that runs in its context: tasks, callbacks, alarms. After its death none of
them runs one step more, not even a `finally`: that is what SIGKILL does, without a process.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from firmware.runtime.clock import INDIA

STARTS_AT = 1000.0  # seconds, monotonic
NO_TIME = 1e-5  # seconds: an alarm of the past rings a moment later, as on any real clock
OPENING = datetime(2026, 11, 22, 10, 0, tzinfo=INDIA)


class Killed(BaseException):
    """Unwinds the call in which a process died. Not an Exception: no program survives it."""


class Process:
    """A program that runs in the loop, from its start to its death."""

    def __init__(self, name: str) -> None:
        self.name, self.is_alive = name, True
        self.tasks: list[asyncio.Task[Any]] = []  # kept: a dead coroutine must not be finalised
        self.on_death: list[Callable[[], None]] = []  # what the kernel does: close what was open
        # An error in a callback ends a daemon: firmware/runtime/daemon.py.
        self.dies_of: Callable[[Exception], None] | None = None


PROCESS: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: instead of sleeping, time moves on."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._jumping_loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits, and no alarm is set")
        self._jumping_loop.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`now` is the monotonic time of everything in it."""

    def __init__(self) -> None:
        self.now = STARTS_AT
        self.opening = OPENING  # the time of day at the start; may be set, as any clock
        super().__init__(_Jumping(self))
        self.set_exception_handler(self._note_accident)
        self.accidents: list[str] = []  # errors in callbacks: bugs

    def time(self) -> float:
        return self.now

    def call_soon(  # type: ignore[override]  # typeshed binds `args` to the callback
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        context = contextvars.copy_context() if context is None else context
        process = context.get(PROCESS)
        if process is None:
            return super().call_soon(callback, *args, context=context)
        return super().call_soon(_if_alive, process, callback, args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        context = contextvars.copy_context() if context is None else context
        process = context.get(PROCESS)
        when = max(when, self.now + NO_TIME)
        if process is None:
            return super().call_at(when, callback, *args, context=context)
        return super().call_at(when, _if_alive, process, callback, args, context=context)

    def create_task(
        self, coro: Any, *, name: object = None, context: Any = None
    ) -> asyncio.Task[Any]:
        task = super().create_task(coro, name=name, context=context)
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None:
            process.tasks.append(task)
        return task

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        """At once: a drawing takes no virtual time."""
        future = self.create_future()
        future.set_result(func(*args))
        return future

    def spawn(self, process: Process, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` as that process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, context=context)

    def _note_accident(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None and not isinstance(error, Killed):
            self.accidents.append(repr(error))


def _if_alive(process: Process, callback: Any, args: tuple[Any, ...]) -> None:
    if process.is_alive:
        try:
            callback(*args)
        except Killed:
            assert not process.is_alive
        except Exception as error:
            if process.dies_of is None:
                raise
            process.dies_of(error)


class LoopClock:
    """The clocks of a kiosk in a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return self._loop.opening + timedelta(seconds=self._loop.now - STARTS_AT)

    def monotonic(self) -> float:
        return self._loop.now
