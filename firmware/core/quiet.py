"""When the power ends: whether anything is under way that a halt would interrupt.

A halt is never needed for the money, for every row is on disk before it is acted on (M2). It is
for the citizen, who gets a proof first, and for the file systems and devices, which are told.
"""

from __future__ import annotations

from firmware.contract.device import Status
from firmware.core.floor import ACCEPTORS, Floor
from firmware.core.flow import Flow
from firmware.core.visit import Stage
from firmware.journal.journal import Journal

QUIET_FOR = 3.0  # seconds: a driver tells again after one, and a mains switch chatters


class Quiet:
    """`now` is monotonic seconds."""

    def __init__(self, flow: Flow, floor: Floor, journal: Journal) -> None:
        self._flow, self._floor, self._journal = flow, floor, journal
        self._since: float | None = None

    def may_halt(self, now: float) -> bool:
        """Whether the power ends, nobody can begin, and nothing was under way for QUIET_FOR."""
        if not self._floor.power_is_ending or self._is_busy():
            self._since = None
            return False
        self._since = now if self._since is None else self._since
        return now - self._since >= QUIET_FOR

    def _is_busy(self) -> bool:
        """An order without its proof, an operator at the box, a note or a paper on its way, a
        receipt that a citizen asked for again, or a slip of facts."""
        if self._flow.visit.stage in (Stage.OPERATOR, Stage.REPRINTING, Stage.FACTS_SLIP):
            return True
        moves = any(state.status is Status.BUSY for state in self._floor.devices.values())
        holds = any(state.held for kind in ACCEPTORS for state in self._floor.of_kind(kind))
        return moves or holds or self._has_open_order()

    def _has_open_order(self) -> bool:
        """One that only the back end can end, and whose citizen has gone, may wait for weeks."""
        if self._flow.visit.order is not None:
            return True
        return not all(map(self._flow.paying.is_told, self._journal.open_orders()))
