"""What `kioskctl` asks over the bus: one message, its answer, and the exit code of that."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.cli.snapshot import technician_bus, until_connected
from firmware.contract.command import CoreCommand
from firmware.contract.device import Outcome, Reply
from firmware.contract.topics import Topics
from firmware.runtime.config import Config

ANSWERS_WITHIN = 5.0  # seconds; who lives answers in milliseconds


async def ask(config: Config, topic: str, message: Any) -> Reply | None:
    """The answer, when what was asked is on disk; None when nobody answers. Raises NoBus."""
    bus = technician_bus(config)
    bus.take_replies(reply := Topics(config.kiosk.id).reply("technician"))
    running = asyncio.ensure_future(bus.run())
    try:
        await until_connected(bus)
        raw = await bus.request(topic, reply, message, ANSWERS_WITHIN)
        return msgspec.json.decode(raw, type=Reply)
    except TimeoutError:
        return None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def ask_core(config: Config, command: CoreCommand) -> Reply | None:
    """As `ask`, of core."""
    return await ask(config, Topics(config.kiosk.id).core_command, command)


async def tell_core(config: Config, command: CoreCommand, options: argparse.Namespace) -> Exit:
    """Have core do it, and say what came of it. Raises NoBus."""
    return answered(await ask_core(config, command), options)


def answered(reply: Reply | None, options: argparse.Namespace) -> Exit:
    """Say the answer of core; silence is not a no: what was asked may be done yet."""
    if reply is None:
        return refuse(silence(), Exit.UNKNOWN)
    show(options, reply, [": ".join(filter(None, (reply.outcome, reply.detail)))])
    return Exit.WELL if reply.outcome is Outcome.DONE else Exit.NOT_WELL


def silence() -> str:
    """For whoever asks again: what was done in silence stands in the journal."""
    return (
        f"core did not answer in {ANSWERS_WITHIN:g} s: whether it was done, "
        "`kioskctl journal show` says"
    )
