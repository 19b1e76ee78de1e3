"""What the host's side of IPP tells and takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from drivers.ipp.words import PDF


class Fault(StrEnum):
    """The stable codes."""

    PAPER_LOW = "page.paper.low"
    PAPER_END = "page.paper.end"
    PAPER_OTHER = "page.paper.other"  # there is paper, but none of our size
    TRAY_OUT = "page.tray.out"
    JAM = "page.jam"
    COVER_OPEN = "page.cover.open"
    TONER_LOW = "page.toner.low"
    TONER_END = "page.toner.end"
    WASTE_NEAR_FULL = "page.waste.near_full"
    WASTE_FULL = "page.waste.full"
    OUTPUT_FULL = "page.output.full"
    OUTPUT_OUT = "page.output.out"  # the tray for what is printed is not there
    DRUM_LOW = "page.drum.low"
    DRUM_END = "page.drum.end"
    FUSER = "page.fuser"
    PAUSED = "page.paused"
    OFFLINE = "page.offline"
    MEMORY = "page.memory"
    UNFIT = "page.unfit"  # of kind pvc: it takes no PDF, or prints on one side only
    OTHER = "page.other"
    LINK_LOST = "page.link.lost"
    LINK_SILENT = "page.link.silent"
    # only of a document
    CANCELLED = "page.cancelled"
    TOO_LATE = "page.too_late"  # help came when the citizen had gone
    INTERRUPTED = "page.interrupted"  # nobody can know which page was the last
    ABORTED = "page.aborted"  # the printer gave up, again and again
    INCOMPLETE = "page.incomplete"  # called completed, with fewer pages than there are
    DOCUMENT = "page.document"  # not in the spool, or no PDF of so many pages


@dataclass(frozen=True)
class Condition:
    """How the printer is. `sheets` None: it does not say; `lifetime`: impressions ever made."""

    faults: tuple[Fault, ...] = ()
    blocking: tuple[Fault, ...] = ()  # those of them with which nothing is printed
    detail: str = ""  # its own words
    sheets: int | None = None
    toner: tuple[tuple[str, int], ...] = ()  # colour, percent
    lifetime: int | None = None


@dataclass(frozen=True)
class Abilities:
    """What the printer can take."""

    formats: tuple[str, ...] = ()
    is_duplex: bool = False
    raster_dpi: int = 300
    is_raster_duplex: bool = False  # the back needs no turning that we cannot do

    @property
    def takes_pdf(self) -> bool:
        return PDF in self.formats


@dataclass(frozen=True)
class PrinterReady:
    """Nothing is in its way, and it has no job."""


@dataclass(frozen=True)
class PrinterKnown:
    maker: str
    model: str
    serial: str
    firmware: str
    abilities: Abilities


@dataclass(frozen=True)
class ConditionChanged:
    condition: Condition


@dataclass(frozen=True)
class JobCreated:
    """The printer has a number for it, and not a byte of it. Answer with Feed, or Cancel."""

    job: str
    number: int


@dataclass(frozen=True)
class PagesOut:
    """So many pages of this IPP job are out, says the printer."""

    job: str
    printed: int


class End(StrEnum):
    COMPLETED = "completed"
    CANCELED = "canceled"
    ABORTED = "aborted"  # by the printer, or by us to begin again
    UNKNOWN = "unknown"  # the printer does not know the job any more
    NOT_BEGUN = "not begun"  # it never had a byte of it


@dataclass(frozen=True)
class JobEnded:
    """Not a page more of this IPP job. `because`: why it was cancelled."""

    job: str
    end: End
    printed: int
    because: str = ""


@dataclass(frozen=True)
class LinkSilent:
    """It takes a connection and says nothing, or nothing that is IPP."""

    why: str = ""


@dataclass(frozen=True)
class LinkLost:
    """There is no connection."""


Event = (
    PrinterReady
    | PrinterKnown
    | ConditionChanged
    | JobCreated
    | PagesOut
    | JobEnded
    | LinkSilent
    | LinkLost
)


@dataclass(frozen=True)
class PrintJob:
    """Create a job of `pages`; its document follows when its number is written down."""

    job: str
    pages: int
    kind: str = PDF
    is_two_sided: bool = False


@dataclass(frozen=True)
class Feed:
    """The document of the job that was created."""

    job: str
    document: bytes = field(repr=False)


@dataclass(frozen=True)
class Follow:
    """A job that a driver before this one had created; taken in any state without a job."""

    job: str
    number: int
    pages: int
    printed: int
    is_two_sided: bool


@dataclass(frozen=True)
class Cancel:
    job: str


Command = PrintJob | Feed | Follow | Cancel
