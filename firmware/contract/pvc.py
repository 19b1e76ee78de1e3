"""Plastic cards on the bus: the order to print one, and what became of it.

The pictures are no message for a bus: they lie in the spool in RAM (firmware/runtime/spool.py),
and their names say nothing of whose card it is.
"""

from __future__ import annotations

from typing import Annotated

import msgspec


class SpooledSide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One side of a card: a PNG of 1016 x 648 dots (CR80 at 300 dpi) in the printer's spool."""

    document: Annotated[str, msgspec.Meta(pattern="^[a-z0-9]{1,64}$")]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class PrintCard(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Print once, both sides: a repeat of the same job prints nothing, and tells what became of it.

    The driver wipes both documents when the job ends.
    """

    job: str
    front: SpooledSide
    back: SpooledSide


class CardPrinted(msgspec.Struct, frozen=True, tag=True):
    """The printer said itself that the card, whole, was let out. Told again until Acknowledge."""

    job: str


class CardFailed(msgspec.Struct, frozen=True, tag=True):
    """No card of this job was given out, and none will be. Told again until Acknowledge.

    After `pvc.card.doubtful` alone, a person must look before the card is printed anew.
    """

    job: str
    fault: str  # a fault code: pvc.ribbon.end
