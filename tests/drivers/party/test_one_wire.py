"""Coins and notes on one ccTalk wire: two drivers, two tills, and what may befall them."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from drivers.base.loopback import Lossy, Wire
from drivers.cctalk.codec import Checksum
from drivers.cctalk.party import LATE_WITHIN, POLLED_WITHIN
from firmware.contract.device import Status
from tests.drivers.party.stories import (
    A_LARGE_COIN,
    SMALL_COINS,
    check,
    credited,
    one_driver_dies,
    pulled_and_put_back,
    visit_of_both,
)
from tests.drivers.party.wire import COINS, NOTES, SharedCctalk

READY_BY = 4.0
LONGEST_WITHOUT_A_POLL = 0.5  # seconds; 0.3 was measured
LATE_SHARE = 0.05  # of all answers
ECHO = pytest.mark.parametrize("has_echo", [True, False])


COINS_OF_ALL = (*SMALL_COINS, *A_LARGE_COIN)


@ECHO
@pytest.mark.parametrize("checksum", list(Checksum))
def test_both_visits_at_once(tmp_path: Path, has_echo: bool, checksum: Checksum) -> None:
    shared = SharedCctalk(tmp_path, has_echo, checksum)
    visit_of_both(shared, COINS_OF_ALL)
    shared.run(14.0)
    check(shared)
    assert credited(shared)["coins"].total() == 5
    assert credited(shared)["notes"].total() == 2


@ECHO
def test_both_with_a_crc_so_that_no_answer_says_whose_it_is(tmp_path: Path, has_echo: bool) -> None:
    shared = both_with_crc(tmp_path, has_echo)
    visit_of_both(shared, COINS_OF_ALL)
    shared.run(14.0)
    check(shared)
    assert credited(shared)["coins"].total() == 5
    assert credited(shared)["notes"].total() == 2


def both_with_crc(folder: Path, has_echo: bool = True, **wires: Any) -> SharedCctalk:
    return SharedCctalk(folder, has_echo, Checksum.CRC, coin_checksum=Checksum.CRC, **wires)


class Dawdles(Wire):
    """Some answers come when the turn is over, in the middle of the other's, or later."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.late = 0

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if self._chance.random() >= LATE_SHARE:
            return [(0.0, data)]
        self.late += 1
        return [(POLLED_WITHIN + self._chance.uniform(0.0, LATE_WITHIN), data)]


@pytest.mark.parametrize("seed", range(6))
def test_late_answers_with_a_crc_are_not_believed_by_the_other_driver(
    tmp_path: Path, seed: int
) -> None:
    """Eleven bytes of counter and events, whoever says them: coins were told that never fell."""
    shared = both_with_crc(tmp_path, has_echo=False)
    visit_of_both(shared, COINS_OF_ALL)
    shared.far = dawdles = Dawdles(seed)
    shared.run(16.0)
    shared.far = Wire()
    shared.wait(14.0)
    assert dawdles.late > 5
    check(shared)


@pytest.mark.parametrize("checksum", [Checksum.SIMPLE, Checksum.CRC])
@pytest.mark.parametrize("seed", range(3))
def test_both_on_wires_that_lose_and_hurt(tmp_path: Path, seed: int, checksum: Checksum) -> None:
    wires = (Lossy(seed), Lossy(seed + 100))
    shared = SharedCctalk(tmp_path, wires=wires, coin_checksum=checksum)
    visit_of_both(shared, COINS_OF_ALL)
    shared.run(16.0)
    for visit in shared.visits:
        visit.wire = Lossy(0, rate=0.0)
    shared.wait(14.0)
    check(shared)


@ECHO
@pytest.mark.parametrize("at", [1.0, 4.15, 4.9, 5.4, 7.5])
def test_the_port_is_pulled_and_put_back(tmp_path: Path, has_echo: bool, at: float) -> None:
    shared = SharedCctalk(tmp_path, has_echo)
    visit_of_both(shared, COINS_OF_ALL)
    pulled_and_put_back(shared, at)


@pytest.mark.parametrize("number", [COINS, NOTES])
@pytest.mark.parametrize("at", [4.2, 4.9, 6.2])
def test_the_death_of_one_driver_is_nothing_to_the_other(
    tmp_path: Path, number: int, at: float
) -> None:
    shared = SharedCctalk(tmp_path)
    visit_of_both(shared, COINS_OF_ALL)
    one_driver_dies(shared, number, at)


@ECHO
@pytest.mark.parametrize("silent", [COINS, NOTES])
@pytest.mark.parametrize("coin_checksum", list(Checksum))
def test_a_silent_device_does_not_starve_the_other(
    tmp_path: Path, has_echo: bool, silent: int, coin_checksum: Checksum
) -> None:
    """Measured: how long the other goes without a poll; a coin acceptor inhibits itself at 1 s."""
    shared = SharedCctalk(tmp_path, has_echo, coin_checksum=coin_checksum)
    shared.run(READY_BY)
    shared.visits[silent].hand("link_drop", seconds=60.0)
    speaking = shared.visits[1 - silent]
    shared.run(READY_BY + 20.0)
    assert shared.visits[silent].device.state().status is Status.GONE
    assert speaking.device.state().status is Status.READY
    heard = [at for at in shared.wire.answers[1 - silent] if at > READY_BY]
    longest = max(after - before for before, after in pairwise(heard))
    assert len(heard) > 60 and longest < LONGEST_WITHOUT_A_POLL, (len(heard), longest)
    speaking.hand("insert", paise=1000)
    shared.wait(5.0)
    assert sum(credited(shared)[("notes", "coins")[silent]].values()) == 1


def test_a_short_silences_both_and_its_end_brings_both_back(tmp_path: Path) -> None:
    shared = SharedCctalk(tmp_path)
    shared.run(READY_BY)
    shared.wire.is_cut = True
    shared.wait(6.0)
    assert [visit.device.state().status for visit in shared.visits] == [Status.GONE] * 2
    shared.wire.is_cut = False
    shared.wait(8.0)
    check(shared)
