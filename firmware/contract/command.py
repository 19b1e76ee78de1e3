"""What a person at the kiosk may tell core: little, by name, and each on the record."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from firmware.contract.content import SetConduct
from firmware.contract.desk import DeskCommand
from firmware.contract.meeting import AddMeeting, EndMeeting

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ConfirmJournal(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` has looked at why the journal began anew: cash may be taken again.

    `row` is the JournalBegun row that was looked at, so that a later one is not confirmed unseen.
    """

    by: Name
    row: int


class How(StrEnum):
    """In which way the money went back."""

    CASH_BY_OPERATOR = "cash_by_operator"  # from the operator's own float, never from the box
    OTHER = "other"  # through the office: a transfer, a credit on the bill


class RedeemClaim(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The money of a claim has gone, or goes now, to its citizen. Recorded once, then refused."""

    claim: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]  # its number, or the QR text
    how: How
    reference: Name  # voucher or transfer number
    by: Name  # who answers for it


class ClearAlarms(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` has looked at the kiosk: door and tamper alarms are over, and the latch is let go."""

    by: Name


class PrintClaim(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print the slip of an open claim, once more or for the first time."""

    claim: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # its number


class PrintReceipt(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print the receipt of a paid order once more, as a duplicate."""

    receipt: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # its number: TDR 0417 0001


class TryDevice(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Have a device do what harms nobody, for a technician, while nobody is at the kiosk.

    A printer prints a sample, a panel switches the light `output`, a card reader reads one card.
    Acceptors are not tried this way: they take nothing without a visit (M4).
    No money moves, so no row is written: on record is the test that it belongs to (DeviceTested).
    """

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]  # a repeat prints nothing twice
    device: Name
    by: Name
    output: Annotated[str, msgspec.Meta(max_length=32)] = ""
    is_on: bool = False


class SayRefilled(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` put a new `consumable` into `device`, which only counts it; refused if it measures."""

    device: Name
    consumable: Name
    by: Name


class StartPractice(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Let whoever stands there practise with play money, while nobody is at the kiosk."""

    by: Name


class StopPractice(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The kiosk itself again."""

    by: Name


CoreCommand = (
    ConfirmJournal | RedeemClaim | PrintClaim | PrintReceipt | ClearAlarms | TryDevice | SayRefilled
    | SetConduct | AddMeeting | EndMeeting | StartPractice | StopPractice | DeskCommand
)  # fmt: skip
