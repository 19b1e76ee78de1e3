"""`kiosk-party-line NAME`: one real port, and a port of its own for each driver on that wire.

A driver knows nothing of the others: it opens a pty where it would open its device. When the real
port goes away so do the ptys, and every driver hears that its link is lost; when this process dies,
the kernel does the same.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import difflib
import logging
import sys
import time
from functools import partial
from pathlib import Path

from drivers.base.device import REOPEN_AFTER
from drivers.base.faults import LinkLost
from drivers.base.party_turns import Manners, PartyLine
from drivers.base.protocol import NEVER
from drivers.base.pty_port import PtyPort
from drivers.base.registry import find
from drivers.base.transport import SerialTransport
from firmware.runtime.config import Config, ConfigError, PartySection
from firmware.runtime.daemon import notify, start

log = logging.getLogger("party")


class SharedPort:
    """The real port, the ptys, and the turns between them, in the running loop."""

    def __init__(self, section: PartySection, manners: Manners) -> None:
        self._section, self._manners = section, manners
        self._turns = PartyLine(manners, len(section.ports))
        self._ptys = [
            PtyPort(Path(path), partial(self._on_asked, number), is_shared=True)
            for number, path in enumerate(section.ports)
        ]
        self._transport: SerialTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_away = False  # the port is missing, and that has been said

    async def run(self) -> None:
        """Serve for ever; the ptys are there while the port is."""
        for pty in self._ptys:
            pty.path.unlink(missing_ok=True)  # of a process that was killed: another's pty by now
        self._is_lost = asyncio.Event()
        try:
            while True:
                self._is_lost.clear()
                self._open()
                while self._transport is not None and not self._is_lost.is_set():
                    notify("WATCHDOG=1")
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(REOPEN_AFTER):
                            await self._is_lost.wait()
                notify("WATCHDOG=1")
                await asyncio.sleep(REOPEN_AFTER)
        finally:
            self._close()

    def _open(self) -> None:
        try:
            self._transport = SerialTransport(
                self._section.port, self._on_heard, self._on_lost, **self._manners.serial_settings
            )
        except LinkLost as error:
            self._say_lost(error)
            return
        self._is_away = False
        self._turns.reset()
        for pty in self._ptys:
            pty.open()
        log.info("%s: open, for %s", self._section.port, ", ".join(self._section.ports))

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for pty in self._ptys:
            pty.close()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _on_lost(self, error: LinkLost) -> None:
        self._say_lost(error)
        self._close()
        self._is_lost.set()

    def _say_lost(self, error: LinkLost) -> None:
        if not self._is_away:
            log.warning("%s", error)
        self._is_away = True

    def _on_asked(self, number: int, data: bytes) -> None:
        self._turns.asked(number, data, time.monotonic())
        self._pump()

    def _on_heard(self, data: bytes) -> None:
        self._turns.heard(data, time.monotonic())
        self._pump()

    def _tick(self) -> None:
        self._turns.tick(time.monotonic())
        self._pump()

    def _pump(self) -> None:
        for number, data in self._turns.to_lines():
            self._ptys[number].write(data)
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None and (data := self._turns.to_wire()):
            self._transport.write(data)
        deadline = self._turns.next_deadline()
        if deadline != NEVER:
            delay = max(0.0, deadline - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)


async def serve(config: Config, options: argparse.Namespace) -> None:
    name: str = options.party
    if name not in config.party:
        near = difflib.get_close_matches(name, sorted(config.party), n=1)
        raise ConfigError(f"no [party.{name}]" + (f"; did you mean {near[0]}?" if near else ""))
    section = config.party[name]
    manners: Manners = find("kiosk.wires", section.wire)()
    notify("READY=1")
    await SharedPort(section, manners).run()


def main() -> int:
    return start("kiosk-party-line", serve, "party")


if __name__ == "__main__":
    sys.exit(main())
