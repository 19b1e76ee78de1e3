"""What stands behind `down/command`, on a real disk; its core says what a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
from nacl.signing import SigningKey

from firmware.contract.device import Outcome as Said
from firmware.contract.device import Reply
from firmware.contract.fleet import FleetOrder
from firmware.contract.uplink import (
    UpReply,
)
from firmware.health.self_test import Check
from firmware.runtime.clock import FixedClock
from firmware.runtime.outer_sections import ContentSection
from firmware.uplink.acts import Actor
from firmware.uplink.commands import Executed
from firmware.uplink.fetching import Fetcher
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept, Notices, Settings
from firmware.uplink.marks import Keeper
from firmware.uplink.obeying import Obeying
from firmware.uplink.outbox import Outbox
from firmware.uplink.stamp import Stamper
from tests.firmware.uplink.signing import FLEET_PUBLIC
from tests.firmware.uplink.stage import Machine

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Everything behind `down/command`; `answers` is what core says to an order."""

    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    machine: Machine = field(default_factory=Machine)
    orders: list[FleetOrder] = field(default_factory=list)
    answers: Reply | None = field(default_factory=lambda: Reply(Said.DONE))
    money_is_inside: bool = False
    clock_is_set: bool = True
    told: int = 0

    def __post_init__(self) -> None:
        self.boot("b1")

    def boot(self, boot_id: str) -> None:
        """As a start of the program does it."""
        outbox = Outbox(self.folder / "outbox.db")
        keeper = Keeper(self.folder / "mark")
        stamper = Stamper(self.clock, keeper.booted(boot_id).boot, lambda: self.clock_is_set)
        executed = Executed(outbox, Ids(self.folder / "ids", stamper.now()))
        self.kept = Kept(self.folder, self.clock, outbox, keeper, stamper, executed)
        self.settings = Settings(self.folder, [FLEET_PUBLIC], "k1")
        self.notices = Notices(self.folder, [FLEET_PUBLIC])
        checks = [Check("clock", is_good=True), Check("notes", False, "gone")]
        packs = Fetcher(
            self.folder / "packs", ContentSection(), self.kept, Random(1), lambda: True,
            lambda: True, lambda name, result: self.obeying.answer(name, result),
        )  # fmt: skip
        actor = Actor(self.machine, self._order, self._tell_now, lambda: checks, packs)
        self.obeying = Obeying(
            self.kept, self.settings, self.notices, actor, [STRANGER_OF_BEFORE, FLEET_PUBLIC], "k1",
            lambda: self.money_is_inside, lambda: None,
        )  # fmt: skip
        self.obeying.take_up()

    async def _order(self, order: FleetOrder) -> Reply | None:
        self.orders.append(order)
        return self.answers

    def _tell_now(self) -> None:
        self.told += 1

    async def gets(self, sent: object) -> list[UpReply]:
        """The command; what is to be sent for it."""
        payload = sent if isinstance(sent, bytes) else msgspec.json.encode(sent)
        await self.obeying.obey(payload)
        return self.replies()

    def replies(self) -> list[UpReply]:
        found = self.kept.executed.replies()
        for number, _ in found:
            self.kept.executed.replied(number)
        return [msgspec.json.decode(body, type=UpReply) for _, body in found]

    def events(self) -> list[str]:
        stamp = self.kept.stamper.now()
        return [event.kind for event in self.kept.outbox.after(0, 64, 10**6, stamp)]


STRANGER_OF_BEFORE = bytes(SigningKey(b"\1" * 32).verify_key).hex()  # a key that is rolled over
