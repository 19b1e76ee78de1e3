"""Asks the back end for a newer rate table, once in a while, and has it laid down.

What it sends is believed only by its signature (firmware/services/rates/shelf.py).
"""

from __future__ import annotations

import logging

from firmware.contract.gateway import GatewayReply
from firmware.contract.rates import FetchRates, RateFile
from firmware.core.floor import Floor
from firmware.till.effects import Ask, KeepRates, Outbox

log = logging.getLogger("core")

ASK_EVERY = 6 * 3600.0  # seconds; a table is decided weeks before its day
ASK_SOON = 60.0  # seconds, where none is in force


class Renewing:
    """`now` is monotonic seconds."""

    def __init__(self, floor: Floor, outbox: Outbox) -> None:
        self._floor, self._outbox = floor, outbox
        self._asked_at: float | None = None  # the first question waits as long as any

    def tick(self, now: float) -> None:
        """Ask, if it is time and somebody answers."""
        if self._asked_at is None:
            self._asked_at = now
        rates = self._floor.rates
        every = ASK_SOON if rates.table is None and rates.waiting is None else ASK_EVERY
        if self._floor.gateway.is_online and now - self._asked_at >= every:
            self._asked_at = now
            self._outbox.add(Ask(FetchRates(rates.newest)))

    def on_answer(self, reply: GatewayReply | None) -> None:
        """An answer without a table says that there is none newer."""
        if isinstance(reply, RateFile) and reply.table:
            self._outbox.add(KeepRates(reply.table, reply.signature))
