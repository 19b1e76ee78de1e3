"""A person says that paper, cards or a cutter were put in: on record, and the device counts anew.

Only of what a device counts: what it measures it sees by itself, and a false word would hide the
end of a roll from everybody.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from firmware.contract.device import Consumable, DeviceState, Outcome, Refill, Reply, Source, Status
from firmware.contract.till import SupplyRefilled
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.redeeming import refused
from firmware.journal.desk_rows import SupplyRenewed
from firmware.till.effects import Outbox, Say, Tell

log = logging.getLogger("core")


class Refilling:
    """From the desk and from kioskctl."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox

    def all(self) -> Iterator[tuple[DeviceState, Consumable]]:
        """Everything that runs out, of every device that is there."""
        for device in self._floor.devices.values():
            if device.status is not Status.GONE:
                for each in device.consumables:
                    if not each.is_of_money:
                        yield device, each

    def say(self, device: str, consumable: str, by: str) -> Reply:
        """The row first; refused for what is not there or is measured."""
        state = self._floor.devices.get(device)
        known = [] if state is None else state.consumables
        found = next((each for each in known if each.name == consumable), None)
        if state is None or state.status is Status.GONE or found is None:
            return refused(f"{device}: expected a device that is there and has {consumable}")
        if not can_be_said(found):
            return refused(f"{device}: {consumable} is measured; the device sees it by itself")
        self._book.write(SupplyRenewed(by, device, consumable))
        self._outbox.add(Tell(device, Refill(consumable)))
        self._outbox.add(Say(SupplyRefilled(device, consumable, by)))
        log.info("%s put new %s into %s", by, consumable, device)
        return Reply(Outcome.DONE)


def can_be_said(consumable: Consumable) -> bool:
    return consumable.source is Source.COUNTED and consumable.full is not None
