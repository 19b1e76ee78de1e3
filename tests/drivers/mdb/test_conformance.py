"""A coin changer through everything that every family must survive: coins in, and change out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, PowerCut, Till, Visit, Wire
from drivers.mdb.driver import CoinChanger
from drivers.mdb.emulator import CoinChangerEmulator
from firmware.contract.device import (
    CoinAccepted,
    CreditsLost,
    DeviceCommand,
    DeviceEvent,
    Kind,
    Lease,
    Status,
)
from firmware.contract.money import Money, rupees
from firmware.contract.payout import PaidOut, PayOut, PayOutFailed
from firmware.runtime.config import DeviceSection

LEASE = Lease("visit", 5.0, [rupees(value) for value in (1, 2, 5, 10)])
CHANGE = "TDR 0417 0001/change"
CHANGE_AT = 7.0  # seconds of the visit
ASKED = rupees(18)


class Cashier(Till):
    """Takes coins, and from a time on asks for one pay-out until it hears what became of it."""

    def __init__(self) -> None:
        super().__init__(LEASE)

    def orders(self, now: float) -> list[DeviceCommand]:
        is_due = now >= CHANGE_AT and CHANGE not in self.journal
        return [PayOut(CHANGE, ASKED)] if is_due else []


class LosesLines(Wire):
    """A cable that loses whole transfers now and then: USB checks each, and hurts none."""

    def __init__(self, seed: int, every: int = 7) -> None:
        self._count, self._every = seed, every

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self._count += 1
        return [] if self._count % self._every == 0 else [(0.0, data)]


def make_changer(folder: Path) -> CoinChanger:
    return CoinChanger("coins", DeviceSection("mdb_coins", Kind.COINS, "/dev/null"), folder)


def credited(events: list[DeviceEvent]) -> Counter[int]:
    return Counter(event.value.paise for event in events if isinstance(event, CoinAccepted))


class TestChanger(Conformance):
    hands = (
        Hand(3.0, "insert", {"paise": 1000}),
        Hand(3.3, "insert", {"paise": 100}),
        Hand(4.0, "insert", {"paise": 2000}),  # not leased: comes back
        Hand(4.4, "insert", {"paise": 50}),  # not known: comes back
        Hand(5.0, "insert", {"paise": 500}),
        Hand(5.05, "insert", {"paise": 500}),
        Hand(6.0, "insert", {"paise": 200}),
    )
    script_ends = 11.0
    step = 0.35
    patience = 20.0
    longest_delay = 0.15
    seeds = range(6)
    level = 3

    def make_device(self, folder: Path) -> CoinChanger:
        return make_changer(folder)

    def make_emulator(self) -> CoinChangerEmulator:
        return CoinChangerEmulator(level=self.level)

    def make_till(self) -> Till:
        return Cashier()

    def check(self, visit: Visit) -> None:
        """Every coin of these has a tube, so none is lost, whatever is lost on the wire."""
        physics = visit.emulator.physics()
        events = list(visit.till.journal.values())
        coins = Counter({int(p): count for p, count in physics["in_box"].items()})
        assert credited(events) == coins
        assert not any(isinstance(event, CreditsLost) for event in events)
        returned = Counter({int(p): count for p, count in physics["returned"].items()})
        assert coins.total() + returned.total() == len(self.hands)
        outcome = visit.till.journal[CHANGE]
        assert isinstance(outcome, PaidOut | PayOutFailed)
        assert outcome.coins == {int(p): count for p, count in physics["paid_out"].items()}
        if isinstance(outcome, PayOutFailed):
            assert outcome.is_certain and outcome.paid < outcome.asked == ASKED
        else:
            assert outcome.amount == ASKED
        state = visit.device.state()
        assert state.status is Status.READY and state.faults == []
        assert state.payable == {int(p): count for p, count in physics["tubes"].items()}
        assert state.accepting == LEASE.denominations

    def check_all_done(self, visit: Visit) -> None:
        physics = visit.emulator.physics()
        assert physics["in_box"] == {"100": 1, "200": 1, "500": 2, "1000": 1}
        assert physics["paid_out"] == {"1000": 1, "500": 1, "200": 1, "100": 1}
        assert isinstance(visit.till.journal[CHANGE], PaidOut)
        assert visit.device.state().counters["found"] == 0

    def test_lossy_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"lines are lost, from {seed}", LosesLines(seed))

    def test_power_cut_on_lossy_wires(self) -> None:
        for seed in self.seeds:
            instant = self.script_ends * seed / len(self.seeds)
            wire = LosesLines(seed)
            self._visit(f"cut at {instant:.2f} s, seed {seed}", wire, PowerCut(), instant)


class TestOldChanger(TestChanger):
    """Feature level 2: no name, no pay-out of its own choice; the tubes alone tell."""

    level = 2
    seeds = range(3)
    step = 0.9


def test_money_of_the_suite_is_what_it_looks_like() -> None:
    assert Money(1800) == ASKED
