"""What core knows of the devices and the back end: who works, and why money must wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from firmware.contract.device import USABLE, DeviceState, Kind, Status
from firmware.contract.gateway import GatewayState
from firmware.contract.money import Money

ACCEPTORS = (Kind.NOTES, Kind.COINS)
PAPER_END = "receipt.paper.end"
# A count alone may be wrong by a roll that was changed early: the sensor must agree.
PAPER_NEAR_END = "receipt.paper.near_end"
LONGEST_TICKET = 450  # mm: a receipt of eight bills; of one bill 170, with a slip of 210 after it
NOT_HEARD = GatewayState(is_online=False, detail="not heard yet")


@dataclass
class Floor:
    """The last retained word of every device and of the gateway."""

    devices: dict[str, DeviceState] = field(default_factory=dict)
    gateway: GatewayState = NOT_HEARD
    journal_is_confirmed: bool = True  # else rows are missing, and an operator has to look (M8)

    def of_kind(self, kind: Kind) -> Iterator[DeviceState]:
        return (state for state in self.devices.values() if state.kind is kind)

    def usable(self, kind: Kind) -> DeviceState | None:
        """The first device of that kind that works, or None."""
        return next((state for state in self.of_kind(kind) if state.status in USABLE), None)

    def acceptors(self) -> list[DeviceState]:
        """The note and coin acceptors that work."""
        return [state for kind in ACCEPTORS if (state := self.usable(kind)) is not None]

    def values(self, kind: Kind) -> list[Money]:
        """What the acceptors of that kind could take, were they leased."""
        state = self.usable(kind)
        return [] if state is None else state.denominations

    @property
    def can_print(self) -> bool:
        return self.usable(Kind.RECEIPT) is not None

    @property
    def printer_may_return(self) -> bool:
        """The printer is only away: its driver restarts, or its cable is being pushed in."""
        away = (Status.GONE, Status.STARTING)
        return all(state.status in away for state in self.of_kind(Kind.RECEIPT))

    @property
    def door_is_open(self) -> bool:
        return any(state.inputs.get("door_is_open", False) for state in self.of_kind(Kind.PANEL))

    def printer_trouble(self) -> str | None:
        """The message key of why no proof can be printed, or None."""
        faults = [fault.code for state in self.of_kind(Kind.RECEIPT) for fault in state.faults]
        if self.can_print:
            is_short = PAPER_NEAR_END in faults and self._paper_mm() < LONGEST_TICKET
            return "trouble.paper_out" if is_short else None
        return "trouble.paper_out" if PAPER_END in faults else "trouble.printer"

    def _paper_mm(self) -> float:
        """What is left of the roll; a count that nobody knows is no reason to refuse."""
        levels = [
            consumable.level
            for state in self.of_kind(Kind.RECEIPT)
            for consumable in state.consumables
            if consumable.unit == "mm" and consumable.level is not None
        ]
        return min(levels, default=inf)

    def acceptor_trouble(self) -> str | None:
        """The message key of why no money can be taken in, or None; the note acceptor leads."""
        if self.acceptors():
            return None
        faults = [
            fault.code for kind in ACCEPTORS for s in self.of_kind(kind) for fault in s.faults
        ]
        for prefix, key in ACCEPTOR_TROUBLES.items():
            if any(code.startswith(prefix) for code in faults):
                return key
        return "trouble.no_acceptor"

    def obstacle(self) -> str | None:
        """Why money may not be taken this moment (M5), apart from the back end; None if it may."""
        if not self.journal_is_confirmed:
            return "trouble.journal"
        if self.door_is_open:
            return "trouble.door_open"
        return self.printer_trouble() or self.acceptor_trouble()

    def obstacle_before(self) -> str | None:
        """The same before the acceptor opens: then the back end must answer, too."""
        if not self.gateway.is_online:
            return "trouble.back_end_down"
        return self.obstacle()


ACCEPTOR_TROUBLES = {
    "notes.jam": "trouble.notes_jam",
    "notes.stacker": "trouble.stacker_full",
    "notes.cashbox": "trouble.cash_box_out",
    "notes.link": "trouble.notes_gone",
    "coins.jam": "trouble.coins_jam",
}  # in the order in which a citizen should hear of them
