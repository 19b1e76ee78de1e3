"""A card reader as its driver shows it: armed by the till, deaf after one good card."""

from __future__ import annotations

from firmware.contract.card import Arm, CardClass, CardRejected, CardSwiped, Disarm, SwipeProblem
from firmware.contract.device import DeviceState, Kind, Status

MASKED = "411111******1111"


class Reader:
    def __init__(self) -> None:
        self.is_there = False  # most kiosks of these tests have none
        self.session = ""  # for which it listens
        self._count = 0

    def obey(self, command: Arm | Disarm) -> None:
        self.session = command.session if isinstance(command, Arm) else ""

    def swipe(self) -> CardSwiped:
        """A good card; the reader must be listening."""
        assert self.session, "nobody has armed the reader"
        session, self.session = self.session, ""
        self._count += 1
        return CardSwiped(session, f"{self._count:032x}", MASKED, CardClass.NATIONAL)

    def swipe_badly(self, why: SwipeProblem) -> CardRejected:
        return CardRejected(self.session, why)

    @property
    def states(self) -> list[DeviceState]:
        if not self.is_there:
            return []
        status = Status.BUSY if self.session else Status.READY
        return [DeviceState(name="card", kind=Kind.CARD, family="magstripe", status=status)]
