"""The tiles of what the kiosk does: one a kind of service, then one a service of that kind.

Each works, or says why not: before any money (M5).
"""

from __future__ import annotations

from firmware.contract.device import Kind
from firmware.contract.screen import Services, Tile
from firmware.core.blame import fault_behind
from firmware.core.floor import Floor
from firmware.core.occasion import MEETING
from firmware.core.poster_desk import POSTER
from firmware.core.visit import REPRINT
from firmware.journal.rows import VERIFICATION
from firmware.services.catalogue import Catalogue, Category, Service

NOT_YET = "tile.not_yet"
TILE_REASONS = {
    "trouble.back_end_down": "tile.no_back_end",
    "trouble.paper_out": "tile.no_paper",
    "trouble.printer": "tile.no_printer",
    "trouble.page_paper": "tile.no_paper",
    "trouble.page_printer": "tile.no_printer",
    "trouble.pvc_cards": "tile.no_cards",
    "trouble.pvc_ribbon": "tile.no_ribbon",
    "trouble.pvc_printer": "tile.no_printer",
    "trouble.office_key": NOT_YET,
    "trouble.no_rates": "tile.no_rates",
    "trouble.other_fee": "tile.other_fee",
    "trouble.mains_off": "tile.no_power",
    "trouble.battery_low": "tile.no_power",
    "trouble.records": "tile.no_records",
    "trouble.day_limit": "tile.day_limit",
    "trouble.finger_reader": "tile.no_finger_reader",
}  # of the others the tile says that no cash is taken
BACK_END = ("trouble.back_end_down", "tile.no_back_end")


def services(catalogue: Catalogue, floor: Floor, category: str) -> Services:
    """What can be chosen: the kinds of service, or those of one kind."""
    if category not in catalogue.groups:
        return Services(tiles(catalogue, floor))
    return Services(_of(category, catalogue, floor), category)


def tiles(catalogue: Catalogue, floor: Floor) -> list[Tile]:
    """One a category, and the receipt again; a category of one service is that one's own tile."""
    groups = [(each, _of(each.id, catalogue, floor)) for each in catalogue.categories]
    grouped = [_tile(category, members) for category, members in groups if members]
    again = [Tile(REPRINT, "receipt", floor.why_no_reprint)]
    on_a4 = [Tile(POSTER, "clipboard-text", floor.why_no_poster)] if has_poster(floor) else []
    return [*grouped, *again, *on_a4, *_meeting(floor)]


def _meeting(floor: Floor) -> list[Tile]:
    why = floor.occasion.why_no_meeting
    return [Tile(MEETING, "video-camera", why)] if floor.occasion.has_meetings else []


def has_poster(floor: Floor) -> bool:
    """Whether this kiosk has a page printer, be it out of order."""
    return next(floor.of_kind(Kind.PAGE), None) is not None


def _of(category: str, catalogue: Catalogue, floor: Floor) -> list[Tile]:
    """One a service: what works, and then what will."""
    ready = [
        _of_service(service, floor)
        for service in catalogue.services.values()
        if service.category == category
    ]
    coming = [each for each in catalogue.coming if each.category == category]
    return ready + [Tile(each.id, each.icon, NOT_YET) for each in coming]


def _tile(category: Category, members: list[Tile]) -> Tile:
    """It works where one of its services does; else it says why the first of them does not."""
    if len(members) == 1:
        return members[0]
    works = any(tile.why_not is None for tile in members)
    if works:
        return Tile(category.id, category.icon)
    return Tile(category.id, category.icon, members[0].why_not, members[0].fault)


def free_trouble(service: Service, floor: Floor) -> str | None:
    """Why what takes no money cannot be accepted now; None if it can. A request waits in the
    journal for the back end; whose finger it is, only the office can say."""
    if (obstacle := floor.free_obstacle()) is not None or service.kind != VERIFICATION:
        return obstacle
    if not floor.gateway.is_online:
        return "trouble.back_end_down"
    return floor.finger_trouble()


def service_trouble(service: Service, floor: Floor) -> str | None:
    """Why this service cannot be sold now: its fee, or the paper that it hands out; None if it
    can."""
    if service.paper is not None and not floor.has_office_key:
        return "trouble.office_key"
    if (trouble := floor.fee_trouble(service)) is not None or service.paper is None:
        return trouble
    return floor.document_trouble(service.paper.printer, service.paper.sheets)


def _of_service(service: Service, floor: Floor) -> Tile:
    """Its tile: what does not work says why, and which fault of which device it is."""
    if (found := _trouble(service, floor)) is None:
        return Tile(service.id, service.icon)
    cause, why = found
    return Tile(service.id, service.icon, why, fault_behind(floor, cause))


def why_not(service: Service, floor: Floor) -> str | None:
    """Why a service cannot be begun now, as a message key for its tile."""
    found = _trouble(service, floor)
    return None if found is None else found[1]


def _trouble(service: Service, floor: Floor) -> tuple[str, str] | None:
    """The cause, and what its tile says of it; None when the service can be begun."""
    if floor.closed_because:
        return "trouble.closed", "tile.other"
    if service.kind == "lookup":
        return _why_no_lookup(service, floor)
    if service.kind == VERIFICATION and floor.why_no_lookup is not None:
        return floor.why_no_lookup, floor.why_no_lookup  # it says to whom a number belongs
    if service.is_free:
        return _said(free_trouble(service, floor), "tile.other")
    if (trouble := service_trouble(service, floor)) is not None:
        return trouble, TILE_REASONS[trouble]
    if any(tender in service.tenders for tender in floor.tenders()):
        return None
    if "cash" not in service.tenders:
        return BACK_END  # the other ways are asked there
    return _said(floor.obstacle_before(), "tile.no_cash")


def _said(trouble: str | None, otherwise: str) -> tuple[str, str] | None:
    return None if trouble is None else (trouble, TILE_REASONS.get(trouble, otherwise))


def _why_no_lookup(service: Service, floor: Floor) -> tuple[str, str] | None:
    """It needs no tender and no paper. What was kept is shown where the back end is away."""
    if floor.why_no_lookup is not None:
        return floor.why_no_lookup, floor.why_no_lookup
    is_possible = floor.gateway.is_online or service.promise == "cached"
    return None if is_possible else BACK_END
