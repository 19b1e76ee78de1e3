"""The MagneSafe reader through everything that every family must survive."""

from __future__ import annotations

from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, Visit
from drivers.magnesafe.driver import MagneSafeReader
from drivers.magnesafe.emulator import MagneSafeEmulator
from firmware.contract.device import Status
from tests.drivers.magnesafe.stage import make_reader
from tests.drivers.magstripe.stage import ArmingTill, rejected, swiped


class TestMagneSafe(Conformance):
    """A whole report is 891 bytes, so a byte at a time it takes nine tenths of a second."""

    hands = (
        Hand(3.0, "swipe", {"card": "visa"}),
        Hand(5.6, "swipe", {"card": "visa", "damage": "scratch"}),
        Hand(8.0, "swipe", {"card": "rupay"}),
        Hand(9.6, "noise", {}),
    )
    script_ends = 11.0
    patience = 25.0
    step = 0.25
    seeds = range(10)
    longest_delay = 0.15

    def make_device(self, folder: Path) -> MagneSafeReader:
        return make_reader(folder)

    def make_emulator(self) -> MagneSafeEmulator:
        return MagneSafeEmulator(ksn="FFFF9876543210E00001")

    def make_till(self) -> ArmingTill:
        return ArmingTill(until=self.script_ends)

    def check(self, visit: Visit) -> None:
        """Every card that is told was sent once, with its own key; the reader is there again."""
        cards = swiped(visit)
        assert len(cards) == len(visit.sealed) <= visit.emulator.physics()["sent"]
        assert [card.reference for card in cards] == [card.reference for card in visit.sealed]
        assert len({sealed.key for sealed in visit.sealed}) == len(visit.sealed)
        assert visit.device.state().status is Status.READY

    def check_all_done(self, visit: Visit) -> None:
        masks = [card.masked_pan for card in swiped(visit)]
        assert masks == ["4111********1111", "6080********0000"]
        assert rejected(visit) == ["unreadable"]
