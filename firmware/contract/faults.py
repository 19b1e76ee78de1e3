"""Every fault that this kiosk can say: how bad, who mends it, what it looks like, when it is told.

The one table of them is `faults.toml`; the words are in `firmware/runtime/locale` and read by
`firmware/runtime/fault_words.py`. A test collects the codes from drivers, health and core, and
fails where one has no row.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec

from firmware.contract.device import Kind

Seconds = Annotated[int, msgspec.Meta(ge=0, le=30 * 86400)]
ANY_KIND = "any"  # of a fault that may be of any device


class Severity(StrEnum):
    """What does not work because of it, from the least."""

    NOTICE = "notice"  # to be looked at; nothing is worse than before
    WARNING = "warning"  # all works yet, or something is missing that can be done without
    DEVICE = "device"  # this device stands, and what needs it
    KIOSK = "kiosk"  # nothing can be paid in cash, or nothing at all


class Mender(StrEnum):
    """Who can put it right, and so whom to call."""

    CITIZEN = "citizen"
    OPERATOR = "operator"
    BLOCK = "block"  # the technician of the block
    DISTRICT = "district"  # the IT department's office
    VENDOR = "vendor"  # the maker's service


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a citizen is told; several codes may share one. `money` names the sentence about the
    citizen's money, `icon` a picture of ui/icons."""

    money: str
    icon: str


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code. Seconds run from when the fault began; None is never."""

    story: str
    severity: Severity
    mender: Mender
    ticket_after: Seconds | None = None
    escalates_after: Seconds | None = None  # after the ticket: to who is above its mender


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    story: dict[str, Story]
    fault: dict[str, Row]


class KnownFault(msgspec.Struct, frozen=True):
    """A row with its story. `code` is that of the row; `device` a kind of device, or `any`."""

    code: str
    story: str
    severity: Severity
    mender: Mender
    money: str
    icon: str
    device: str
    ticket_after: int | None
    escalates_after: int | None

    @property
    def weight(self) -> int:
        """The heavier of two faults is the one to be told first."""
        return list(Severity).index(self.severity)


@cache
def table() -> Table:
    """The file; raises msgspec.ValidationError for a wrong one."""
    text = files("firmware.contract").joinpath("faults.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


def row_of(code: str) -> str | None:
    """The code of the row for `code`: its own; that of any device, of a wire; or without its
    number at the end. None where nobody wrote one."""
    _, _, of_any_kind = code.partition(".")
    before, _, last = code.rpartition(".")
    rows = table().fault
    wire = of_any_kind if of_any_kind.startswith("link.") else ""
    tried = (code, wire, before if last.isdigit() else "")
    return next((each for each in tried if each in rows), None)


def known(code: str) -> KnownFault | None:
    """What the table says of `code`; None for a code that nobody knows."""
    if (found := row_of(code)) is None:
        return None
    row = table().fault[found]
    story = table().story[row.story]
    kind = code.partition(".")[0]
    return KnownFault(
        code=found,
        story=row.story,
        severity=row.severity,
        mender=row.mender,
        money=story.money,
        icon=story.icon,
        device=kind if kind in list(Kind) else ANY_KIND,
        ticket_after=row.ticket_after,
        escalates_after=row.escalates_after,
    )


def codes() -> tuple[str, ...]:
    """Every row, in the order of the file."""
    return tuple(table().fault)
