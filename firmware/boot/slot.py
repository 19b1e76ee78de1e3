"""An update of the image: when the machine may start again, and when the new slot is good.

RAUC writes the other slot and asks the boot loader to try it (image-build/README.md).
`kiosk-update` restarts the machine when nobody stands before it. `kiosk-good` then says that the
new slot is good, or fails, and with it the start: systemd starts the machine again, and after three
starts without that word the boot loader takes the old slot. A release that was good once is not
given up by itself: what keeps it from working is not the release, and a technician wants to look.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from firmware.boot.stick import bundle_at
from firmware.contract.health import CoreState, Presence
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from firmware.runtime.daemon import start
from firmware.runtime.durable import read_durably, write_durably

log = logging.getLogger("slot")

GOOD_WITHIN = 600.0  # seconds: a slow card takes two minutes to all daemons
COMMAND_LINE = Path("/proc/cmdline")
GOOD = "slot/good"  # below [paths] state: the root hash of the release that was good last
MUST_LIVE = frozenset({"core", "health", "ui"})
LOOK_EVERY = 1.0  # seconds
QUIET_FOR = 30.0  # seconds on the first screen before a restart: somebody may be reading it
IDLE_SCREENS = frozenset({"attract", "closed"})


def is_idle(core: CoreState) -> bool:
    """Nobody stands before the kiosk, no money is under way and no operator is at the desk."""
    return core.screen in IDLE_SCREENS and core.session is None and not core.operator


def is_good(alive: frozenset[str], core: CoreState | None) -> bool:
    """All daemons live and core has its journal, also the older rows that it did not write. The
    screen waits while a meeting is held."""
    if core is None or core.no_records_because:
        return False
    return alive >= (MUST_LIVE - {"ui"} if core.meeting else MUST_LIVE)


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


def release(command_line: Path = COMMAND_LINE) -> str:
    """The root hash that the boot loader gave the kernel: it names what runs, to the bit."""
    options = dict(word.partition("=")[::2] for word in command_line.read_text().split())
    return options.get("kiosk.roothash", "")


async def settle(config: Config, options: argparse.Namespace) -> None:
    """Mark the running slot good as soon as it is; leave the mark alone when it is not.

    Exits with an error when a release that was never good does not become so: SystemExit.
    """
    good, running = config.state_folder / GOOD, release()
    async with Watch(config, "kiosk-good") as watch:
        is_so = await _becomes_good(watch, time.monotonic() + GOOD_WITHIN)
    marking = ["rauc", "status", "mark-good"]
    if is_so and not (await asyncio.to_thread(subprocess.run, marking, check=False)).returncode:
        write_durably(good, running.encode())
        return
    said = f"this slot is not marked good: alive: {', '.join(sorted(watch.alive)) or 'nobody'}"
    if was_good(good, running):
        log.error("%s; the release was good before, so it stays", said)
    else:
        sys.exit(f"kiosk-good: {said}; the machine starts again")


def was_good(good: Path, running: str) -> bool:
    """Whether this very release has been called good before."""
    return running != "" and read_durably(good) == running.encode()


async def _becomes_good(watch: Watch, until: float) -> bool:
    while not is_good(watch.alive, watch.core):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(LOOK_EVERY)
    return True


async def update(config: Config, options: argparse.Namespace) -> None:
    """Install a bundle beside the running kiosk, then start again when nobody is there."""
    with bundle_at(options.bundle) as bundle:
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
