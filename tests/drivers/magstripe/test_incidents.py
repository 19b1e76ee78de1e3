"""What happens at a card slot, one story each."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.loopback import Visit, Wire
from drivers.base.plastic import CARDS
from drivers.magstripe import codec
from drivers.magstripe.emulator import StripeReaderEmulator
from drivers.magstripe.protocol import READ_WITHIN
from firmware.contract.card import Arm, Disarm, SwipeProblem
from firmware.contract.device import Light, Outcome, Status
from tests.drivers.magstripe.stage import (
    SESSION,
    ArmingTill,
    make_reader,
    opened,
    rejected,
    swiped,
)
from tests.drivers.magstripe.test_tracks import RAW


def visit_in(folder: Path, until: float = 100.0, **options: bool) -> Visit:
    emulator = StripeReaderEmulator(**options)
    visit = Visit(lambda: make_reader(folder), emulator, ArmingTill(until), Wire())
    visit.run(2.0)
    return visit


def after(visit: Visit, seconds: float) -> Visit:
    visit.run(visit.now + seconds)
    return visit


def test_one_card_for_one_permission(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=1.5)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    [card] = swiped(visit)
    assert (card.session, card.masked_pan) == (SESSION, "411111******1111")
    assert visit.emulator.physics()["unread"] == 1


def test_the_till_dies_and_the_reader_is_deaf_within_its_permission(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=2.5)
    assert visit.device.state().status is Status.BUSY
    after(visit, 4.0)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert swiped(visit) == [] and visit.device.state().status is Status.READY
    assert visit.emulator.physics()["unread"] == 1


def test_the_bus_goes_away_and_nothing_is_read_any_more(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=1.5)
    visit.device.on_lease(None)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert swiped(visit) == []


def test_no_permission_is_longer_than_ten_seconds(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=0.0)
    assert visit.device.on_command(Arm(SESSION, 3600.0)).outcome is Outcome.DONE
    after(visit, 9.5)
    assert visit.device.state().status is Status.BUSY
    after(visit, 1.0)
    assert visit.device.state().status is Status.READY


def test_the_citizen_gives_up_in_the_middle_of_the_swipe(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=1.5)
    visit.hand("swipe", card="visa")
    visit.at(visit.now + 0.402, lambda: _command(visit, Disarm()))
    after(visit, 2.0)
    assert swiped(visit) == [] and visit.sealed == []


def _command(visit: Visit, command: Disarm) -> None:
    assert visit.device.on_command(command).outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("card", "damage", "reason"),
    [
        ("chip", "", SwipeProblem.CHIP_CARD),
        ("pin", "", SwipeProblem.PIN_NEEDED),
        ("cash_only", "", SwipeProblem.NOT_FOR_PURCHASE),
        ("ration", "", SwipeProblem.NOT_A_BANK_CARD),
        ("thrift", "", SwipeProblem.NOT_A_BANK_CARD),
        ("two_numbers", "", SwipeProblem.TRACKS_DIFFER),
        ("visa", "scratch", SwipeProblem.UNREADABLE),
        ("visa", "half", SwipeProblem.UNREADABLE),
        ("visa", "blank", SwipeProblem.UNREADABLE),
    ],
)
def test_after_a_bad_swipe_the_next_card_is_read(
    tmp_path: Path, card: str, damage: str, reason: SwipeProblem
) -> None:
    visit = visit_in(tmp_path)
    visit.hand("swipe", card=card, damage=damage)
    after(visit, 1.0)
    assert rejected(visit) == [reason] and visit.sealed == []
    visit.hand("swipe", card="mastercard", backwards=True)
    after(visit, 1.0)
    assert [each.masked_pan for each in swiped(visit)] == ["555555******4444"]


def test_all_that_was_read_is_sealed_and_nothing_else(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    visit.hand("swipe", card="rupay")
    after(visit, 1.0)
    [sealed] = visit.sealed
    plastic = CARDS["rupay"]
    assert opened(sealed) == {"1": plastic.track1, "2": plastic.track2}


def test_a_card_that_comes_while_nobody_asked_is_told_and_forgotten(tmp_path: Path) -> None:
    """A reader that ignored its reset: ours does not, so the block comes by another way."""
    visit = visit_in(tmp_path, until=0.0)
    visit.device.protocol.receive_bytes(codec.block(RAW), visit.now)
    after(visit, 0.1)
    assert rejected(visit) == ["not_asked"] and visit.sealed == []


def test_a_block_that_stops_in_the_middle_costs_one_swipe(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    visit.device.protocol.receive_bytes(codec.block(RAW)[:50], visit.now)
    after(visit, READ_WITHIN + 0.5)
    assert rejected(visit) == ["unreadable"]
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert len(swiped(visit)) == 1


def test_a_reader_that_lost_its_power_while_armed_hears_the_next_card(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    visit.hand("power_cut")
    visit.hand("power_on")
    after(visit, 6.0)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert len(swiped(visit)) == 1


def test_a_reader_that_is_silent_is_gone_and_cannot_be_armed(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=0.0)
    visit.hand("link_drop", seconds=20.0)
    after(visit, 8.0)
    assert visit.device.state().status is Status.GONE
    assert [fault.code for fault in visit.device.state().faults] == ["card.link.silent"]
    assert visit.device.on_command(Arm(SESSION, 3.0)).outcome is Outcome.REFUSED
    after(visit, 20.0)
    assert visit.device.state().status is Status.READY


def test_a_clone_that_does_not_know_its_own_name_works(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, model_is_known=False)
    after(visit, 2.0)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert len(swiped(visit)) == 1


def test_a_reader_does_not_light_lamps(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    assert visit.device.on_command(Light("notes_guide", True)).outcome is Outcome.REFUSED


def test_a_cable_that_is_pulled_ends_the_permission(tmp_path: Path) -> None:
    visit = visit_in(tmp_path, until=1.5)
    visit.unplug()
    after(visit, 0.1)
    state = visit.device.state()
    assert (state.status, [fault.code for fault in state.faults]) == (
        Status.GONE, ["card.link.lost"]
    )  # fmt: skip
    visit.plug()
    after(visit, 2.0)
    visit.hand("swipe", card="visa")
    after(visit, 1.0)
    assert visit.device.state().status is Status.READY and swiped(visit) == []
