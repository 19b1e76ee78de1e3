"""Writes down every message of the bus, as `mosquitto_sub -t '#' -v` shows them, with the time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from firmware.demo.stage import Stage
from firmware.runtime.bus import Bus, Envelope


class Recorder:
    """Use as an async context, inside a running stage."""

    def __init__(self, stage: Stage, path: Path) -> None:
        self._file = path.open("w")
        self._started = time.monotonic()
        self._bus = Bus(stage.config.bus_address("recorder"))
        self._bus.on("#", self._write)
        self.count = 0

    async def __aenter__(self) -> Recorder:
        self._task = asyncio.create_task(self._bus.run())
        await self._bus.connected()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._file.close()

    def _write(self, envelope: Envelope) -> None:
        self.count += 1
        elapsed = time.monotonic() - self._started
        self._file.write(f"{elapsed:8.3f} {envelope.topic} {envelope.payload.decode()}\n")
