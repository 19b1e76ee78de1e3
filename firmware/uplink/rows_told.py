"""Events of the fleet out of rows of the journal: what somebody must look into, from its record.

A word on the bus is heard or not: the uplink may be away for the one second in which a door is
told. The row of it leaves for the fleet in any case, and on its way it is told as an event. Its
source is that of the bus or the row's own place, so each is kept once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from firmware.contract.content import ConductSet
from firmware.contract.device import EventId, Switch
from firmware.contract.fleet import Rows, Told
from firmware.contract.till import (
    BoxPulled,
    CollectionDiffered,
    CountersDiffered,
    DoorOpened,
    SupplyRefilled,
    Tampered,
    TillEvent,
)
from firmware.contract.uplink import JournalRow
from firmware.journal import desk_rows
from firmware.journal.occasion_rows import ConductChanged
from firmware.uplink.fitting import Fact
from firmware.uplink.happenings import kind_of, of_switch, of_till

log = logging.getLogger("uplink")


def told_by(rows: Rows) -> list[Told]:
    """In the order of the rows."""
    return [told for row in rows.rows for told in _of_row(row, f"row {rows.chain} {row.seq}")]


def _of_row(row: JournalRow, place: str) -> Iterator[Told]:
    if row.kind not in KINDS:
        return
    carried, tells = KINDS[row.kind]
    try:
        body: object = msgspec.json.decode(row.body, type=carried)
    except msgspec.DecodeError as error:  # of a release to come: the row itself is with the fleet
        log.error("row %d: %s: not understood: %s", row.seq, row.kind, error)
        return
    for told in tells(body, place):
        yield msgspec.structs.replace(told, at=row.at)


def _of_switch(row: desk_rows.SwitchRecorded, place: str) -> Iterator[Told]:
    yield from _moved(row.device, row.switch, row.value, row.id, row.by, place)
    if row.value and row.switch == Switch.TAMPER:
        yield _till(Tampered(row.device), place)
    elif row.value and not row.by:
        yield _till(DoorOpened(row.device), place)


def _of_box(row: desk_rows.BoxMoved, place: str) -> Iterator[Told]:
    yield from _moved(row.device, Switch.CASH_BOX_IS_OUT, row.is_out, row.id, row.by, place)
    if row.is_out and not row.by:
        yield _till(BoxPulled(row.device), place)


def _moved(
    device: str, switch: str, value: bool, name: EventId | None, by: str, place: str
) -> Iterator[Told]:
    told = of_switch(device, switch, value, place if name is None else str(name), by)
    if told is not None:
        yield told


def _of_counters(row: desk_rows.CountersDiffer, place: str) -> Iterator[Told]:
    doubts = [str(each) for each in row.doubts]
    yield _till(CountersDiffered(row.device, row.expected, row.found, doubts), place)


def _of_collection(row: desk_rows.CollectionDiffers, place: str) -> Iterator[Told]:
    """Who collected stands in the row CollectionClosed of that number."""
    facts: dict[str, Fact] = {"number": row.number, "sides": row.sides}
    facts["doubts"] = [str(each) for each in row.doubts]
    kind = kind_of(CollectionDiffered)
    yield Told(f"{kind} {place}", kind, facts)


def _of_supply(row: desk_rows.SupplyRenewed, place: str) -> Iterator[Told]:
    yield _till(SupplyRefilled(row.device, row.consumable, row.by), place)


def _of_conduct(row: ConductChanged, place: str) -> Iterator[Told]:
    yield _till(ConductSet(row.is_on, row.by, row.reason), place)


def _till(event: TillEvent, place: str) -> Told:
    told = of_till(event, "")
    return msgspec.structs.replace(told, source=f"{told.kind} {place}")


Tells = Callable[[Any, str], Iterator[Told]]
KINDS: dict[str, tuple[type, Tells]] = {
    "SwitchRecorded": (desk_rows.SwitchRecorded, _of_switch),
    "BoxMoved": (desk_rows.BoxMoved, _of_box),
    "CountersDiffer": (desk_rows.CountersDiffer, _of_counters),
    "CollectionDiffers": (desk_rows.CollectionDiffers, _of_collection),
    "SupplyRenewed": (desk_rows.SupplyRenewed, _of_supply),
    "ConductChanged": (ConductChanged, _of_conduct),
}
