"""A stripe reader for tests: a till that arms it, and the key to open what was sealed."""

from __future__ import annotations

from pathlib import Path

from nacl.public import PrivateKey, SealedBox

from drivers.base.loopback import Till, Visit
from drivers.magstripe.driver import StripeReader
from firmware.contract.card import Arm, CardRejected, CardSwiped, SealedCard
from firmware.contract.device import DeviceCommand, Kind
from firmware.runtime.config import DeviceSection

ACQUIRER = PrivateKey(bytes(range(32)))
PUBLIC_KEY = bytes(ACQUIRER.public_key).hex().upper()
SESSION = "visit"


def make_reader(folder: Path, port: str = "/dev/null") -> StripeReader:
    section = DeviceSection("magstripe", Kind.CARD, port, {"public_key": PUBLIC_KEY})
    return StripeReader("card", section, folder)


class ArmingTill(Till):
    """Says Arm every second while somebody is to pay, as a till renews a lease."""

    def __init__(self, until: float = float("inf")) -> None:
        super().__init__()
        self._until = until

    def orders(self, now: float) -> list[DeviceCommand]:
        return [Arm(SESSION, 3.0)] if now < self._until else []


def opened(card: SealedCard) -> dict[str, bytes]:
    """The tracks, as the acquirer sees them."""
    box = SealedBox(ACQUIRER)
    return {number: box.decrypt(sealed) for number, sealed in card.tracks.items()}


def swiped(visit: Visit) -> list[CardSwiped]:
    return [event for event in visit.till.told if isinstance(event, CardSwiped)]


def rejected(visit: Visit) -> list[str]:
    return [event.reason for event in visit.till.told if isinstance(event, CardRejected)]
