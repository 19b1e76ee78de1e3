"""A kiosk that fetches packs: an uplink whose memory can be lost, and kiosk-content's folders."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec

from firmware.content import handed
from firmware.content.shelf import Shelf
from firmware.contract.uplink import Outcome, UpReply, Verb
from firmware.runtime.clock import FixedClock
from firmware.runtime.outer_sections import ContentSection
from firmware.uplink.acts import Actor
from firmware.uplink.commands import Executed
from firmware.uplink.fetching import Fetcher, State
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept, Notices, Settings
from firmware.uplink.marks import Keeper
from firmware.uplink.obeying import Obeying
from firmware.uplink.outbox import Outbox
from firmware.uplink.stamp import Stamper
from tests.firmware.content import district
from tests.firmware.uplink.pack_server import PackServer
from tests.firmware.uplink.signing import FLEET_PUBLIC, command, signed
from tests.firmware.uplink.stage import Machine

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TODAY = NOW.date()


@dataclass
class Kiosk:
    """An uplink that fetches, and the folders that it shares with kiosk-content."""

    folder: Path
    section: ContentSection
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    money_is_inside: bool = False
    has_room: bool = True

    def __post_init__(self) -> None:
        self.packs = handed.packs_folder(self.folder)
        self.shelf: Shelf = district.shelf(self.folder)
        self.boot()

    def boot(self) -> None:
        """As a start of the program does it; what was in memory is gone."""
        own = self.folder / "uplink"
        outbox, keeper = Outbox(own / "outbox.db"), Keeper(own / "mark")
        stamper = Stamper(self.clock, keeper.booted("b1").boot, lambda: True)
        executed = Executed(outbox, Ids(own / "ids", stamper.now()))
        self.kept = Kept(own, self.clock, outbox, keeper, stamper, executed)
        self.fetcher = Fetcher(
            self.packs, self.section, self.kept, Random(1), lambda: not self.money_is_inside,
            lambda: self.has_room, lambda name, result: self.obeying.answer(name, result),
        )  # fmt: skip
        actor = Actor(Machine(), self._nobody, lambda: None, list, self.fetcher)
        self.obeying = Obeying(
            self.kept, Settings(own, [FLEET_PUBLIC], "k1"), Notices(own, [FLEET_PUBLIC]), actor,
            [FLEET_PUBLIC], "k1", lambda: self.money_is_inside, lambda: None,
        )  # fmt: skip
        self.obeying.take_up()

    async def _nobody(self, order: object) -> None:
        raise AssertionError(f"core is not asked for a pack: {order}")

    def dies(self) -> None:
        """kill -9, and a start."""
        self.kept.close()
        self.boot()

    async def is_told(self, server: PackServer, number: int = 1, **changes: str | int) -> None:
        content = server.content
        args: dict[str, str | int | bool] = {
            "url": server.url, "sha256": hashlib.sha256(content).hexdigest(),
            "length": len(content), **changes,
        }  # fmt: skip
        asked = command(Verb.CONTENT_PACK, number, at=self.clock.now())
        sent = signed(msgspec.structs.replace(asked, args=args))
        await self.obeying.obey(msgspec.json.encode(sent))

    async def looks(self, times: int = 1) -> None:
        """So many looks, each after the longest wait."""
        for _ in range(times):
            await self.fetcher.look()
            self.clock.advance(901.0)

    async def until(self, state: State, most: int = 12) -> None:
        for _ in range(most):
            if self.fetcher.state is state:
                return
            await self.looks()
        assert self.fetcher.state is state

    def installs(self) -> None:
        """kiosk-content.service runs."""
        handed.install_handed(self.shelf, self.packs)

    def replies(self) -> list[tuple[Outcome, str]]:
        found = []
        for number, body in self.kept.executed.replies():
            reply = msgspec.json.decode(body, type=UpReply)
            found.append((reply.outcome, reply.why))
            self.kept.executed.replied(number)
        return found

    @property
    def part(self) -> Path:
        return self.packs / handed.PART

    @property
    def in_force(self) -> int:
        manifest = self.shelf.look(TODAY).manifest
        return 0 if manifest is None else manifest.version
