"""Every row and every event arrives, whatever the line does: at least once, in order, bounded."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.contract.fleet import RowsAfter
from firmware.contract.uplink import DownAck
from firmware.uplink.marks import Mark
from firmware.uplink.pace import Tempo
from tests.firmware.uplink.world import World, rows_of

DAY = 24 * 3600.0
PATIENCE = Tempo().ack_within


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), loses=st.sampled_from([0.0, 0.05, 0.3]))
def test_a_line_that_loses_and_an_uplink_that_dies_lose_nothing(seed: int, loses: float) -> None:
    with TemporaryDirectory() as folder:
        world, luck = World(Path(folder), seed, loses), Random(seed)
        for _ in range(12):
            world.happens(luck.choice((0, 1, 70)))
            world.writes(luck.choice((0, 3, 150)))
            world.run(luck.uniform(1, 90))
            match luck.randrange(4):
                case 0:
                    world.killed()
                case 1:
                    world.cut()
                    world.run(luck.uniform(1, 60))
                    world.connect()
                case _:
                    pass
        world.loses = 0.0
        world.connect()
        world.run(4 * PATIENCE)
        assert world.all_is_there
        assert world.collector.alarms == []
        assert world.session.flight.overdue_at() is None
        assert not world.session.something_waits


def test_three_weeks_away_go_out_oldest_first_and_paced(tmp_path: Path) -> None:
    world = World(tmp_path, seed=1)
    world.cut()
    for _ in range(21):
        world.now += DAY
        world.happens(40)
        world.writes(240)
    assert world.session.something_waits
    world.connect()
    began = world.now
    world.run(60)
    assert world.all_is_there
    times = [at - began for at, _ in world.sent]
    assert sum(at < 1.0 for at in times) <= 25, "a fleet that is back does not flood"
    assert times[-1] > 13, "5 a second, after 20 at once"
    for stream in ("up/event", "up/journal"):
        firsts = [batch.first for _, batch in world.sent if batch.stream == stream]
        assert firsts == sorted(firsts)
    late = [event.late for event in world.collector.events.values()]
    assert all(late[:-40]), "they waited for days"


def test_nobody_acknowledges_and_the_connection_stands(tmp_path: Path) -> None:
    """The collector died with the messages in its hands, and the broker has forgotten them."""
    world = World(tmp_path, seed=2, loses=1.0)
    world.happens(3)
    world.run(PATIENCE - 1)
    assert [batch.last for _, batch in world.sent] == [3]
    world.run(2)
    assert [batch.last for _, batch in world.sent] == [3, 3], "once more, on the same connection"
    world.run(PATIENCE + 1)
    assert len(world.sent) == 2, "and the next time it waits for longer"


def test_an_event_says_late_the_same_way_every_time(tmp_path: Path) -> None:
    """Sent in time, lost, and sent again an hour later: another content would be an alarm."""
    world = World(tmp_path, seed=3)
    world.happens(1)
    world.run(2)
    assert world.all_is_there
    world.cut()
    world.happens(1)
    world.connect()
    world.loses = 1.0
    world.run(1)  # event 2 leaves at once, and is lost
    world.cut()
    world.now += 3600
    world.loses = 0.0
    world.killed()
    world.run(5)
    assert [event.late for event in world.collector.events.values()] == [False, False]
    assert world.collector.alarms == []


def test_a_lost_mark_sends_all_again_and_nothing_is_doubled(tmp_path: Path) -> None:
    world = World(tmp_path, seed=4)
    world.writes(300)
    world.run(20)
    assert world.all_is_there
    for slot in tmp_path.glob("mark.*"):
        slot.unlink()
    before = len(world.sent)
    world.killed()
    world.run(20)
    assert len(world.sent) > before
    assert world.keeper.now.mark.seq == 300
    assert world.collector.alarms == [] and len(world.collector.rows) == 300


def test_a_journal_begun_anew_is_told_after_what_is_left_of_the_old_one(tmp_path: Path) -> None:
    world = World(tmp_path, seed=5)
    world.writes(100)
    world.run(20)
    world.shelf.files = {"damaged-1": rows_of("journal.db", 130), "journal.db": rows_of("new", 5)}
    world.session.on_head(*world.shelf.head, world.now)
    world.run(30)
    assert world.all_is_there
    chain, length = world.shelf.head
    assert world.keeper.now.mark == Mark(("damaged-1",), chain, length)
    sent = [(batch.name, batch.first) for _, batch in world.sent]
    assert sent[-1] == (chain, 1)
    world.killed()
    world.run(5)
    assert [(b.name, b.first) for _, b in world.sent] == sent, "and not again after a restart"


def test_a_file_aside_without_any_row_is_passed_over(tmp_path: Path) -> None:
    world = World(tmp_path, seed=6)
    world.shelf.files = {"damaged-1": [], "journal.db": rows_of("new", 5)}
    world.session.on_head(*world.shelf.head, world.now)
    world.run(20)
    assert world.all_is_there
    assert world.keeper.now.mark.done == ("damaged-1",)


def test_an_ack_of_what_was_never_sent_moves_nothing(tmp_path: Path) -> None:
    """Another disk was in this kiosk, once: the fleet knows more of its numbers than it has."""
    world = World(tmp_path, seed=7)
    world.writes(10)
    chain, _ = world.shelf.head
    world.session.on_ack(DownAck(chain=chain, rows=10, box=world.outbox.box, events=9))
    assert world.keeper.now.mark == Mark()
    world.happens(2)
    world.run(15)
    assert world.all_is_there


def test_core_writes_while_it_reads(tmp_path: Path) -> None:
    """It said how long the journal is before it answered that there is nothing new."""
    world = World(tmp_path, seed=8)
    world.run(1)
    world.session.on_head("0123456789abcdef", 1, world.now)
    world.now += 11
    asked = world.session.next(world.stamp(), world.now)
    assert isinstance(asked, RowsAfter)
    world.session.on_rows(world.shelf.after(asked), world.stamp(), world.now)
    assert world.session.wake_at(world.now) == pytest.approx(world.now + 10)


def test_core_away_is_asked_again(tmp_path: Path) -> None:
    world = World(tmp_path, seed=9, loses=1.0)
    world.writes(1)
    world.run(15)
    world.loses = 0.0
    world.run(25)
    assert world.all_is_there
