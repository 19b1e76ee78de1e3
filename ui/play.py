"""Practice as it is drawn: the band, the play money, the receipt that is a picture. No Kivy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from msgspec.structs import replace as changed

from firmware.contract.asked import Accepted
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Number,
    Screen,
    Trouble,
)
from firmware.contract.screen_ends import Reprinted
from ui.say import Say, in_fours

# What a second machine cannot do: there is no telephone and no card of play money, nobody logs in.
# The pictures of how this is used tell of real notes and the real slots.
NOT_PRACTISED = frozenset(
    {Action.OPERATOR, Action.PRACTISE, Action.HOW_TO, Action.PAY_UPI, Action.PAY_CARD}
)
SAMPLE = {"electricity": "210344001725"}  # of the sandbox office: what may be typed


@dataclass(frozen=True)
class Piece:
    """A play note or coin that the slot would take now."""

    paise: int
    text: str
    is_coin: bool

    @property
    def device(self) -> str:
        return "coins" if self.is_coin else "notes"


@dataclass(frozen=True)
class Play:
    """What stands round a screen of practice."""

    band: str
    stamp: str  # across each piece and each receipt
    says: str  # where there is nothing to be touched
    stop: str
    pieces: tuple[Piece, ...] = ()
    receipt: str = ""  # the words of the button that shows it; empty: there is none
    close: str = ""


def play(screen: Screen, say: Say) -> Play:
    """Round this document of practice."""
    pieces = _pieces(screen)
    return replace(
        empty(say), pieces=pieces, says=_says(screen, say), receipt=_receipt(screen, say)
    )


def empty(say: Say) -> Play:
    """While it begins."""
    return Play(
        band=say("practice.band"),
        stamp=say("practice.stamp"),
        says=say("practice.begins"),
        stop=say("practice.stop"),
        close=say("practice.close"),
    )


def practised(screen: Screen) -> Screen:
    """The document without what cannot be practised."""
    actions = [action for action in screen.actions if action not in NOT_PRACTISED]
    data = screen.data
    if isinstance(data, Attract):
        data = changed(data, tenders=[])
    return changed(screen, actions=actions, data=data)


def last_receipt(folder: Path) -> Path | None:
    """The newest paper of practice, as a picture."""
    return max(folder.glob("*.png"), key=lambda path: path.stat().st_mtime, default=None)


def _pieces(screen: Screen) -> tuple[Piece, ...]:
    data = screen.data
    if not isinstance(data, InsertCash):
        return ()
    notes = (Piece(each.value.paise, each.value.short(), False)
             for each in data.notes if each.is_taken)  # fmt: skip
    coins = (Piece(each.paise, each.short(), True) for each in data.coins)
    return (*notes, *coins)


def _says(screen: Screen, say: Say) -> str:
    match screen.data:
        case InsertCash():
            return say("practice.touch" if _pieces(screen) else "practice.wait")
        case Done() | Reprinted() | Trouble() | Accepted():
            return say("practice.over")
        case Number(service=service) if service in SAMPLE:
            return say("practice.number", number=in_fours(SAMPLE[service]))
        case _:
            return say("practice.money_later")


def _receipt(screen: Screen, say: Say) -> str:
    is_last = isinstance(screen.data, Done | Reprinted | Trouble | Accepted)
    has_paper = is_last and getattr(screen.data, "proof", None) == "paper"
    return say("practice.receipt") if has_paper else ""
