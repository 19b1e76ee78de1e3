"""What printers of documents, on A4 and on cards, tell and obey beside the device contract."""

from __future__ import annotations

from typing import Annotated

import msgspec


class PagePrinted(msgspec.Struct, frozen=True, tag=True):
    """All pages up to `page` of `of` lie in the tray. Told once: what ends the job counts.

    A card printer need not tell it: a card is out whole, or not at all.
    """

    job: str
    page: int
    of: int


class DocumentPrinted(msgspec.Struct, frozen=True, tag=True):
    """The printer said itself that all of it is out, or the card. Told again until Acknowledge."""

    job: str
    pages: int


class DocumentFailed(msgspec.Struct, frozen=True, tag=True):
    """No page more will come. Told again until Acknowledge.

    The first `printed_pages` are out; with page.interrupted there may be more, which is the fault.
    After `pvc.card.doubtful` a person must look before the card is printed anew.
    """

    job: str
    printed_pages: int
    fault: str  # a fault code: page.jam


SpoolName = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]{1,64}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class PrintDocument(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print a PDF once: a repeat of the same job prints nothing and tells what became of it.

    Of A4 for a page printer; of one or two pages of CR80, front and back, for a card printer.

    The bytes are no message for a bus: they lie in the spool in RAM (firmware/runtime/spool.py),
    are checked against `sha256`, and are wiped when the job ends.
    """

    job: str
    document: SpoolName
    sha256: Sha256
    pages: Annotated[int, msgspec.Meta(ge=1, le=200)]
    is_two_sided: bool = False


class CancelDocument(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Not a page more than the one that moves, and no card that is not on its way out.

    Ends in DocumentFailed, or in DocumentPrinted.
    """

    job: str
