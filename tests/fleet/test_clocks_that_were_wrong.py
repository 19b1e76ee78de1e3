"""A kiosk's clock was wrong, and was put right: its present word must win over its last one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from firmware.collector.batch import batch_of
from firmware.collector.database import Connection
from firmware.collector.reading import Heard
from firmware.collector.store import Store
from firmware.contract.uplink import Link, UpState, UpStatus

KIOSK = "rj14-1"
AHEAD, BEHIND = "2038-01-19T03:14:07.000Z", "2026-01-01T00:00:00.000Z"


def ago(seconds: float = 0.0) -> str:
    """Below 0: the next word of a kiosk, which comes seconds after the one before."""
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def state(cash: int, t: str, boot: int = 5, up: float = 0.0, t_ok: bool = True,
          is_retained: bool = False) -> Heard:  # fmt: skip
    said = UpState(boot=boot, up=up, t=t, t_ok=t_ok, release="0.1.0", condition="in_service",
                   in_cash_box=cash)  # fmt: skip
    return Heard(KIOSK, said, msgspec.json.encode(said), is_retained)


def status(link: Link, connection: int, t: str, t_ok: bool = True) -> Heard:
    said = UpStatus(state=link, connection=connection, boot=5, release="0.1.0", t=t, t_ok=t_ok)
    return Heard(KIOSK, said, msgspec.json.encode(said))


async def shows(database: Connection, *heard: Heard) -> int:
    """What the office reads after each was committed by itself."""
    for each in heard:
        await Store().save(database, batch_of([each]))
    found = await database.fetchval("SELECT in_cash_box FROM fleet_status")
    assert isinstance(found, int)
    return found


async def link_of(database: Connection, *heard: Heard) -> tuple[str, int]:
    for each in heard:
        await Store().save(database, batch_of([each]))
    found = await database.fetchrow("SELECT state, connection FROM statuses")
    assert found is not None
    return found["state"], found["connection"]


@pytest.mark.parametrize("t_ok", [True, False])
async def test_a_word_of_2038_does_not_win_for_ever(database: Connection, t_ok: bool) -> None:
    """A kiosk of a release before, which says no uptime: the same start of the machine."""
    found = await shows(database, state(100, AHEAD, t_ok=t_ok), state(200, ago(-5)))
    assert found == 200


async def test_a_new_card_after_a_clock_of_2038_is_heard(database: Connection) -> None:
    assert await shows(database, state(100, AHEAD), state(200, ago(-5), boot=1, up=30.0)) == 200
    first = await link_of(
        database, status(Link.ONLINE, 800, AHEAD), status(Link.ONLINE, 1, ago(-5))
    )
    assert first == ("online", 1)


async def test_a_clock_that_was_set_back_is_no_older_word(database: Connection) -> None:
    now, before = state(100, ago(60), up=1000.0), state(200, BEHIND, up=1060.0)
    assert await shows(database, now, before) == 200


async def test_an_overtaken_word_loses_whatever_its_clock_said(database: Connection) -> None:
    """Two collectors, the later message commits first; the clock was put right between the two."""
    assert await shows(database, state(200, ago(), up=1060.0), state(100, AHEAD, up=1000.0)) == 200


async def test_a_new_card_without_a_clock_is_heard_when_the_old_word_is_old(
    database: Connection,
) -> None:
    old, new = state(100, ago(), up=9000.0), state(200, BEHIND, boot=1, up=30.0, t_ok=False)
    assert await shows(database, old, new) == 100, "may be of a start before"
    await database.execute("UPDATE states SET received = received - interval '11 min'")
    assert await shows(database, new) == 200
    assert await link_of(database, status(Link.ONLINE, 800, ago())) == ("online", 800)
    card = status(Link.DRAINING, 1, BEHIND, t_ok=False)
    assert await link_of(database, card) == ("online", 800)
    await database.execute("UPDATE statuses SET received = received - interval '11 min'")
    assert await link_of(database, card) == ("draining", 1)


async def test_what_the_broker_kept_of_a_dead_kiosk_does_not_make_it_look_alive(
    database: Connection,
) -> None:
    """Each connection of a collector brings it once more."""
    kept = state(100, BEHIND, up=9.0, t_ok=False, is_retained=True)
    await shows(database, state(100, BEHIND, up=9.0, t_ok=False))
    await database.execute("UPDATE states SET received = received - interval '3 h'")
    await shows(database, kept)
    assert await database.fetchval("SELECT condition FROM fleet_status") == "silent"


async def test_what_waited_is_online_when_it_is_drained_under_a_clock_that_was_set_back(
    database: Connection,
) -> None:
    said = status(Link.DRAINING, 3, ago()), status(Link.ONLINE, 3, BEHIND)
    assert await link_of(database, *said) == ("online", 3)
    assert await link_of(database, *reversed(said)) == ("online", 3)
    assert await link_of(database, status(Link.OFFLINE, 3, BEHIND)) == ("offline", 3)


async def test_of_one_batch_the_last_word_is_that_of_the_longest_uptime(
    database: Connection,
) -> None:
    batch = batch_of([state(200, BEHIND, up=1060.0), state(100, AHEAD, up=1000.0)])
    await Store().save(database, batch)
    assert await database.fetchval("SELECT in_cash_box FROM fleet_status") == 200
