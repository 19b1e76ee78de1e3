"""What every card reader's adapter does: armed by the till, one card, a reference, a sealed blob.

Nothing of a card is kept here: no ledger, no retained document, no repeat. A swipe that nobody
heard is swiped again, and nothing was charged by it.
"""

from __future__ import annotations

import logging
import secrets
from abc import abstractmethod
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from drivers.base.arming import Swipe, SwipeRejected
from drivers.base.device import Host, WireDevice
from drivers.base.flight import What
from drivers.base.protocol import CommandRefused
from firmware.contract.card import (
    Arm,
    CardRejected,
    CardSwiped,
    Disarm,
    SealedCard,
)
from firmware.contract.device import Acknowledge, DeviceCommand, Lease, Outcome, Reply
from firmware.runtime.config import DeviceSection

log = logging.getLogger("card")

REFERENCE_BYTES = 16  # nobody guesses 128 bits within the minutes a reference lives
Event = TypeVar("Event")


class CardHost(Host, Protocol):
    """The daemon, with the one way out for what is sealed."""

    def hand_over(self, sealed: SealedCard) -> None:
        """To the gateway and nobody else."""


class CardReader(WireDevice[Event, Arm | Disarm], Generic[Event]):
    """One reader. Counters are of this life of the driver: nothing is kept on disk."""

    host: CardHost

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self.counters = {"swipes": 0, "rejected": 0}

    @property
    @abstractmethod
    def is_armed(self) -> bool: ...

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Arm() | Disarm():
                return self._permit(command)
            case Acknowledge():
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a card reader has no {type(command).__name__}")

    def redact(self, what: What, data: bytes) -> bytes:
        """Commands only. What a reader sends comes by no way that would keep or log it (M10)."""
        return data if what is What.SENT else b""

    def on_lease(self, lease: Lease | None) -> None:
        """The bus went away (None): without the till, nothing is read."""
        if lease is None and self.is_armed:
            self._permit(Disarm())

    def _permit(self, command: Arm | Disarm) -> Reply:
        try:
            self.ask(command)
        except CommandRefused as error:
            return Reply(Outcome.REFUSED, str(error))
        return Reply(Outcome.DONE)

    def swiped(self, swipe: Swipe) -> None:
        """The sealed card first: whoever hears of the reference can already use it."""
        self.counters["swipes"] += 1
        reference = secrets.token_hex(REFERENCE_BYTES)
        self.host.hand_over(SealedCard(reference, swipe.sealing, swipe.key, swipe.tracks))
        self.host.tell(CardSwiped(swipe.session, reference, swipe.masked_pan, swipe.card_class))

    def rejected(self, swipe: SwipeRejected) -> None:
        self.counters["rejected"] += 1
        self.host.tell(CardRejected(swipe.session, swipe.reason))
