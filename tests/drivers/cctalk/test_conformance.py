"""ccTalk through everything that every family must survive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, Lossy, MainsCut, PowerCut, Till, Visit
from drivers.cctalk.codec import SLOTS
from drivers.cctalk.driver import CoinAcceptor
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from firmware.contract.device import CoinAccepted, CreditsLost, Kind, Lease
from firmware.contract.money import Money
from firmware.runtime.config import DeviceSection

LEASE = Lease("visit", 5.0, [Money(paise) for paise in (100, 200, 500, 1000)])


def credited(till: Till) -> dict[str, int]:
    found: dict[str, int] = {}
    for event in till.journal.values():
        if isinstance(event, CoinAccepted):
            key = str(event.value.paise)
            found[key] = found.get(key, 0) + 1
    return found


class TestCctalk(Conformance):
    hands = (
        Hand(3.0, "insert", {"paise": 1000}),
        Hand(3.3, "insert", {"paise": 100}),
        Hand(4.0, "insert", {"paise": 2000}),  # not leased: comes back
        Hand(4.4, "insert", {"paise": 50}),  # not known: comes back
        Hand(5.0, "insert", {"paise": 500}),
        Hand(5.05, "insert", {"paise": 500}),
        Hand(6.0, "insert", {"paise": 200}),
    )
    script_ends = 8.0
    patience = 20.0
    longest_delay = 0.15
    may_both_die = False

    def make_device(self, folder: Path) -> CoinAcceptor:
        section = DeviceSection("cctalk", Kind.COINS, "/dev/null", {"coins": INDIAN_COINS})
        return CoinAcceptor("coins", section, folder)

    def make_emulator(self) -> CoinAcceptorEmulator:
        return CoinAcceptorEmulator(has_echo=True)

    def make_till(self) -> Till:
        return Till(LEASE)

    def check(self, visit: Visit) -> None:
        physics = visit.emulator.physics()
        told, box = credited(visit.till), physics["in_box"]
        unknown = {key: box.get(key, 0) - told.get(key, 0) for key in {*box, *told}}
        assert all(count >= 0 for count in unknown.values()), f"created: {unknown}"
        assert sum(box.values()) + sum(physics["returned"].values()) == len(self.hands)
        if isinstance(visit.wire, Lossy) or self.may_both_die:
            # The device said it twice, and cannot know that it was not heard before power ended it.
            assert sum(unknown.values()) <= SLOTS
            assert all(unknown[key] >= count for key, count in physics["unreported"].items())
        else:
            lost = {key: count for key, count in unknown.items() if count}
            assert lost == physics["unreported"]
        assert visit.device.state().faults == []

    def test_mains_cut_at_every_instant(self) -> None:
        self.may_both_die = True
        super().test_mains_cut_at_every_instant()

    def check_all_done(self, visit: Visit) -> None:
        physics = visit.emulator.physics()
        assert physics["in_box"] == {"100": 1, "200": 1, "500": 2, "1000": 1}
        assert physics["returned"] == {"50": 1, "2000": 1}
        assert credited(visit.till) == physics["in_box"]
        assert not any(isinstance(event, CreditsLost) for event in visit.till.told)


class TestCctalkWithoutEchoAndWithCrc(TestCctalk):
    """The other adapter and the other checksum."""

    seeds = range(4)
    step = 1.1

    def make_device(self, folder: Path) -> CoinAcceptor:
        options: dict[str, Any] = {"coins": INDIAN_COINS, "checksum": "crc"}
        section = DeviceSection("cctalk", Kind.COINS, "/dev/null", options)
        return CoinAcceptor("coins", section, folder)

    def make_emulator(self) -> CoinAcceptorEmulator:
        return CoinAcceptorEmulator(checksum="crc")


def test_the_suite_does_cut_power() -> None:
    """Guards the names that the mishaps call: a hand that is refused would test nothing."""
    emulator = CoinAcceptorEmulator()
    for action in ("power_cut", "power_on"):
        emulator.hand(action, 1.0)
    assert MainsCut().seconds == PowerCut().seconds
