"""Which fault of which device is behind what a citizen is told: the heaviest that stands now.

The words for it are in the table of faults; where no device says anything, the cause alone speaks.
"""

from __future__ import annotations

from firmware.contract.device import USABLE, DeviceState, Kind, Status
from firmware.contract.faults import KnownFault, known
from firmware.core.floor import Floor

# Causes that are no device's, and the code that says the same.
OF_THE_KIOSK = {
    "trouble.back_end_down": "back_end.offline",
    "trouble.lookup_away": "back_end.offline",
    "trouble.door_open": "panel.door.open",
    "trouble.mains_off": "panel.mains.off",
    "trouble.battery_low": "panel.battery.low",
    "trouble.journal": "till.journal_unconfirmed",
    "trouble.records": "till.records",
    "trouble.day_limit": "till.day_limit",
    "trouble.no_rates": "till.no_rates",
    "trouble.other_fee": "till.fees_differ",
    "trouble.closed": "till.closed",
    "trouble.cash_box_out": "panel.cash_box.out",
}
# Whose faults are behind a cause, and the code where the device itself has none: a count says so.
OF_DEVICES: dict[str, tuple[tuple[Kind, ...], str]] = {
    "trouble.paper_out": ((Kind.RECEIPT,), "receipt.paper.end"),
    "trouble.printer": ((Kind.RECEIPT,), ""),
    "trouble.notes_jam": ((Kind.NOTES,), ""),
    "trouble.notes_gone": ((Kind.NOTES,), ""),
    "trouble.stacker_full": ((Kind.NOTES,), "notes.stacker.full"),
    "trouble.coins_jam": ((Kind.COINS,), ""),
    "trouble.no_acceptor": ((Kind.NOTES, Kind.COINS), ""),
    "trouble.card_reader": ((Kind.CARD,), ""),
    "trouble.finger_reader": ((Kind.FINGER,), ""),
    "trouble.page_paper": ((Kind.PAGE,), "page.paper.end"),
    "trouble.page_printer": ((Kind.PAGE,), ""),
    "trouble.no_poster": ((Kind.PAGE,), ""),
    "trouble.not_printed": ((Kind.PAGE,), ""),
    "trouble.pvc_cards": ((Kind.PVC,), "pvc.feeder.empty"),
    "trouble.pvc_ribbon": ((Kind.PVC,), "pvc.ribbon.end"),
    "trouble.pvc_printer": ((Kind.PVC,), ""),
    "trouble.card_not_printed": ((Kind.PVC,), ""),
}


def fault_behind(floor: Floor, cause: str) -> str:
    """The code of that fault, as the device says it; empty where nothing stands behind it."""
    if cause in OF_THE_KIOSK:
        return OF_THE_KIOSK[cause]
    kinds, otherwise = OF_DEVICES.get(cause, ((), ""))
    for kind in kinds:
        if found := _heaviest(floor, kind, otherwise):
            return found
    return otherwise


def _heaviest(floor: Floor, kind: Kind, otherwise: str) -> str:
    """Of the devices of one kind that stand, or that a count says are at their end."""
    found = [
        (fault.weight, code)
        for state in floor.of_kind(kind)
        if otherwise or state.status not in USABLE
        for code in _codes_of(state)
        if (fault := known(code)) is not None and _says(fault, otherwise)
    ]
    return max(found)[1] if found else ""


def _codes_of(state: DeviceState) -> list[str]:
    """A driver that died says nothing: then its wire is what is seen to be broken."""
    if state.status is Status.GONE and not state.faults:
        return [f"{state.kind}.link.lost"]
    return [fault.code for fault in state.faults]


def _says(fault: KnownFault, otherwise: str) -> bool:
    """Where a cause has a code of its own, only a fault that tells the same story may stand for
    it: paper that is out, and not a cover that was open, too."""
    told = known(otherwise)
    return told is None or told.story == fault.story
