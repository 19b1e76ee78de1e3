"""What the host's side of a card printer tells and takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.evolis.codec import Panel, Word


class Fault(StrEnum):
    """The stable codes. Those of WARNINGS let cards be printed."""

    COVER_OPEN = "pvc.cover.open"
    JAM = "pvc.jam"
    FEEDER_EMPTY = "pvc.feeder.empty"
    RIBBON_END = "pvc.ribbon.end"
    RIBBON_WRONG = "pvc.ribbon.wrong"
    RIBBON_BROKEN = "pvc.ribbon.broken"
    RIBBON_LOW = "pvc.ribbon.low"
    CLEANING_DUE = "pvc.cleaning.due"
    HEAD = "pvc.head"
    HOPPER_FULL = "pvc.hopper.full"  # of good cards
    HOPPER = "pvc.hopper"
    REJECT_FULL = "pvc.reject.full"
    MECHANICAL = "pvc.mechanical"
    LINK_SILENT = "pvc.link.silent"
    LINK_LOST = "pvc.link.lost"
    LINK_CORRUPT = "pvc.link.corrupt"  # a command, a panel or an answer was damaged on the way
    DOCUMENT = "pvc.document"  # no PDF of one or two pages of CR80
    CANCELLED = "pvc.cancelled"
    INTERRUPTED = "pvc.interrupted"  # power, wire or driver went before the card was out
    DOUBTFUL = "pvc.card.doubtful"  # the card may be out: nobody saw the end, no counter moved


WARNINGS = frozenset({Fault.RIBBON_LOW, Fault.CLEANING_DUE})

MEANS: dict[Word, Fault] = {
    Word.ERROR: Fault.MECHANICAL,
    Word.UNKNOWN_COMMAND: Fault.LINK_CORRUPT,
    Word.BAD_PARAMETER: Fault.LINK_CORRUPT,
    Word.TIME_OUT: Fault.LINK_CORRUPT,
    Word.NEED_CLEANING: Fault.CLEANING_DUE,
    Word.HOPPER_ERROR: Fault.HOPPER,
    Word.HOPPER_FULL: Fault.HOPPER_FULL,
    Word.HOPPER_DOOR: Fault.COVER_OPEN,
    Word.HEAD_ERROR: Fault.HEAD,
    Word.COVER_OPEN: Fault.COVER_OPEN,
    Word.FEEDER_EMPTY: Fault.FEEDER_EMPTY,
    Word.CARD_JAM: Fault.JAM,
    Word.RIBBON_ERROR: Fault.RIBBON_BROKEN,
    Word.NOT_AVAILABLE: Fault.MECHANICAL,
    Word.MAGNETIC_CHECKSUM: Fault.MECHANICAL,
    Word.MAGNETIC_DATA: Fault.MECHANICAL,
    Word.MAGNETIC: Fault.MECHANICAL,
    Word.UNKNOWN_ERROR: Fault.MECHANICAL,
}


def blocking(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Those of `faults` with which nothing can be printed."""
    return tuple(fault for fault in faults if fault not in WARNINGS)


@dataclass(frozen=True)
class PrinterReady:
    """Everything is known, nothing stands in the way, no card is in the path."""


@dataclass(frozen=True)
class IdentityKnown:
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True)
class FaultsChanged:
    """What stands in the way now, gravest first."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Supplies:
    """The printer's own numbers; None for what it does not say. `left` in sides of a card."""

    printed: int | None = None
    inserted: int | None = None
    left: int | None = None
    until_cleaning: int | None = None
    feeder_is_empty: bool = False


@dataclass(frozen=True)
class CardEjecting:
    """The next bytes let this card out: must be on disk before they go.

    `printed_before`: the count of cards of the printer with this `serial`, which decides when its
    last word is lost.
    """

    job: str
    printed_before: int | None
    serial: str = ""


@dataclass(frozen=True)
class JobPrinted:
    """The printer said that the card is out, or its counter and its empty path do."""

    job: str


@dataclass(frozen=True)
class JobFailed:
    """No card of this job was given out, and none will be; DOUBTFUL alone cannot promise that."""

    job: str
    fault: Fault


@dataclass(frozen=True)
class CardRejected:
    """A card that was not finished lies in the reject box."""


@dataclass(frozen=True)
class LinkSilent:
    """The port is there and the printer does not answer."""


@dataclass(frozen=True)
class LinkLost:
    """The port went away."""


Event = (
    PrinterReady
    | IdentityKnown
    | FaultsChanged
    | Supplies
    | CardEjecting
    | JobPrinted
    | JobFailed
    | CardRejected
    | LinkSilent
    | LinkLost
)


@dataclass(frozen=True)
class PrintSides:
    """Print a card on both sides and let it out."""

    job: str
    front: tuple[Panel, ...]
    back: tuple[Panel, ...]


@dataclass(frozen=True)
class Cancel:
    """Not this card. One that is on its way out is not held back: its own end counts."""

    job: str


Command = PrintSides | Cancel


@dataclass(frozen=True)
class Doubt:
    """A card that was about to leave when whoever drove the printer lost sight of it."""

    job: str
    printed_before: int | None
    serial: str = ""  # of the printer it was in; empty where that says none
