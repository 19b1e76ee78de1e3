"""A program, or the machine, is started anew: decided here, done by systemd.

Core alone knows whether money or a paper is under way. It may start nothing itself: it says what is
wanted, and `kiosk-restart` (firmware/boot/restart.py), which may do that and nothing else, does it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from firmware.contract.desk import DAEMONS, MACHINE
from firmware.contract.device import Outcome, Reply, Status
from firmware.core.book import Book
from firmware.core.floor import ACCEPTORS, Floor
from firmware.core.redeeming import refused
from firmware.core.vault import Vault
from firmware.core.visit import Stage, Visit
from firmware.journal.shift_rows import RestartAsked
from firmware.till.effects import Outbox, StartAnew

log = logging.getLogger("core")

NOBODY_PAYS = (Stage.ATTRACT, Stage.OPERATOR)


class Restarting:
    """`devices` are the names in kiosk.toml."""

    def __init__(
        self, book: Book, floor: Floor, outbox: Outbox, vault: Vault, devices: Iterable[str]
    ) -> None:
        self._book, self._floor, self._outbox, self._vault = book, floor, outbox, vault
        self.known = (*DAEMONS, *devices, MACHINE)

    def ask(self, by: str, what: str, visit: Visit) -> Reply:
        """Refused, with the reason, while it could cost somebody money or a paper."""
        if what not in self.known:
            return refused(f"{what}: expected one of {', '.join(self.known)}")
        if why := self.why_not(visit):
            return refused(why)
        self._book.write(RestartAsked(by, what))
        self._outbox.add(StartAnew(what))
        log.warning("%s has %s started anew", by, what)
        return Reply(Outcome.DONE, f"{what} is being started anew")

    def why_not(self, visit: Visit) -> str:
        """Empty when nothing is under way."""
        if visit.order is not None or visit.stage not in NOBODY_PAYS:
            return "somebody is at the kiosk: expected nobody"
        if self._vault.open_collection is not None:
            return "the cash box is being counted: expected its collection closed"
        if any(state.held for kind in ACCEPTORS for state in self._floor.of_kind(kind)):
            return "a note is in escrow: expected none"
        busy = [each.name for each in self._floor.devices.values() if each.status is Status.BUSY]
        return f"at work: {', '.join(busy)}; expected nothing on its way" if busy else ""
