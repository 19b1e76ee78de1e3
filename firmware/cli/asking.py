"""What `kioskctl` asks over the bus: one message, its answer, and the exit code of that."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from firmware.cli.exits import Exit
from firmware.cli.output import refuse, show
from firmware.cli.snapshot import on_the_bus, technician_bus
from firmware.contract.command import CoreCommand
from firmware.contract.device import Outcome, Reply
from firmware.contract.topics import Topics
from firmware.runtime.bus import Bus
from firmware.runtime.config import Config

ANSWERS_WITHIN = 5.0  # seconds; who lives answers in milliseconds


async def ask(config: Config, topic: str, message: Any) -> Reply | None:
    """The answer, when what was asked is on disk; None when nobody answers. Raises NoBus."""
    topics, bus = Topics(config.kiosk.id), technician_bus(config)
    bus.take_replies(topics.reply("technician"))
    async with on_the_bus(bus):
        return await asked(bus, topics, topic, message)


async def asked(bus: Bus, topics: Topics, topic: str, message: Any) -> Reply | None:
    """As `ask`, of who is on the bus already and takes replies there."""
    try:
        raw = await bus.request(topic, topics.reply("technician"), message, ANSWERS_WITHIN)
    except TimeoutError:
        return None
    return msgspec.json.decode(raw, type=Reply)


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
