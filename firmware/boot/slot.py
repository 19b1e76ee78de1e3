"""An update of the image: when the machine may start again, and when the new slot is good.

RAUC writes the other slot and asks the boot loader to try it (image-build/README.md).
`kiosk-update` restarts the machine when nobody stands before it. `kiosk-good` then says that the
new slot is good, or nothing, and after three starts without that word the old one is taken again.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time

import msgspec

from firmware.contract.health import CoreState, Presence
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from firmware.runtime.daemon import start

GOOD_WITHIN = 600.0  # seconds: a slow card takes two minutes to all daemons
MUST_LIVE = frozenset({"core", "health", "ui"})
LOOK_EVERY = 1.0  # seconds
QUIET_FOR = 30.0  # seconds on the first screen before a restart: somebody may be reading it
IDLE_SCREENS = frozenset({"attract", "closed"})


def is_idle(core: CoreState) -> bool:
    """Nobody stands before the kiosk, no money is under way and no operator is at the desk."""
    return core.screen in IDLE_SCREENS and core.session is None and not core.operator


def is_good(alive: frozenset[str], core: CoreState | None) -> bool:
    """All daemons live and core has its journal, also the older rows that it did not write."""
    return alive >= MUST_LIVE and core is not None and not core.no_records_because


class Watch:
    """What the bus says, heard as the technician, who may read all and write nothing."""

    def __init__(self, config: Config, name: str) -> None:
        topics = Topics(config.kiosk.id)
        self._bus = Bus(config.bus_address("technician"), name=name)
        self._bus.on(topics.core_state, self._on_core)
        self._bus.on(topics.presence("+"), self._on_presence)
        self.core: CoreState | None = None
        self.alive: frozenset[str] = frozenset()

    async def __aenter__(self) -> Watch:
        self._task = asyncio.create_task(self._bus.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _on_core(self, envelope: Envelope) -> None:
        self.core = msgspec.json.decode(envelope.payload, type=CoreState)

    def _on_presence(self, envelope: Envelope) -> None:
        name = envelope.topic.rpartition("/")[2]
        here = msgspec.json.decode(envelope.payload, type=Presence).is_alive
        self.alive = self.alive | {name} if here else self.alive - {name}


async def settle(config: Config, options: argparse.Namespace) -> None:
    """Mark the running slot good as soon as it is; leave the mark alone when it is not."""
    until = time.monotonic() + GOOD_WITHIN
    async with Watch(config, "kiosk-good") as watch:
        while not is_good(watch.alive, watch.core):
            if time.monotonic() > until:
                told = ", ".join(sorted(watch.alive)) or "nobody"
                sys.exit(f"kiosk-good: this slot is not marked good: alive: {told}")
            await asyncio.sleep(LOOK_EVERY)
    await asyncio.to_thread(subprocess.run, ["rauc", "status", "mark-good"], check=True)


async def update(config: Config, options: argparse.Namespace) -> None:
    """Install a bundle beside the running kiosk, then start again when nobody is there."""
    bundle: str = options.bundle
    done = await asyncio.to_thread(subprocess.run, ["rauc", "install", bundle], check=False)
    if done.returncode:
        sys.exit(f"kiosk-update: nothing was changed: {bundle} was refused (see above)")
    await _until_idle(config)
    await asyncio.to_thread(subprocess.run, ["systemctl", "reboot"], check=True)


async def _until_idle(config: Config) -> None:
    idle_since: float | None = None
    async with Watch(config, "kiosk-update") as watch:
        while idle_since is None or time.monotonic() - idle_since < QUIET_FOR:
            await asyncio.sleep(LOOK_EVERY)
            if watch.core is None or not is_idle(watch.core):
                idle_since = None
            elif idle_since is None:
                idle_since = time.monotonic()


def good_main() -> int:
    return start("kiosk-good", settle)


def update_main() -> int:
    return start("kiosk-update", update, "bundle")


if __name__ == "__main__":
    sys.exit(good_main())
