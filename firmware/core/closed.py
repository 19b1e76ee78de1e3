"""The screen of a kiosk whose core cannot work: it says so on core's behalf, and takes nothing.

Core says it while its journal is away. `kiosk-closed` says it while core does not stay up at all:
systemd starts it then, and tries core again when it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from functools import partial

from firmware.contract.health import Presence
from firmware.contract.screen import Closed, Screen
from firmware.contract.topics import Topics
from firmware.contract.uplink import Desired, Words
from firmware.core.daemon import TICK, decode
from firmware.core.elsewhere import try_at
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from firmware.runtime.daemon import notify, start

SAFE_FOR = 300.0  # seconds until core is tried again; a restart of the machine takes one minute


async def say_closed(config: Config, why: str, seconds: float, fault: str = "") -> None:
    """Show the closed screen with the words of `why` for a while. No journal, no lease (M5)."""
    topics = Topics(config.kiosk.id)
    bus = Bus(config.bus_address("core"), (topics.presence("core"), Presence(False)))
    closed = partial(_closed, config, Closed(why, fault))

    def on_desired(envelope: Envelope) -> None:
        desired: Desired | None = decode(envelope.payload, Desired, envelope.topic)
        if desired is not None and desired.neighbours:
            bus.retain(topics.screen_state, closed(desired.neighbours))

    bus.retain(topics.screen_state, closed(config.kiosk.neighbours))
    bus.on(topics.uplink_desired, on_desired)
    task = asyncio.create_task(bus.run())
    notify("READY=1")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        notify("WATCHDOG=1")
        await asyncio.sleep(TICK)
    task.cancel()
    await asyncio.wait([task])


def _closed(config: Config, data: Closed, neighbours: Sequence[Words]) -> Screen:
    return Screen(
        serial=0,
        language=config.ui.languages[0],
        data=data,
        actions=[],
        place=config.kiosk.place,
        try_at=try_at(data, neighbours),
    )


async def serve(config: Config, options: argparse.Namespace) -> None:
    await say_closed(config, "closed.core", SAFE_FOR, "daemon.gone")


def main() -> int:
    return start("kiosk-closed", serve)


if __name__ == "__main__":
    sys.exit(main())
