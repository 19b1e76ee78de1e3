"""A machine whose mind is dead takes no money (M4), and keeps none that it has not been told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import InsertCash, Trouble
from firmware.demo.stage import Settings, Stage
from firmware.till.leases import LEASE_SECONDS
from tests.stories.kiosk import Kiosk

# A note takes a third of a second from the mouth to escrow: time enough for a till to die in.
SETTINGS = Settings(speed=2, has_ui=False, screen=30, cash=30, warning=5, done=30)
ENDS_WITHIN = LEASE_SECONDS + 2.0  # seconds; the last lease, and the poll that inhibits


def core_alone(stage: Stage) -> None:
    stage.hold("core")


def core_and_broker(stage: Stage) -> None:
    stage.hold("core")
    stage.hold("broker")


DEATHS = [core_alone, core_and_broker]


def revive(stage: Stage) -> None:
    for name in ("broker", "core"):
        stage.release(name)


@pytest.mark.parametrize("death", DEATHS)
async def test_the_till_dies_and_the_acceptors_shut_themselves(
    kiosk: Kiosk, death: Callable[[Stage], None]
) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    death(kiosk.stage)
    for device in ("notes", "coins"):
        await kiosk.citizen.sees_at(
            device, lambda p: not p["accepting"], "a shut slot", ENDS_WITHIN
        )
    revive(kiosk.stage)
    await kiosk.shows_inserted(200)
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
    await kiosk.cancels(Trouble)
    assert (await kiosk.is_claimed()).safe == rupees(200)
    await kiosk.leaves()


@pytest.mark.parametrize("death", DEATHS)
async def test_a_note_in_escrow_comes_back_when_the_till_dies(
    kiosk: Kiosk, death: Callable[[Stage], None]
) -> None:
    await kiosk.to_cash()
    before = kiosk.returned()
    await kiosk.citizen.tries("notes", 200)
    death(kiosk.stage)
    assert kiosk.bench.look("notes")["at"] == "moving_in", "expected the death before escrow"
    await kiosk.waits(
        lambda: sorted(kiosk.returned()) == sorted([*before, 200]), "the note back", ENDS_WITHIN
    )
    revive(kiosk.stage)
    await kiosk.citizen.sees(InsertCash)
    await kiosk.shows_inserted(0)
    await kiosk.cancels_to_attract()
    await kiosk.leaves()
    assert kiosk.booked() == []
