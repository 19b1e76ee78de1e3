"""The sandbox on a port, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from firmware.gateway.sandbox.__main__ import application_in

Result = TypeVar("Result")


class RunningSandbox:
    """The sandbox in a thread of its own: what asks it here waits for each answer."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.url = folder, ""
        self._is_up, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(application_in(self._folder), access_log=None)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._is_up.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    def __enter__(self) -> RunningSandbox:
        self._thread.start()
        self._is_up.wait(10)
        return self

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """In the sandbox's own loop; waited for here."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
