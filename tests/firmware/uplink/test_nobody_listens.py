"""The very first start: the kiosk speaks before any collector ever came to listen."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from firmware.contract.fleet import RowsAfter, Told
from firmware.contract.uplink import UpReply, Verb
from firmware.runtime.config import Config
from firmware.uplink.commands import Executed
from firmware.uplink.flight import Batch
from firmware.uplink.ids import Ids
from firmware.uplink.outbox import Outbox
from firmware.uplink.replying import LEAST_WAIT, MOST_WAIT, Replies
from firmware.uplink.stamp import Stamp
from tests.firmware.uplink.fleet import FleetBroker, Signer, section_of
from tests.firmware.uplink.process import tell
from tests.firmware.uplink.signing import command, signed
from tests.firmware.uplink.stage import staged, till_of
from tests.firmware.uplink.world import World


@pytest.mark.usefixtures("bus")
@pytest.mark.parametrize("share", ["", "collectors"])
async def test_the_collector_comes_after_rows_an_event_and_a_reply_were_said(
    config: Config, fleet: FleetBroker, signer: Signer, caplog: pytest.LogCaptureFixture, share: str
) -> None:
    caplog.set_level("INFO")
    till = till_of(config, rows=300)
    async with staged(config, section_of(fleet, signer), fleet, till, is_late=True) as stage:
        receiver = stage.receiver
        await tell(till.bus, till.topics.uplink_event, Told("e1", "door.opened"))
        await receiver.until(lambda: bool(stage.said) and stage.said[-1].link == "draining")
        await receiver.send("down/command", signed(command(Verb.STATUS)))
        await receiver.until(lambda: "nobody listens" in caplog.text)
        assert receiver.said == []
        await receiver.comes(share)
        await receiver.until(lambda: stage.all_is_there and bool(receiver.replies()))
        await receiver.until(lambda: stage.kept.executed.newest_reply == 0)
    assert [reply.id for reply in receiver.replies()] == ["00000001"]
    assert len(receiver.kept.rows) == 300 and len(receiver.kept.events) == 1
    assert "no link" not in caplog.text, "nobody to hear is no error of the line"


def test_nobody_listens_for_a_day_and_the_line_is_not_paid_for_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, seed=1)
    world.writes(2000)
    world.connect()
    sent, day = 0, 24 * 3600
    while world.now < day:
        world.now += 5.0
        while (out := world.session.next(world.stamp(), world.now)) is not None:
            if hasattr(out, "payload"):
                sent += 1
                world.session.unheard()
            else:
                world.session.on_rows(world.shelf.after(out), world.stamp(), world.now)
    assert 90 < sent < 110, "one message in 15 minutes"
    world.run(2000.0)
    assert world.all_is_there, "and all of it when somebody has come"


def test_a_collector_that_comes_is_not_kept_waiting_for_the_next_try(tmp_path: Path) -> None:
    world = World(tmp_path, seed=1)
    world.happens(3)
    world.connect()
    assert isinstance(world.session.next(world.stamp(), 1.0), RowsAfter)
    world.session.on_rows(world.shelf.after(RowsAfter(done=[])), world.stamp(), 1.0)
    assert isinstance(world.session.next(world.stamp(), 1.0), Batch)
    world.session.unheard()
    world.happens(3)
    assert world.session.next(world.stamp(), 2.0) is None, "it would be thrown away, too"
    world.session.heard(3.0)
    left = [world.session.next(world.stamp(), 3.0) for _ in range(2)]
    assert [each.first for each in left if isinstance(each, Batch)] == [1]


@pytest.fixture
def executed(tmp_path: Path) -> Executed:
    ids = Ids(tmp_path / "ids", Stamp(1, "2026-11-22T10:00:00.000Z", True))
    return Executed(Outbox(tmp_path / "outbox.db"), ids)


def keep(executed: Executed, name: str) -> None:
    reply = UpReply(id=name, outcome="done", boot=1, t="2026-11-22T10:00:00.000Z")  # type: ignore[arg-type]
    executed.end(name, [msgspec.json.encode(reply)])


def test_a_reply_that_nobody_heard_is_said_again_slowly(executed: Executed) -> None:
    keep(executed, "first")
    replies, now, tried = Replies(executed), 0.0, []
    while now < 7200.0:
        if (found := replies.next(now)) is not None:
            tried.append(now)
            replies.sent(found[0], is_heard=False, now=now)
        now += 1.0
    apart = [after - before for before, after in pairwise(tried)]
    assert apart[:5] == [LEAST_WAIT, 120.0, 240.0, 480.0, MOST_WAIT] and apart[-1] == MOST_WAIT
    keep(executed, "second")
    found = replies.next(now)
    assert found is not None and b"first" in found[1], "a new one: somebody may listen now"
    replies.sent(found[0], is_heard=True, now=now)
    found = replies.next(now)
    assert found is not None and b"second" in found[1]
    replies.sent(found[0], is_heard=True, now=now)
    assert replies.next(now) is None
