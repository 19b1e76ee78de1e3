"""Tells the uplink what the fleet must hear, one after the other, until each is on its disk."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import msgspec

from firmware.contract.device import Outcome, Reply
from firmware.contract.fleet import Told
from firmware.contract.topics import Topics
from firmware.health.ticket_file import Untold
from firmware.runtime.bus import Bus

log = logging.getLogger("health")

LOOK_EVERY = 2.0  # seconds; a ticket is opened minutes after its fault began
ANSWERS_WITHIN = 5.0  # seconds: one fsync of the uplink, and its restart


class Tickets(Protocol):
    """What keeps them: firmware/health/records.py."""

    @property
    def untold(self) -> list[Untold]:
        """Oldest first."""

    def told(self, source: str) -> None:
        """It need not be kept any more; raises OSError."""


async def tell_all(bus: Bus, topics: Topics, records: Tickets) -> None:
    """For ever; a kiosk whose uplink is away keeps its tickets until it is back."""
    while True:
        for untold in records.untold:
            if not await _tell(bus, topics, untold):
                break
            try:
                records.told(untold.source)
            except OSError as error:  # told again, and kept once by its source
                log.error("cannot keep that %s was told: %s", untold.source, error)
                break
        await asyncio.sleep(LOOK_EVERY)


async def _tell(bus: Bus, topics: Topics, untold: Untold) -> bool:
    """Whether it is on disk there."""
    told = Told(untold.source, untold.kind, untold.facts, untold.at)
    try:
        raw = await bus.request(topics.uplink_event, topics.reply("health"), told, ANSWERS_WITHIN)
        return msgspec.json.decode(raw, type=Reply).outcome is Outcome.DONE
    except TimeoutError:
        return False
    except msgspec.DecodeError as error:
        log.error("%s: the uplink's answer is not understood: %s", untold.source, error)
        return False
