"""The card in the emulated printer: what is on its two sides, and where it ended."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from drivers.evolis.bitmap import picture_of
from drivers.evolis.codec import Panel, Ribbon

CARDS_REMEMBERED = 50
SIDES = ("front", "back")


@dataclass
class Card:
    """A card in the path. `inks` is what is on the front, and on the back."""

    ribbon: Ribbon
    inks: tuple[dict[str, bytes], dict[str, bytes]] = field(default_factory=lambda: ({}, {}))
    up: int = 0  # the side under the head

    def turn(self) -> None:
        self.up = 1 - self.up

    @property
    def next_ink(self) -> str:
        """What the ribbon brings under the head next; empty when this side has all of it."""
        return self.ribbon[len(self.inks[self.up]) :][:1]

    def print(self, panel: Panel) -> None:
        assert panel.ink == self.next_ink
        self.inks[self.up][panel.ink] = panel.data

    @property
    def is_whole(self) -> bool:
        return all(len(side) == len(self.ribbon) for side in self.inks)


@dataclass
class Given:
    """A card in the output hopper."""

    is_whole: bool
    taken: bool = False


class Tray:
    """Where cards come out; with a folder, each is kept there as a picture of either side."""

    def __init__(self, name: str, out_folder: Path | None) -> None:
        self._name, self._out_folder = name, out_folder
        self.count = self.halves = 0  # ever
        self.cards: deque[Given] = deque(maxlen=CARDS_REMEMBERED)
        self.last: tuple[Image.Image, Image.Image] | None = None

    def take_in(self, card: Card) -> None:
        self.count += 1
        self.halves += not card.is_whole
        self.cards.append(Given(card.is_whole))
        self.last = (picture_of(card.inks[0]), picture_of(card.inks[1]))
        if self._out_folder is None:
            return
        self._out_folder.mkdir(parents=True, exist_ok=True)
        for side, picture in zip(SIDES, self.last, strict=True):
            picture.save(self._out_folder / f"{self._name}-{self.count:04d}-{side}.png")

    @property
    def waiting(self) -> list[Given]:
        return [card for card in self.cards if not card.taken]

    def empty(self) -> bool:
        """Take all that lies there; False when nothing does."""
        waiting = self.waiting
        for card in waiting:
            card.taken = True
        return bool(waiting)
