"""A bench on a real socket and the daemon's side of an adapter, for drivers that live on pins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.base.bench import BenchServer, EmulatedDevice
from drivers.base.emulator import Emulator
from drivers.panel.driver import Panel
from firmware.contract.device import Kind, SwitchMoved
from firmware.runtime.bench import Bench
from firmware.runtime.config import DeviceSection
from tests.drivers.listener import PATIENCE, Listener


class Host(Listener):
    """Of a panel."""

    @property
    def moves(self) -> list[tuple[str, bool]]:
        """What switches were told to have done."""
        return [(e.switch, e.value) for e in self.told if isinstance(e, SwitchMoved)]


class Rig:
    """A bench on a real socket, in this process; can be killed and started again."""

    def __init__(self, path: Path, name: str, emulator: Emulator) -> None:
        self.path, self.name, self.emulator = path, name, emulator

    async def start(self) -> None:
        self.device = EmulatedDevice(self.emulator, Path("no-port"))
        self._writers: list[asyncio.StreamWriter] = []
        self.path.unlink(missing_ok=True)
        serve = BenchServer({self.name: self.device}).serve

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.append(writer)
            await serve(reader, writer)

        self._server = await asyncio.start_unix_server(accept, self.path)

    async def stop(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def until(self, fact: Callable[[dict[str, Any]], bool]) -> None:
        """Until the physics are so."""
        watching = Bench(self.path)
        try:
            changes = watching.watch(self.name)
            async with asyncio.timeout(PATIENCE):
                while not fact(await asyncio.to_thread(next, changes)):
                    pass
        finally:
            watching.hang_up()

    def hand(self, action: str, **arguments: Any) -> None:
        self.device.hand(action, arguments)


def panel_at(path: Path, **options: Any) -> tuple[Panel, Host]:
    section = DeviceSection(
        family="panel",
        kind=Kind.PANEL,
        options={"pin_factory": "bench", "bench": str(path), **options},
    )
    panel = Panel("panel", section, path.parent)
    return panel, Host(panel)
