"""A changer and a validator behind one MDB adapter: two drivers, two tills, one port."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.base.loopback import Wire
from drivers.base.party_turns import PartyLine
from drivers.mdb.party import ANSWERED_WITHIN, MdbManners
from firmware.contract.device import Outcome, Status
from firmware.contract.money import rupees
from firmware.contract.payout import PaidOut, PayOut
from tests.drivers.mdb.test_conformance import LosesLines
from tests.drivers.party.stories import (
    A_LARGE_COIN,
    SMALL_COINS,
    check,
    credited,
    one_driver_dies,
    pulled_and_put_back,
    visit_of_both,
)
from tests.drivers.party.wire import COINS, NOTES, SharedMdb

READY_BY = 3.0
CHANGE = "TDR 0417 0001/change"
COIN_POLL, NOTE_POLL, VERSION = b"R,0B\n", b"R,33\n", b"\nV\n"
A_COIN, NOTHING = b"p,5109\n", b"p,ACK\n"
NOTE_STACKED = b"p,82\n"  # what a note is worth to whoever believes it


class OneLate(Wire):
    """Brings one answer of the adapter so late that the next question is on the wire."""

    def __init__(self, front: bytes, later: float) -> None:
        self.front, self.later, self.was_late = front, later, False

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self.was_late or not data.startswith(self.front):
            return [(0.0, data)]
        self.was_late = True
        return [(self.later, data)]


def test_coins_notes_and_change_by_one_adapter(tmp_path: Path) -> None:
    shared = SharedMdb(tmp_path)
    visit_of_both(shared, (*SMALL_COINS, *A_LARGE_COIN))
    shared.run(12.0)
    assert shared.coins.device.on_command(PayOut(CHANGE, rupees(18))).outcome is Outcome.DONE
    shared.notes.hand("insert", paise=20000)
    shared.wait(8.0)
    check(shared)
    assert credited(shared)["coins"].total() == 5
    assert credited(shared)["notes"].total() == 3
    paid = shared.coins.till.journal[CHANGE]
    assert isinstance(paid, PaidOut) and paid.amount == rupees(18)
    assert shared.bus.devices[COINS].physics()["paid_out"]


@pytest.mark.parametrize("seed", range(4))
def test_lines_are_lost_between_either_driver_and_the_adapter(tmp_path: Path, seed: int) -> None:
    shared = SharedMdb(tmp_path)
    visit_of_both(shared, SMALL_COINS)
    shared.run(READY_BY)
    shared.coins.wire, shared.notes.wire = LosesLines(seed, 23), LosesLines(seed + 3, 19)
    shared.far = LosesLines(seed, 29)
    shared.run(16.0)
    for visit in shared.visits:
        visit.wire = Wire()
    shared.far = Wire()
    shared.wait(14.0)
    check(shared)
    assert credited(shared)["coins"].total() > 1, "the cable is not so bad"


@pytest.mark.parametrize("front", [b"p,5", b"p,9", b"p,8"])
def test_an_answer_that_comes_late_is_found_again(tmp_path: Path, front: bytes) -> None:
    """A coin in a tube, a note in escrow, a note stacked."""
    shared = SharedMdb(tmp_path)
    shared.far = late = OneLate(front, ANSWERED_WITHIN + 0.01)
    visit_of_both(shared, SMALL_COINS)
    shared.run(20.0)
    assert late.was_late
    check(shared)
    assert credited(shared)["notes"] == {"50000": 1, "10000": 1}


@pytest.mark.parametrize("at", [4.0, 4.04, 4.08])
def test_a_coin_dispensed_by_hand_and_told_late_is_no_note_in_escrow(
    tmp_path: Path, at: float
) -> None:
    """One coin of type 1 and a note of type 1 in escrow are the same byte."""
    shared = SharedMdb(tmp_path)
    shared.far = late = OneLate(b"p,91", ANSWERED_WITHIN + 0.01)
    shared.coins.till.lease = None  # its buttons work while it takes no coins
    shared.coins.device.on_lease(None)
    shared.coins.at(at, lambda: shared.coins.hand("dispense", paise=200, count=1))
    shared.run(12.0)
    assert late.was_late
    assert shared.notes.till.told == []


@pytest.mark.parametrize("at", [1.0, 4.15, 4.9, 7.5])
def test_the_adapter_is_pulled_and_put_back(tmp_path: Path, at: float) -> None:
    shared = SharedMdb(tmp_path)
    visit_of_both(shared, SMALL_COINS)
    pulled_and_put_back(shared, at)


@pytest.mark.parametrize("number", [COINS, NOTES])
@pytest.mark.parametrize("at", [4.2, 4.9, 6.2])
def test_the_death_of_one_driver_is_nothing_to_the_other(
    tmp_path: Path, number: int, at: float
) -> None:
    shared = SharedMdb(tmp_path)
    visit_of_both(shared, SMALL_COINS)
    one_driver_dies(shared, number, at)


@pytest.mark.parametrize("silent", [COINS, NOTES])
def test_a_peripheral_without_power_leaves_the_other_its_turns(tmp_path: Path, silent: int) -> None:
    shared = SharedMdb(tmp_path)
    shared.run(READY_BY)
    shared.visits[silent].hand("power_cut")
    shared.wait(8.0)
    assert shared.visits[silent].device.state().status is Status.GONE
    speaking = shared.visits[1 - silent]
    assert speaking.device.state().status is Status.READY
    speaking.hand("insert", paise=1000)
    shared.wait(5.0)
    assert sum(credited(shared)[("notes", "coins")[silent]].values()) == 1


# --- the turns, line by line ---------------------------------------------------------------------


@pytest.fixture
def party() -> PartyLine:
    return PartyLine(MdbManners(), 2)


def test_a_missing_answer_is_waited_for_with_a_question_that_has_another_one(
    party: PartyLine,
) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.asked(NOTES, NOTE_POLL, 1.2)
    assert party.to_wire() == COIN_POLL
    party.tick(1.0 + ANSWERED_WITHIN)
    assert party.to_wire() == VERSION
    party.heard(A_COIN, 1.31)
    assert list(party.to_lines()) == [], "the changer's, and nobody may have it"
    party.heard(b"v,4.0.2.0\n", 1.32)
    assert list(party.to_lines()) == []
    assert party.to_wire() == NOTE_POLL
    party.heard(NOTHING, 1.33)
    assert list(party.to_lines()) == [(NOTES, NOTHING)]


def test_an_adapter_that_is_away_is_asked_until_it_answers(party: PartyLine) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.to_wire()
    for _ in range(4):
        party.tick(party.next_deadline())
        assert party.to_wire() == VERSION
    party.asked(NOTES, NOTE_POLL, 2.3)
    party.heard(b"v,4.0.2.0\n", 2.31)
    assert party.to_wire() == NOTE_POLL


def test_the_line_end_in_front_of_a_question_goes_with_it(party: PartyLine) -> None:
    party.asked(COINS, b"\n", 1.0)
    assert party.to_wire() == b"", "a line end alone asks nothing"
    party.asked(COINS, b"V\n", 1.001)
    assert party.to_wire() == VERSION


def test_noise_before_an_answer_does_not_hide_it_and_is_none(party: PartyLine) -> None:
    party.asked(COINS, COIN_POLL, 1.0)
    party.asked(NOTES, NOTE_POLL, 1.0)
    party.to_wire()
    party.heard(b"\xff\x80p,zz\n", 1.01)
    assert party.to_wire() == b""
    party.heard(b"\x90" + NOTE_STACKED, 1.02)
    assert party.to_wire() == NOTE_POLL
