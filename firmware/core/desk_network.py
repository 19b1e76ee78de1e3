"""The operator's page of the way to the office: hop by hop, and what to read to the helpdesk."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from firmware.contract.network import Hop, Network
from firmware.contract.screen import Desk, Fact
from firmware.core.floor import Floor
from firmware.runtime.bus import Envelope

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

log = logging.getLogger("core")

MARKS = {True: "ok", False: "ill", None: "unknown"}
LONGEST = 22  # letters of a detail; the rest is in `kioskctl network`


def hear_network(floor: Floor, envelope: Envelope) -> None:
    """What the gateway measured; what cannot be read is as if nobody measured."""
    try:
        floor.network = msgspec.json.decode(envelope.payload, type=Network)
    except msgspec.DecodeError as error:
        log.error("%s: refused %d bytes: %s", envelope.topic, len(envelope.payload), error)
        floor.network = None


def network_page(desk: OperatorDesk) -> Desk:
    """As the gateway measured it last."""
    network = desk.floor.network
    if network is None:
        return Desk("desk.group.network", desk.by, says="helpdesk.nobody_measures", is_alarm=True)
    broken = network.broken
    return Desk(
        "desk.group.network",
        desk.by,
        says="helpdesk.well" if broken is None else f"helpdesk.{broken.hop}",
        is_alarm=broken is not None,
        facts=[*map(_line, network.hops), *_sim(network),
               Fact("desk.measured", text=network.at[:16].replace("T", " "))],
    )  # fmt: skip


def _line(hop: Hop) -> Fact:
    detail = hop.detail if len(hop.detail) <= LONGEST else f"{hop.detail[: LONGEST - 1]}…"
    return Fact(f"hop.{hop.hop}", text=detail or None, mark=MARKS[hop.is_well])


def _sim(network: Network) -> list[Fact]:
    if (sim := network.sim) is None:
        return []
    signal = "" if sim.signal is None else f"{sim.signal} %"
    told = " · ".join(filter(None, (sim.operator or "?", sim.technology.upper(), signal)))
    return [Fact("hop.sim", text=told)]
