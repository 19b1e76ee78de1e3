"""From the bus to the readiness report: what could a citizen do at this kiosk now, and why not?

It is asked of the same `Floor` that core asks before it takes money (M5), so the paper and the
screen agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from firmware.cli.snapshot import Snapshot
from firmware.contract.device import Kind
from firmware.contract.gateway import Tender
from firmware.contract.health import CoreState
from firmware.core.floor import NOT_HEARD, Floor
from firmware.core.tiles import free_trouble, service_trouble
from firmware.documents.readiness import Ability, Readiness
from firmware.runtime.config import Config
from firmware.runtime.fault_words import meaning
from firmware.services.catalogue import Catalogue
from firmware.services.rates.shelf import Rates, shelf_of

NO_CORE, NO_DEVICE, NOT_SETTLED = (
    f"ready.because.{why}" for why in ("core", "no_device", "not_settled")
)
PRINTERS = {Kind.PAGE: "ready.can.page", Kind.PVC: "ready.can.pvc"}


def facts_of(snapshot: Snapshot, config: Config, catalogue: Catalogue, now: datetime) -> Readiness:
    """`now` is aware. What a daemon that is gone said last is not believed."""
    expected = {name: section.kind for name, section in config.device.items()}
    health = snapshot.health if snapshot.health_is_alive else None
    core = snapshot.core if _is_alive(snapshot, "core") else None
    floor = _floor(snapshot, core, config, shelf_of(config).look(now.date()))
    return Readiness(
        kiosk=snapshot.kiosk,
        place=config.kiosk.place.get("hi", config.kiosk.id),
        at=now.isoformat(timespec="seconds"),
        expected=expected,
        devices={name: snapshot.devices[name] for name in expected if name in snapshot.devices},
        abilities=list(_abilities(floor, core, config, catalogue)),
        health=health,
        core=core,
        meanings={each.code: _meaning(each.code) for each in (health.findings if health else [])},
    )


def _meaning(code: str) -> str:
    return " ".join(filter(None, (meaning(code, language) for language in ("hi", "en"))))


def _is_alive(snapshot: Snapshot, daemon: str) -> bool:
    return daemon in snapshot.presences and snapshot.presences[daemon].is_alive


def _floor(snapshot: Snapshot, core: CoreState | None, config: Config, rates: Rates) -> Floor:
    floor = Floor(dict(snapshot.devices), snapshot.gateway or NOT_HEARD)
    floor.has_office_key = bool(config.gateway.office_key)
    floor.rates = rates
    if core is not None:
        floor.journal_is_confirmed = core.to_confirm is None
        floor.records_trouble = core.no_records_because
        floor.day_is_full = core.day_is_full
        floor.other_fees = core.other_fees
    return floor


def _abilities(
    floor: Floor, core: CoreState | None, config: Config, catalogue: Catalogue
) -> Iterator[Ability]:
    kinds = {section.kind for section in config.device.values()}
    no_cash = NO_CORE if core is None else _because(floor.obstacle_before())
    no_tender = NO_CORE if core is None else _because(floor.cashless_obstacle())
    no_upi = no_tender or ("" if Tender.UPI in floor.tenders() else NOT_SETTLED)
    no_card = no_tender or _no_card(floor)
    no_lookup = NO_CORE if core is None else _no_lookup(floor)
    has_reader = Kind.CARD in kinds
    ways = [no_cash, no_upi, *([no_card] if has_reader else [])]
    for service in catalogue.services.values():
        if service.is_free:
            why = NO_CORE if core is None else _because(free_trouble(service, floor))
            yield Ability(f"service.{service.id}", why)
            continue
        no_paper = _because(service_trouble(service, floor))
        no_way = no_lookup if service.kind == "lookup" else "" if "" in ways else no_cash
        yield Ability(f"service.{service.id}", no_paper or no_way)
    yield Ability("ready.can.cash", no_cash)
    yield Ability("ready.can.upi", no_upi)
    if has_reader:
        yield Ability("ready.can.card", no_card)
    yield Ability("ready.can.receipt", _because(floor.printer_trouble()))
    for kind, work in PRINTERS.items():
        if kind in kinds:
            yield Ability(work, NO_DEVICE if floor.usable(kind) is None else "")


def _no_lookup(floor: Floor) -> str:
    """It needs no money, and where the back end is away what was kept may do."""
    if floor.records_trouble:
        return _because("trouble.records")
    return _because("trouble.battery_low") if floor.power_is_ending else ""


def _no_card(floor: Floor) -> str:
    if floor.usable(Kind.CARD) is None:
        return NO_DEVICE
    return "" if Tender.CARD in floor.tenders() else NOT_SETTLED


def _because(trouble: str | None) -> str:
    """From the screen's words of a trouble to the report's."""
    return "" if trouble is None else trouble.replace("trouble.", "ready.because.")
