"""One retained document of the bus, read once."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from firmware.cli.snapshot import on_the_bus, technician_bus
from firmware.runtime.bus import Envelope
from firmware.runtime.config import Config

Document = TypeVar("Document")

ARRIVES_WITHIN = 2.0  # seconds: the broker has it, or nobody ever said it


async def retained(config: Config, topic: str, document: type[Document]) -> Document | None:
    """None where nobody says it, or says something else. Raises NoBus."""
    found: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()

    def take_it(envelope: Envelope) -> None:
        if not found.done():
            found.set_result(_read(envelope.payload, document))

    bus = technician_bus(config)
    bus.on(topic, take_it)
    async with on_the_bus(bus):
        try:
            return await asyncio.wait_for(found, ARRIVES_WITHIN)
        except TimeoutError:
            return None


def _read(payload: bytes, document: type[Document]) -> Document | None:
    try:
        return msgspec.json.decode(payload, type=document)
    except msgspec.DecodeError:
        return None
