"""What happens to two devices on any one wire, and what must have come of it."""

from __future__ import annotations

from collections import Counter

from drivers.base.loopback import Visit
from firmware.contract.device import CoinAccepted, NoteStacked, NoteUnaccounted, Status
from tests.drivers.party.wire import COINS, NOTES, Shared

SMALL_COINS = ((4.0, 1000), (4.3, 100), (6.1, 500), (6.15, 500))  # seconds, paise: all have tubes
A_LARGE_COIN = ((8.0, 2000),)
A_NOTE_AND_A_NOTE = ((4.1, 50000), (7.0, 10000))


def visit_of_both(shared: Shared, coins: tuple[tuple[float, int], ...]) -> None:
    """Coins fall while notes are stacked."""
    for visit, inserted in ((shared.coins, coins), (shared.notes, A_NOTE_AND_A_NOTE)):
        for at, paise in inserted:
            visit.at(at, lambda visit=visit, paise=paise: _insert(visit, paise))  # type: ignore[misc]


def _insert(visit: Visit, paise: int) -> None:
    visit.hand("insert", paise=paise)


def credited(shared: Shared) -> dict[str, Counter[str]]:
    journal = [*shared.coins.till.journal.values(), *shared.notes.till.journal.values()]
    return {
        "coins": Counter(str(e.value.paise) for e in journal if isinstance(e, CoinAccepted)),
        "notes": Counter(str(e.value.paise) for e in journal if isinstance(e, NoteStacked)),
    }


def check(shared: Shared) -> None:
    """Nothing created, and nothing lost but what a device itself forgot."""
    told = credited(shared)
    assert told["coins"] == Counter(shared.bus.devices[COINS].physics()["in_box"])
    assert told["notes"] == Counter(shared.bus.devices[NOTES].physics()["in_box"])
    assert not any(isinstance(e, NoteUnaccounted) for e in shared.notes.till.told)
    for visit in shared.visits:
        state = visit.device.state()
        assert (state.status, state.faults) == (Status.READY, []), state
        assert state.accepting, state


def pulled_and_put_back(shared: Shared, at: float) -> None:
    """The cable that both are on."""
    shared.run(at)
    shared.unplug()
    shared.wait(1.0)
    assert [visit.device.state().status for visit in shared.visits] == [Status.GONE] * 2
    shared.plug()
    shared.run(30.0)
    check(shared)


def one_driver_dies(shared: Shared, number: int, at: float) -> None:
    """And the other one works on."""
    shared.run(at)
    shared.visits[number].start_driver()
    other = shared.visits[1 - number]
    while shared.coins.now < 20.0:
        shared.wait(0.5)
        assert other.device.state().status in (Status.READY, Status.BUSY)
    check(shared)
