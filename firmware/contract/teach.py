"""The screens that teach: how the kiosk is used, and practice with play money. Part of screen.py,
whose union has them."""

from __future__ import annotations

import msgspec

# Each page is a picture with one sentence: the words are `how_to.<picture>`, the picture is drawn.
HOW_TO_PAGES = ("touch", "number", "money", "receipt", "help")


class HowTo(msgspec.Struct, frozen=True, tag=True):
    """Page `page` of `pages`, from 1: one picture of HOW_TO_PAGES and its sentence."""

    picture: str
    page: int
    pages: int


class Practice(msgspec.Struct, frozen=True, tag=True):
    """Somebody practises with play money. No slot is open, and no row is written.

    The screen draws what the bus of practice says, in a frame that nobody can mistake; `is_ready`
    once something is there to be drawn. FINISH ends it.
    """

    is_ready: bool


Teach = HowTo | Practice
