"""Core on the bus of a test: a real journal that is handed over, a state, and orders obeyed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from firmware.contract.device import Outcome, Reply, Status
from firmware.contract.fleet import FleetOrder, RowsAfter
from firmware.contract.health import CoreState, Presence
from firmware.contract.money import ZERO, Money
from firmware.contract.topics import Topics
from firmware.core.handing import Handing
from firmware.journal.journal import Journal
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from tests.firmware.journal.writer import AT, coin


class Till:
    """`inserted` is what a citizen has put in just now."""

    def __init__(self, config: Config) -> None:
        self.topics = Topics(config.kiosk.id)
        path: Path = config.state_folder / "core" / "journal.db"
        self.journal = Journal(path)
        self.handing = Handing(self.journal)
        self.inserted = ZERO
        self.orders: list[FleetOrder] = []
        me = self.topics.presence("core")
        self.bus = Bus(config.bus_address("core"), (me, Presence(is_alive=False)))
        self.bus.retain(me, Presence(is_alive=True, version="0"))
        self.bus.on(self.topics.journal_request, self._on_request)
        self.bus.on(self.topics.uplink_order, self._on_order)
        self.bus.take_replies(self.topics.reply("core"))
        self._tasks: set[asyncio.Task[None]] = set()

    def write(self, count: int) -> None:
        """So many rows, in commits of a hundred."""
        first = self.journal.length + 1
        for start in range(first, first + count, 100):
            coins = range(start, min(start + 100, first + count))
            self.journal.append(AT, *(coin(number) for number in coins))
        self.say()

    def say(self) -> None:
        state = CoreState(
            status=Status.READY, screen="attract", session=None, inserted=self.inserted,
            in_cash_box=Money(self.journal.inside_paise), unposted=0, claims=0,
            journal_rows=self.journal.length, journal_head=self.journal.head[:16],
            journal_chain=self.handing.chain,
        )  # fmt: skip
        self.bus.retain(self.topics.core_state, state)

    def _on_request(self, envelope: Envelope) -> None:
        asked = msgspec.json.decode(envelope.payload, type=RowsAfter)
        task = asyncio.get_running_loop().create_task(self._answer(envelope, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, envelope: Envelope, asked: RowsAfter) -> None:
        self.bus.answer(envelope, await self.handing.answer(asked))

    def _on_order(self, envelope: Envelope) -> None:
        self.orders.append(msgspec.json.decode(envelope.payload, type=FleetOrder))
        self.bus.answer(envelope, Reply(Outcome.DONE))
