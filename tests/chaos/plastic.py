"""A card reader at the contract, for a kiosk in memory: its driver is a process that can die.

What it seals only the sandbox acquirer opens; the card is a public test number.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import msgspec
from nacl.public import PublicKey, SealedBox

from firmware.contract.card import Arm, CardClass, CardSwiped, SealedCard, Sealing
from firmware.contract.device import DeviceCommand, DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.topics import Topics
from firmware.gateway.sandbox.unsealing import PUBLIC_KEY
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config

NAME = "card"
TRACK2 = b";4111111111111111=3012101000000000?"
MASKED = "411111******1111"


@dataclass
class Slot:
    """Where a card goes through; the driver that runs just now listens, or nobody does."""

    driver: Driver | None = None

    def swipe(self) -> bool:
        """False when nobody listens: then the card went through in vain."""
        return self.driver is not None and self.driver.swipe()


class Driver:
    def __init__(self, config: Config) -> None:
        self._topics = topics = Topics(config.kiosk.id)
        self._bus = Bus(
            config.bus_address(f"driver-{NAME}"), (topics.device_state(NAME), _state(Status.GONE))
        )
        self._bus.on(topics.device_command(NAME), self._obey)
        self.session = ""

    async def run(self) -> None:
        self._bus.retain(self._topics.device_state(NAME), _state(Status.READY))
        await self._bus.run()

    def swipe(self) -> bool:
        if not self.session:
            return False
        reference, session = uuid4().hex, self.session
        sealed = SealedBox(PublicKey(bytes.fromhex(PUBLIC_KEY))).encrypt(TRACK2)
        self.session = ""
        card = SealedCard(reference, Sealing.BOX, PUBLIC_KEY, {"2": bytes(sealed)})
        self._bus.send(self._topics.device_sealed(NAME), card)
        swiped = CardSwiped(session, reference, MASKED, CardClass.NATIONAL)
        self._bus.send(self._topics.device_event(NAME), swiped)
        return True

    def _obey(self, envelope: Envelope) -> None:
        command: DeviceCommand = msgspec.json.decode(envelope.payload, type=DeviceCommand)
        self.session = command.session if isinstance(command, Arm) else ""
        self._bus.answer(envelope, Reply(Outcome.DONE))


def _state(status: Status) -> DeviceState:
    return DeviceState(name=NAME, kind=Kind.CARD, family="plastic", status=status)


async def serve(config: Config, slot: Slot) -> None:
    slot.driver = Driver(config)
    await slot.driver.run()
