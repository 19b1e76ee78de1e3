"""The rows of operators in plain words, for a technician."""

from __future__ import annotations

from firmware.journal import desk_rows as rows
from firmware.journal import shift_rows as shifts
from firmware.journal.row import Row

SWITCHES = {  # at rest, and not
    "door_is_open": ("door shut", "DOOR OPENED"),
    "tamper": ("tamper alarm let go of", "TAMPER"),
}


def desk_words(row: Row) -> str:
    """What the row says; its kind where nobody wrote words for it."""
    match row:
        case rows.OperatorEntered(by=by, role=role):
            return f"{by} came in, as {role}"
        case rows.OperatorRefused():
            return "a wrong PIN"
        case rows.BoxMoved(device=device, is_out=is_out, by=by):
            return f"cash box {'out' if is_out else 'in'} ({device}), {by or 'BY NOBODY'}"
        case rows.SwitchRecorded(device=device, switch=switch, value=value, by=by):
            rest, moved = SWITCHES.get(switch, (f"not {switch}", switch))
            return f"{moved if value else rest} ({device}), {by or 'no operator was in'}"
        case rows.SupplyRenewed(by=by, device=device, consumable=consumable):
            return f"{by} put new {consumable} into {device}"
        case rows.AlarmsCleared(by=by):
            return f"{by} has looked at the door and tamper alarms"
        case rows.CountersRead(reading=reading):
            return f"{reading.device} counts {reading.count} ({reading.counter})"
        case rows.TubesRead(device=device, held=held):
            return f"the tubes of {device} hold {held}"
        case rows.CountersDiffer(device=device, expected=expected, found=found):
            return f"{device} COUNTED {found} PIECES, the rows say {expected}"
        case _:
            return _of_collection(row) or _of_shift(row)


def _of_shift(row: Row) -> str:
    match row:
        case shifts.ShiftBegan(by=by):
            return f"{by} came to the kiosk"
        case shifts.ShiftEnded(by=by, began=began):
            return f"{by} left the kiosk, there since {began[:16]}"
        case shifts.ServiceStopped(by=by, reason=reason):
            return f"OUT OF SERVICE by {by}: {reason}"
        case shifts.ServiceResumed(by=by):
            return f"in service again by {by}"
        case shifts.RestartAsked(by=by, what=what):
            return f"{by} had {what} started anew"
        case _:
            return type(row).__name__


def _of_collection(row: Row) -> str:
    match row:
        case rows.CollectionOpened(number=number, by=by, expected=expected):
            return f"collection {number} by {by}: {expected.amount} should be inside"
        case rows.BoxEmptied(number=number, by=by):
            return f"collection {number}: {by} says that the box was emptied"
        case rows.CollectionClosed(number=number, how=how):
            return f"collection {number} {how}: {row.collected} taken out, {row.total} in all"
        case rows.CollectionDiffers(number=number, sides=sides, doubts=doubts):
            named = ", ".join(map(str, doubts)) or "none"
            return f"collection {number} DIFFERS: {', '.join(sides)}; in doubt: {named}"
        case rows.BookingsCompared(number=number, office=office):
            return f"collection {number}: posted {office.posted}, booked {office.booked}"
        case rows.DayClosed(number=number, by=by, figures=figures):
            return f"day {number} closed by {by}: {figures.notes + figures.coins} in cash"
        case _:
            return ""
