"""What a technician reads of the rows that operators make, word for word."""

from __future__ import annotations

from firmware.contract.device import EventId
from firmware.contract.money import ZERO, rupees
from firmware.journal import desk_rows as rows
from firmware.journal import shift_rows as shifts
from firmware.journal.rows import AnyRow

MOVE = EventId("panel", 7, 1)
CASH = rows.Cash([rows.Pieces(rupees(500), 2)], [rows.Pieces(rupees(5), 1)])
READING = rows.Reading("notes", "1873452", "device_stacked", 204, 7)
FIGURES = rows.DayFigures([], rupees(1000), rupees(5), 0, ZERO, 0, ZERO, 0, 0, ZERO, 0, "", "")
OFFICE = rows.Booked(1, 2, rupees(940), ZERO, rupees(470))
CASH_ORDER = rows.Doubt("cash", "TDR 0417 0001")
CLOSED = rows.CollectionClosed(3, "R. Meena", rows.How.COLLECTED, 40, CASH, rupees(4000))
SAID: list[tuple[AnyRow, str]] = [
    (rows.OperatorEntered("R. Meena", "operator"), "R. Meena came in, as operator"),
    (rows.OperatorRefused(1, 5000), "a wrong PIN"),
    (rows.BoxMoved("panel", True, "R. Meena"), "cash box out (panel), R. Meena"),
    (rows.BoxMoved("panel", True, ""), "cash box out (panel), BY NOBODY"),
    (rows.SwitchRecorded("panel", MOVE, "door_is_open", True, ""),
     "DOOR OPENED (panel), no operator was in"),
    (rows.SwitchRecorded("panel", MOVE, "door_is_open", False, "R. Meena"),
     "door shut (panel), R. Meena"),
    (rows.SwitchRecorded("panel", MOVE, "tamper", True, ""), "TAMPER (panel), no operator was in"),
    (rows.AlarmsCleared("S. Gurjar"), "S. Gurjar has looked at the door and tamper alarms"),
    (rows.SupplyRenewed("S. Gurjar", "receipt", "paper"), "S. Gurjar put new paper into receipt"),
    (rows.CountersRead(READING), "notes counts 204 (device_stacked)"),
    (rows.TubesRead("coins", "KBN-4711", rupees(180)), "the tubes of coins hold ₹180.00"),
    (rows.CountersDiffer("notes", "1873452", 3, 4, 40, [CASH_ORDER]),
     "notes COUNTED 4 PIECES, the rows say 3"),
    (rows.CollectionOpened(3, "R. Meena", 40, CASH, [READING]),
     "collection 3 by R. Meena: ₹1005.00 should be inside"),
    (rows.BoxEmptied(3, "R. Meena"), "collection 3: R. Meena says that the box was emptied"),
    (CLOSED, "collection 3 collected: ₹1005.00 taken out, ₹4000.00 in all"),
    (rows.CollectionDiffers(3, ["counted_notes"], [CASH_ORDER]),
     "collection 3 DIFFERS: counted_notes; in doubt: TDR 0417 0001 (cash)"),
    (rows.BookingsCompared(3, OFFICE), "collection 3: posted ₹940.00, booked ₹470.00"),
    (shifts.ShiftBegan("R. Meena"), "R. Meena came to the kiosk"),
    (shifts.ShiftEnded("R. Meena", "2026-11-22T09:02:00+05:30"),
     "R. Meena left the kiosk, there since 2026-11-22T09:02"),
    (shifts.ServiceStopped("R. Meena", "holiday"), "OUT OF SERVICE by R. Meena: holiday"),
    (shifts.ServiceResumed("R. Meena"), "in service again by R. Meena"),
    (shifts.RestartAsked("S. Gurjar", "receipt"), "S. Gurjar had receipt started anew"),
    (rows.DayClosed(12, "R. Meena", 40, FIGURES), "day 12 closed by R. Meena: ₹1005.00 in cash"),
]  # fmt: skip
