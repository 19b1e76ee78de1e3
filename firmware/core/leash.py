"""The leash of practice: a connection that core holds, and that ends with whoever dies first.

systemd listens at the socket and starts `kiosk-practice` for whoever connects; so core needs no
right to start anything. Practice says one word a line: `ready`, and at the end why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("core")

LEASH = "practice.leash"  # below [paths] run
TRY_AGAIN_AFTER = 0.5  # seconds until a socket that is not there yet is tried once more


class Leash:
    """`on_word` gets each word of practice, and an empty one when it is gone."""

    def __init__(self, run_folder: Path, on_word: Callable[[str], None]) -> None:
        self._path, self._on_word = run_folder / LEASH, on_word
        self._task: asyncio.Task[None] | None = None

    def hold(self) -> None:
        """Connect, again and again until somebody is there; teaching.py knows when it is late."""
        self.let_go()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    def let_go(self) -> None:
        """Practice ends with it."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _listen(self) -> None:
        reader, writer = await self._connect()
        try:
            while line := await reader.readline():
                self._on_word(line.decode(errors="replace").strip())
        except OSError as error:
            log.info("practice: %s", error)
        finally:
            writer.close()
        self._on_word("")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            with contextlib.suppress(OSError):
                return await asyncio.open_unix_connection(self._path)
            await asyncio.sleep(TRY_AGAIN_AFTER)
