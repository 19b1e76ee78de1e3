"""The uplink was being started again while a door was opened: nobody on the bus says it twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import EventId, Switch, SwitchMoved
from firmware.contract.fleet import RowsAfter
from firmware.contract.money import rupees
from firmware.contract.topics import Topics
from firmware.contract.uplink import Event
from firmware.core.handing import Handing
from firmware.journal.desk_rows import (
    BoxMoved,
    CollectionDiffers,
    CountersDiffer,
    Doubt,
    SupplyRenewed,
    SwitchRecorded,
)
from firmware.journal.journal import Journal
from firmware.journal.occasion_rows import ConductChanged
from firmware.journal.rows import AnyRow
from firmware.runtime.bus import Envelope
from firmware.runtime.clock import FixedClock
from firmware.uplink.asking import Asking
from firmware.uplink.commands import Executed
from firmware.uplink.ear import Ear
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox
from firmware.uplink.pace import Tempo
from firmware.uplink.session import Session
from firmware.uplink.stamp import Stamper
from firmware.uplink.truth import Heard
from tests.firmware.journal.writer import AT

T = Topics("k1")
OPENED = SwitchMoved(Switch.DOOR_IS_OPEN, True, EventId("panel", 7, 4))
UNSET = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


class Kiosk:
    """A journal that core hands over, and an uplink that asks for it when it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, FixedClock(LATER)
        self.journal = Journal(folder / "core" / "journal.db")
        self.handing = Handing(self.journal)
        self.start()

    def start(self) -> None:
        outbox, keeper = Outbox(self.folder / "outbox.db"), Keeper(self.folder / "mark")
        stamper = Stamper(self.clock, 1, lambda: True)
        executed = Executed(outbox, Ids(self.folder / "ids", stamper.now()))
        self.kept = Kept(self.folder, self.clock, outbox, keeper, stamper, executed)
        self.session = Session(outbox, keeper, Tempo())
        self.ear = Ear(self.kept, Heard(), lambda: True, lambda: None)
        self.asking = Asking(self.kept, self.session, self._answer)

    async def _answer(self, asked: RowsAfter) -> bytes:
        return msgspec.json.encode(await self.handing.answer(asked))

    def restarts(self) -> None:
        self.kept.close()
        self.start()

    def writes(self, *rows: AnyRow) -> None:
        self.journal.append(AT, *rows)

    async def connects(self) -> list[Event]:
        """What is on its way to the fleet then, besides rows."""
        self.session.connected(0.0)
        self.session.on_head(self.handing.chain, self.journal.length, 0.0)
        asked = self.session.next(self.kept.stamper.now(), 1.0)
        assert isinstance(asked, RowsAfter)
        await self.asking.ask(asked)
        return self.kept.outbox.after(0, 64, 10**6, self.kept.stamper.now())


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path)
    yield made
    made.kept.close()
    made.handing.close()
    made.journal.close()


async def test_a_door_that_opened_while_the_uplink_was_away_is_told(kiosk: Kiosk) -> None:
    assert OPENED.id is not None
    kiosk.restarts()  # the panel told it meanwhile, and core acknowledged
    kiosk.writes(SwitchRecorded("panel", OPENED.id, OPENED.switch, True, ""))
    found = await kiosk.connects()
    assert [event.kind for event in found] == ["door.opened", "till.door_opened"]
    assert found[0].facts == {"device": "panel", "operator": ""}
    assert datetime.fromisoformat(found[0].t) == AT, "when it was, not when it was told"


async def test_a_door_that_was_heard_on_the_bus_is_not_told_again_by_its_row(kiosk: Kiosk) -> None:
    assert OPENED.id is not None
    kiosk.ear._on_device_event(Envelope(T.device_event("panel"), msgspec.json.encode(OPENED)))
    kiosk.writes(SwitchRecorded("panel", OPENED.id, OPENED.switch, True, "asha"))
    for _ in range(3):
        found = await kiosk.connects()
        assert [event.kind for event in found] == ["door.opened"]
        kiosk.restarts()


async def test_all_that_somebody_must_look_into_is_told_by_its_row(kiosk: Kiosk) -> None:
    moved, doubt = EventId("panel", 7, 5), Doubt("unposted", "TDR 0417 0001", rupees(470))
    kiosk.writes(
        SwitchRecorded("panel", moved, Switch.TAMPER, True, "asha"),
        BoxMoved("notes", True, "", None),
        BoxMoved("notes", False, "asha", None),
        CountersDiffer("notes", "SN1", 4, 5, 1, []),
        CollectionDiffers(3, ["booked"], [doubt]),
        SupplyRenewed("asha", "receipt", "paper"),
        ConductChanged(True, "office", "election"),
    )
    found = {event.kind: event.facts for event in await kiosk.connects()}
    assert found == {
        "tamper.opened": {"device": "panel", "operator": "asha"},
        "till.tampered": {"device": "panel"},
        "cash_box.pulled": {"device": "notes", "operator": ""},
        "till.box_pulled": {"device": "notes"},
        "cash_box.returned": {"device": "notes", "operator": "asha"},
        "till.counters_differed": {"device": "notes", "expected": 4, "found": 5, "doubts": []},
        "till.collection_differed": {"number": 3, "sides": ["booked"], "doubts": [str(doubt)]},
        "till.supply_refilled": {"device": "receipt", "consumable": "paper", "by": "asha"},
        "till.conduct_set": {"is_on": True, "by": "office", "reason": "election"},
    }


async def test_a_door_that_was_opened_before_the_clock_was_set(kiosk: Kiosk) -> None:
    """Its row is of 1970, and was told, once the clock stood, as of a clock that is right."""
    was = SwitchRecorded("panel", EventId("panel", 7, 4), Switch.DOOR_IS_OPEN, True, "")
    kiosk.journal.append(UNSET, was)
    kiosk.writes(msgspec.structs.replace(was, id=EventId("panel", 7, 5)))
    first, *_, last = await kiosk.connects()
    assert (first.t, first.t_ok) == ("1970-01-01T00:00:07.000Z", False)
    assert last.t_ok and last.t.endswith("Z"), "in UTC, as every time of the wire"
