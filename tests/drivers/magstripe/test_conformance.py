"""The stripe reader through everything that every family must survive."""

from __future__ import annotations

from pathlib import Path

from drivers.base.conformance import Conformance
from drivers.base.loopback import Hand, Lossy, Visit
from drivers.base.plastic import CARDS
from drivers.magstripe.driver import StripeReader
from drivers.magstripe.emulator import StripeReaderEmulator
from firmware.contract.device import Status
from tests.drivers.magstripe.stage import ArmingTill, make_reader, opened, rejected, swiped

TRACKS = {track for name in ("visa", "rupay") for track in CARDS[name].tracks}


class TestMagstripe(Conformance):
    hands = (
        Hand(2.6, "swipe", {"card": "visa"}),
        Hand(4.6, "swipe", {"card": "visa", "damage": "scratch"}),
        Hand(6.6, "swipe", {"card": "rupay", "backwards": True}),
        Hand(7.6, "noise", {}),
    )
    script_ends = 9.0
    patience = 15.0
    step = 0.25
    seeds = range(10)
    longest_delay = 0.15

    def make_device(self, folder: Path) -> StripeReader:
        return make_reader(folder)

    def make_emulator(self) -> StripeReaderEmulator:
        return StripeReaderEmulator()

    def make_till(self) -> ArmingTill:
        return ArmingTill(until=self.script_ends)

    def check(self, visit: Visit) -> None:
        """Nobody pays with a card that was not read, or with another's; nothing stays armed."""
        cards, physics = swiped(visit), visit.emulator.physics()
        assert len(cards) == len(visit.sealed) <= physics["read"]
        assert len({card.reference for card in cards}) == len(cards)
        for card, sealed in zip(cards, visit.sealed, strict=True):
            assert card.reference == sealed.reference
            assert set(opened(sealed).values()) <= TRACKS
        assert visit.device.state().status is Status.READY
        assert not physics["is_reading"] or isinstance(visit.wire, Lossy)

    def check_all_done(self, visit: Visit) -> None:
        masks = [card.masked_pan for card in swiped(visit)]
        assert masks == ["411111******1111", "608000******0000"]
        assert rejected(visit) == ["unreadable"]
