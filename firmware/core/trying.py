"""A technician tries a device through core, which alone knows that nobody is at the kiosk.

So a sample never comes between a citizen and a receipt, and no light that guides a hand is taken
away. Nothing here touches money: acceptors are refused, and what is printed says that it is no
receipt. What came of it is told by the device's own events.
"""

from __future__ import annotations

import logging

from firmware.contract.card import Arm
from firmware.contract.command import TryDevice
from firmware.contract.device import DeviceState, Kind, Outcome, Print, Reply, Status
from firmware.core.floor import Floor
from firmware.core.lights import Lights
from firmware.core.redeeming import refused
from firmware.core.visit import Stage, Visit
from firmware.documents.sample import sample
from firmware.runtime.config import KioskSection
from firmware.till.effects import Outbox, Tell

log = logging.getLogger("core")

READ_FOR = 30.0  # seconds for a card to be swiped
FREE = (Status.READY, Status.DEGRADED)


class Trying:
    """Answers TryDevice; the device's events are named after its id."""

    def __init__(self, kiosk: KioskSection, floor: Floor, outbox: Outbox, lights: Lights) -> None:
        self._kiosk, self._floor, self._outbox, self._lights = kiosk, floor, outbox, lights

    def answer(self, command: TryDevice, visit: Visit) -> Reply:
        """Refused while somebody is at the kiosk, and for a device that is not free."""
        if visit.stage is not Stage.ATTRACT or visit.order is not None:
            return refused("somebody is at the kiosk: expected nobody")
        return self.try_at_desk(command)

    def try_at_desk(self, command: TryDevice) -> Reply:
        """The same for an operator who is in, so that nobody else is there."""
        device = self._floor.devices.get(command.device)
        if device is None or device.status not in FREE:
            found = "not there" if device is None else device.status
            return refused(f"{command.device}: expected a device that is free, it is {found}")
        log.info("%s tries %s %s", command.by, command.device, command.output)
        return self._try(command, device)

    def _try(self, command: TryDevice, device: DeviceState) -> Reply:
        match device.kind:
            case Kind.RECEIPT:
                ticket = sample(self._kiosk.id, command.by)
                self._outbox.add(Tell(device.name, Print(command.id, ticket)))
            case Kind.CARD:
                self._outbox.add(Tell(device.name, Arm(command.id, READ_FOR)))
            case Kind.PANEL if command.output in device.outputs:
                self._lights.try_light(command.output, command.is_on)
            case Kind.PANEL:
                known = ", ".join(device.outputs)
                return refused(f"no light {command.output!r}; known: {known}")
            case Kind.NOTES | Kind.COINS:
                return refused(f"{device.name} takes money, and that only in a visit")
            case _:
                return refused(f"{device.name}: a {device.kind} device cannot be tried yet")
        return Reply(Outcome.DONE)
