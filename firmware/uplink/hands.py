"""What the uplink may do to the machine: start units anew, restart it, read the log. No shell.

By systemctl(1) and journalctl(1), with fixed arguments; polkit/50-kiosk.rules lets it do no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol

LOG_LINES = 20_000  # of a bad hour; each is cut off by the size of the bundle after that
TAKES_AT_MOST = 60.0  # seconds, for any of them


class Hands(Protocol):
    """What is done, and what stood against it; the empty text is success."""

    def restart(self, unit: str) -> Awaitable[str]:
        """Start a unit anew."""

    def reboot(self) -> Awaitable[str]:
        """Start the machine anew; returns before it ends."""

    def log(self, minutes: int) -> Awaitable[bytes]:
        """The kiosk's own log of the last minutes, as text."""


class SystemHands:
    """On a machine with systemd."""

    async def restart(self, unit: str) -> str:
        return await _run("systemctl", "--no-ask-password", "restart", unit)

    async def reboot(self) -> str:
        return await _run("systemctl", "--no-ask-password", "reboot")

    async def log(self, minutes: int) -> bytes:
        _, found = await _output(
            "journalctl", "--quiet", "--no-pager", "--output=short-iso", "--unit=kiosk-*",
            f"--since=-{minutes}min", f"--lines={LOG_LINES}",
        )  # fmt: skip
        return found


async def _run(*command: str) -> str:
    status, said = await _output(*command)
    return "" if status == 0 else said.decode(errors="replace").strip()[-200:] or f"exit {status}"


async def _output(*command: str) -> tuple[int, bytes]:
    """Exit status, and what it said. A program that hangs is ended."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        return 127, str(error).encode()
    try:
        said, _ = await asyncio.wait_for(process.communicate(), TAKES_AT_MOST)
    except TimeoutError:
        process.kill()
        await process.wait()
        return 124, f"{command[0]}: no end after {TAKES_AT_MOST:.0f} s".encode()
    return process.returncode or 0, said
