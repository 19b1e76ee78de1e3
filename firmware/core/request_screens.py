"""The screens of what is asked of the office without money, as facts."""

from __future__ import annotations

from firmware.contract.asked import Accepted, Confirm, PutFinger, Said
from firmware.contract.device import Kind, Status
from firmware.core.floor import Floor
from firmware.core.proof import place_of
from firmware.core.requesting import TRIES
from firmware.core.said import said
from firmware.core.visit import Stage, Visit
from firmware.journal.orders import Order
from firmware.journal.rows import VERIFICATION
from firmware.services.catalogue import Catalogue


def draw_request(visit: Visit, floor: Floor, catalogue: Catalogue) -> Confirm | PutFinger:
    """Before it is accepted."""
    if visit.stage is Stage.FINGER:
        reader = floor.usable(Kind.FINGER)
        is_lit = reader is not None and reader.status is Status.BUSY
        hint = None if visit.hint is None else visit.hint.key
        return PutFinger(visit.service, TRIES - visit.tries, is_lit, hint)
    service = catalogue.services[visit.service]
    known = [] if visit.facts is None else visit.facts.lines
    facts = [Said(f"facts.{visit.service}.{line.id}", line.text) for line in known]
    lines = [*said(catalogue, visit.service, visit.account, visit.texts), *facts]
    return Confirm(visit.service, lines, service.kind == VERIFICATION)


def accepted_of(order: Order) -> Accepted:
    """On disk, and perhaps with the office."""
    created = order.created
    is_verification = created.kind == VERIFICATION
    proof, reference = place_of(order, "receipt"), order.reference or ""
    return Accepted(created.service, order.number, proof, reference, is_verification)
