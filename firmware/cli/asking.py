"""What `kioskctl` asks of core: one command over the bus, and its answer."""

from __future__ import annotations

import asyncio

import msgspec

from firmware.cli.snapshot import technician_bus, until_connected
from firmware.contract.command import CoreCommand
from firmware.contract.device import Reply
from firmware.contract.topics import Topics
from firmware.runtime.config import Config

CORE_ANSWERS_WITHIN = 5.0  # seconds
SILENCE = f"core did not answer in {CORE_ANSWERS_WITHIN:g} s"


async def ask_core(config: Config, command: CoreCommand) -> Reply | None:
    """The answer, when what was asked is on disk; None when core is silent. Raises NoBus."""
    topics, bus = Topics(config.kiosk.id), technician_bus(config)
    bus.take_replies(reply := topics.reply("technician"))
    running = asyncio.ensure_future(bus.run())
    try:
        await until_connected(bus)
        raw = await bus.request(topics.core_command, reply, command, CORE_ANSWERS_WITHIN)
        return msgspec.json.decode(raw, type=Reply)
    except TimeoutError:
        return None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
