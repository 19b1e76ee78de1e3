"""What the host's side of ESC/POS tells and takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.escpos.codec import Condition


class Fault(StrEnum):
    """The stable codes. All but PAPER_NEAR_END forbid printing."""

    PAPER_NEAR_END = "receipt.paper.near_end"
    PAPER_END = "receipt.paper.end"
    PAPER_SHORT = "receipt.paper.short"  # of a ticket: longer than what is left of the roll
    COVER_OPEN = "receipt.cover.open"
    CUTTER = "receipt.cutter"
    MECHANICAL = "receipt.mechanical"
    HEAD_HOT = "receipt.head.hot"
    UNRECOVERABLE = "receipt.unrecoverable"
    STOPPED = "receipt.stopped"  # its USB port says error, and the printer itself says nothing
    LINK_SILENT = "receipt.link.silent"
    LINK_LOST = "receipt.link.lost"
    LINK_CORRUPT = "receipt.link.corrupt"  # a piece of the job was lost on the way
    INTERRUPTED = "receipt.interrupted"  # the driver died: nobody can know what is on paper


def faults_in(condition: Condition) -> tuple[Fault, ...]:
    """The faults that the printer reports, gravest first."""
    seen = {
        Fault.UNRECOVERABLE: condition.unrecoverable,
        Fault.COVER_OPEN: condition.cover_is_open,
        Fault.PAPER_END: condition.paper_end,
        Fault.CUTTER: condition.cutter_error,
        Fault.MECHANICAL: condition.mechanical_error,
        Fault.HEAD_HOT: condition.is_hot,
        Fault.PAPER_NEAR_END: condition.paper_near_end,
    }
    return tuple(fault for fault, is_there in seen.items() if is_there)


def blocking(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Those of `faults` with which nothing can be printed."""
    return tuple(fault for fault in faults if fault is not Fault.PAPER_NEAR_END)


@dataclass(frozen=True)
class PrinterReady:
    """Start-up is done, or the last fault that forbade printing is gone."""


@dataclass(frozen=True)
class IdentityKnown:
    maker: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True)
class FaultsChanged:
    """What the printer reports now, gravest first."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class JobPrinted:
    """The printer said itself that everything of this job is on paper and cut."""

    job: str


@dataclass(frozen=True)
class JobFailed:
    """The job did not end on paper, and what is left of it never will be printed."""

    job: str
    fault: Fault


@dataclass(frozen=True)
class LinkSilent:
    """The port is there and the printer does not answer: off, or unplugged behind an adapter."""


@dataclass(frozen=True)
class LinkLost:
    """The port went away."""


Event = (
    PrinterReady | IdentityKnown | FaultsChanged | JobPrinted | JobFailed | LinkSilent | LinkLost
)


@dataclass(frozen=True)
class PrintJob:
    """Print this picture and cut: rows of `row_bytes`, leftmost dot in bit 7, 1 is black."""

    job: str
    dots: bytes
    row_bytes: int


Command = PrintJob
