"""What the uplink does to the machine itself: read the kiosk's log, and leave. No shell.

Whatever is started anew is started by core's word (firmware/core/restarting.py).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable
from typing import Protocol

LOG_LINES = 20_000  # of a bad hour; each is cut off by the size of the bundle after that
TAKES_AT_MOST = 60.0  # seconds
LEAVES_AFTER = 1.0  # seconds: the reply is on disk by then


class Hands(Protocol):
    """What a machine with systemd offers."""

    def leave(self) -> None:
        """End this program; systemd starts it again."""

    def log(self, minutes: int) -> Awaitable[bytes]:
        """The kiosk's own log of the last minutes, as text."""


class SystemHands:
    """By journalctl(1), with fixed arguments."""

    def leave(self) -> None:
        asyncio.get_running_loop().call_later(LEAVES_AFTER, os.kill, os.getpid(), signal.SIGTERM)

    async def log(self, minutes: int) -> bytes:
        return await _output(
            "journalctl", "--quiet", "--no-pager", "--output=short-iso", "--unit=kiosk-*",
            f"--since=-{minutes}min", f"--lines={LOG_LINES}",
        )  # fmt: skip


async def _output(*command: str) -> bytes:
    """What it said, be it why there is no log. A program that hangs is ended."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        return str(error).encode()
    try:
        async with asyncio.timeout(TAKES_AT_MOST):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"{command[0]}: no end after {TAKES_AT_MOST:.0f} s".encode()
    return said
