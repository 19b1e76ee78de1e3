"""A kiosk's uplink in the loop of a test, between a real bus and a real broker of the fleet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import msgspec

from firmware.contract.fleet import UplinkState
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.daemon import UplinkDaemon
from firmware.uplink.kept import Kept
from firmware.uplink.pace import Tempo
from tests.firmware.uplink.fleet import FleetBroker, Receiver
from tests.firmware.uplink.till import Till

# A test does not wait for the pace, nor long for acks that a dead broker has forgotten.
FAST = Tempo(messages_a_second=500.0, ack_within=1.0)


@dataclass
class Machine:
    """Hands that remember what they did."""

    left: int = 0

    def leave(self) -> None:
        self.left += 1

    async def log(self, minutes: int) -> bytes:
        return b"".join(b"line %d of the log\n" % number for number in range(minutes))


@dataclass
class Stage:
    config: Config
    section: UplinkSection
    till: Till
    receiver: Receiver
    machine: Machine
    daemon: UplinkDaemon
    kept: Kept
    listener: Bus
    said: list[UplinkState] = field(default_factory=list)

    def hear(self, envelope: Envelope) -> None:
        self.said.append(msgspec.json.decode(envelope.payload, type=UplinkState))

    @property
    def all_is_there(self) -> bool:
        kept = self.receiver.kept
        return len(kept.rows) >= self.till.journal.length and not self.kept.outbox.waiting


@asynccontextmanager
async def staged(
    config: Config, section: UplinkSection, fleet: FleetBroker, till: Till, boot_id: str = "b1",
    is_late: bool = False,
) -> AsyncIterator[Stage]:  # fmt: skip
    """All of it running; ended as a signal ends a daemon. `is_late`: no collector yet."""
    kept = Kept.open(config, SystemClock(), boot_id)
    machine, receiver = Machine(), Receiver(fleet, is_late=is_late)
    daemon = UplinkDaemon(config, section, kept, machine, Random(1), FAST)
    listener = Bus(config.bus_address("technician"))
    stage = Stage(config, section, till, receiver, machine, daemon, kept, listener)
    listener.on(Topics(config.kiosk.id).uplink_state, stage.hear)
    till.say()
    running = [receiver.run(), daemon.run(), till.bus.run(), listener.run()]
    tasks = [asyncio.create_task(each) for each in running]
    try:
        await receiver.until(lambda: receiver.client is not None)
        yield stage
    finally:
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.wait(tasks, timeout=10)
        kept.close()


def till_of(config: Config, rows: int = 3) -> Till:
    """With so many rows in its journal."""
    Path(config.paths.state).mkdir(parents=True, exist_ok=True)
    till = Till(config)
    till.write(rows)
    return till
