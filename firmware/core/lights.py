"""The guide lights: the slot that is meant shines, and no other."""

from __future__ import annotations

from firmware.contract.device import Guide, Kind, Light, Status
from firmware.core.floor import Floor
from firmware.core.visit import Stage, Visit
from firmware.till.effects import Outbox, Tell

TRIED_FOR = 20.0  # seconds; a technician who looks at it has said by then what he sees
ASK_AGAIN_AFTER = 1.0  # seconds until a panel that does not follow is told again
OUTLETS = {Kind.PAGE: Guide.PAGE, Kind.PVC: Guide.PVC}  # a sheet or a card comes out there


class Lights:
    """Keeps the panel's outputs as the stage wants them."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._told: dict[str, tuple[bool, float]] = {}
        self._tried: dict[str, tuple[bool, float | None]] = {}  # until when, once that is known
        self._printed_at: set[Kind] = set()  # in this visit

    def try_light(self, output: str, is_on: bool) -> None:
        """For a technician, until TRIED_FOR is over or a visit begins."""
        self._tried[output] = (is_on, None)

    def follow(self, visit: Visit, floor: Floor, takes_money: bool, now: float) -> None:
        """Tell the panel what differs from what it shows; a restarted panel is told anew."""
        wanted = {
            Guide.NOTES.value: takes_money and bool(floor.values(Kind.NOTES)),
            Guide.COINS.value: takes_money and bool(floor.values(Kind.COINS)),
            Guide.RECEIPT.value: _paper_waits(visit),
            Guide.CARD.value: _is_busy(floor, Kind.CARD),
            **self._outlets(visit, floor),
        }
        wanted = dict.fromkeys(self._tried, False) | wanted | self._still_tried(visit, now)
        for panel in floor.of_kind(Kind.PANEL):
            for output, is_on in wanted.items():
                if panel.outputs.get(output, is_on) is not is_on:
                    self._tell(panel.name, output, is_on, now)

    def _outlets(self, visit: Visit, floor: Floor) -> dict[str, bool]:
        """From its printing to the end of the visit: by then it is taken, or left behind."""
        self._printed_at |= {kind for kind in OUTLETS if _is_busy(floor, kind)}
        if visit.stage is Stage.ATTRACT:
            self._printed_at.clear()
        return {guide.value: kind in self._printed_at for kind, guide in OUTLETS.items()}

    def _still_tried(self, visit: Visit, now: float) -> dict[str, bool]:
        """A light that is tried no more stays known, so that one without a guide goes out."""
        for output, (is_on, until) in self._tried.items():
            self._tried[output] = (is_on, now + TRIED_FOR if until is None else until)
            if visit.stage not in (Stage.ATTRACT, Stage.OPERATOR):
                self._tried[output] = (False, now)
        return {name: is_on for name, (is_on, until) in self._tried.items() if now < (until or now)}

    def _tell(self, panel: str, output: str, is_on: bool, now: float) -> None:
        told, since = self._told.get(output, (not is_on, 0.0))
        if told is not is_on or now - since >= ASK_AGAIN_AFTER:
            self._told[output] = (is_on, now)
            self._outbox.add(Tell(panel, Light(output, is_on)))


def _paper_waits(visit: Visit) -> bool:
    if visit.stage in (Stage.REPRINTED, Stage.FACTS):
        return visit.proof == "paper"
    order = visit.order
    if order is None or visit.stage not in (Stage.DONE, Stage.TROUBLE):
        return False
    return Kind.RECEIPT in (order.printed_on("receipt"), order.printed_on("claim"))


def _is_busy(floor: Floor, kind: Kind) -> bool:
    """A reader while it is armed, a printer while it prints."""
    return any(state.status is Status.BUSY for state in floor.of_kind(kind))
