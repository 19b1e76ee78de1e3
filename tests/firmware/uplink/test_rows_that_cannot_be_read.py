"""Core cannot read rows of an old file, or answers nothing: somebody has to hear of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from firmware.contract.fleet import Rows, RowsAfter
from firmware.runtime.clock import FixedClock
from firmware.uplink.asking import SILENCE_IS_TOLD_AFTER, UNREADABLE, Asking
from firmware.uplink.commands import Executed
from firmware.uplink.flight import Batch, Stream
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox
from firmware.uplink.pace import Tempo
from firmware.uplink.session import Session
from firmware.uplink.stamp import Stamper
from tests.firmware.uplink.world import rows_of

WORN = "journal-2026.db: disk I/O error"


class Core:
    """`answers` are given one after the other; then it is silent."""

    def __init__(self, folder: Path, *answers: Rows) -> None:
        self.clock = FixedClock(datetime(2027, 1, 2, 10, 0, tzinfo=UTC))
        outbox, keeper = Outbox(folder / "outbox.db"), Keeper(folder / "mark")
        stamper = Stamper(self.clock, 1, lambda: True)
        executed = Executed(outbox, Ids(folder / "ids", stamper.now()))
        self.kept = Kept(folder, self.clock, outbox, keeper, stamper, executed)
        self.session = Session(outbox, keeper, Tempo())
        self.asking = Asking(self.kept, self.session, self._answer)
        self.answers = [msgspec.json.encode(each) for each in answers]
        self.session.on_head("a" * 16, 9, 0.0)
        self.session.connected(0.0)

    async def _answer(self, question: RowsAfter) -> bytes | None:
        return self.answers.pop(0) if self.answers else None

    async def is_asked(self) -> RowsAfter:
        """As the line does it, ten seconds later."""
        self.clock.advance(10.0)
        asked = self.session.next(self.kept.stamper.now(), self.clock.monotonic())
        assert isinstance(asked, RowsAfter)
        await self.asking.ask(asked)
        return asked

    def leaves(self) -> set[Stream]:
        """The streams of what is ready to be sent."""
        sent = [self.session.next(self.kept.stamper.now(), self.clock.monotonic()) for _ in "two"]
        return {out.stream for out in sent if isinstance(out, Batch)}

    @property
    def events(self) -> list[str]:
        return [each.kind for each in self.kept.outbox.after(0, 64, 9999, self.kept.stamper.now())]


async def test_a_worn_page_of_last_year_is_told_and_the_rows_of_this_year_leave(
    tmp_path: Path,
) -> None:
    worn = Rows("journal-2026.db", ends=True, why=WORN)
    fresh = rows_of("journal.db", 3)
    core = Core(tmp_path, worn, Rows("journal.db", fresh[0].hash[:16], "0" * 64, fresh))
    await core.is_asked()
    assert core.asking.trouble() == (UNREADABLE, WORN)
    assert (await core.is_asked()).done == ["journal-2026.db"]
    assert core.leaves() == {Stream.EVENTS, Stream.JOURNAL}
    assert core.events == ["journal.unreadable"]
    core.kept.close()


async def test_a_core_that_hands_over_nothing_for_long_is_a_finding_until_it_does(
    tmp_path: Path,
) -> None:
    core = Core(tmp_path)
    await core.is_asked()
    assert core.asking.trouble() is None, "core is being started"
    core.clock.advance(SILENCE_IS_TOLD_AFTER)
    found = core.asking.trouble()
    assert found is not None and found[0] == UNREADABLE
    core.answers.append(msgspec.json.encode(Rows("journal.db")))
    await core.is_asked()
    assert core.asking.trouble() is None
    core.kept.close()
