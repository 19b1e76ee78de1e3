"""Which cause a service's "not now" has: core's reason, made exact by what stands as findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from firmware.contract.downtime import Cause

OF_TILE = {
    "tile.no_power": Cause.MAINS,
    "tile.no_paper": Cause.PAPER,
    "tile.no_cards": Cause.PAPER,
    "tile.no_ribbon": Cause.PAPER,
    "tile.no_records": Cause.DEVICE,
    "tile.no_finger_reader": Cause.DEVICE,
    "tile.no_rates": Cause.OFFICE,
    "tile.other_fee": Cause.OFFICE,
    "tile.day_limit": Cause.OFFICE,
}
VANDALS = frozenset({"panel.tamper", "till.door_opened", "till.box_pulled"})
OPEN = frozenset({"panel.door.open", "panel.cash_box.out"})
CASHLESS = "tile.no_cash"
MONEY_KINDS = ("notes.", "coins.")


@dataclass(frozen=True)
class Around:
    """What else is known just now. `codes` are the findings that stand."""

    codes: frozenset[str] = field(default_factory=frozenset)
    is_attended: bool = False  # an operator is at the desk
    is_planned: bool = False  # out of service by somebody's word, or practice
    core_is_alive: bool = True
    network_is_up: bool = True  # an interface with a way out of the house


def causes(why_not: Mapping[str, str], around: Around) -> dict[str, Cause]:
    """The cause of each service. While an operator is in, nobody can be served, and that is planned
    work; while core is dead no service can be had."""
    if around.is_planned or around.is_attended:
        return dict.fromkeys(why_not, Cause.PLANNED)
    if not around.core_is_alive:
        return dict.fromkeys(why_not, Cause.SOFTWARE)
    return {service: _cause(key, around) for service, key in why_not.items()}


def _cause(key: str, around: Around) -> Cause:
    if not key:
        return Cause.NONE
    if key == "tile.no_back_end":
        return Cause.BACK_END if around.network_is_up else Cause.NETWORK
    if (exact := OF_TILE.get(key)) is not None:
        return exact
    if VANDALS & around.codes:
        return Cause.VANDALISM
    if OPEN & around.codes:
        return Cause.PLANNED  # opened by one who had signed in, or it would be an alarm
    return _of_part(key, around.codes)


def _of_part(key: str, codes: Iterable[str]) -> Cause:
    """`tile.no_cash` is of an acceptor or of the receipt; the others of a printer."""
    near = [c for c in codes if key != CASHLESS or c.startswith((*MONEY_KINDS, "receipt."))]
    for word, cause in ((".full", Cause.CASH_BOX_FULL), ("paper.out", Cause.PAPER),
                        ("jam", Cause.JAM)):  # fmt: skip
        if any(word in code for code in near):
            return cause
    return Cause.DEVICE
