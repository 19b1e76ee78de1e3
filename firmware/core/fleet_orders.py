"""What the fleet orders of the till, by the uplink: by the same rules as a person at the kiosk.

The uplink has proven who signed it. None of it moves money, and none ends a visit.
"""

from __future__ import annotations

from firmware.contract.desk import TakeOut
from firmware.contract.device import Outcome, Reply
from firmware.contract.fleet import FleetOrder, RefreshCatalogue
from firmware.contract.rates import FetchRates
from firmware.core.core import Core
from firmware.core.restarting import NOBODY_PAYS
from firmware.till.effects import Ask, Effect


class FleetOrders:
    """Of one core."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def obey(self, order: FleetOrder) -> tuple[Reply, list[Effect]]:
        """The answer, which leaves after what is on disk, and what follows."""
        match order:
            case RefreshCatalogue():
                newest = self._core.floor.rates.newest
                said = Reply(Outcome.DONE, f"asked for rates after version {newest}")
                return said, [Ask(FetchRates(newest))]
            case TakeOut(by=by, reason=reason):
                closing = self._core.flow.desk.orders.closing
                return closing.close(by, reason, visit_goes_on=not self._nobody_pays), []
            case _:
                return self._core.on_command(order), []

    def tick(self) -> None:
        """What waits for the end of a visit."""
        if self._nobody_pays:
            self._core.flow.desk.orders.closing.visit_is_over()

    @property
    def _nobody_pays(self) -> bool:
        visit = self._core.flow.visit
        return visit.order is None and visit.stage in NOBODY_PAYS
