"""Which services can be begun now, for the downtime ledger and the fleet: as the tiles say it."""

from __future__ import annotations

from firmware.contract.downtime import ServiceStates
from firmware.core import tiles
from firmware.core.floor import Floor
from firmware.services.catalogue import Catalogue


def service_states(catalogue: Catalogue, floor: Floor) -> ServiceStates:
    """Every service of this release."""
    return ServiceStates(
        {name: tiles.why_not(each, floor) or "" for name, each in catalogue.services.items()}
    )
