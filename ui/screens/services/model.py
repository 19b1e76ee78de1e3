"""What would you like? One tile a service; what does not work says why."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Screen, Services, Tile
from ui.frame import try_at
from ui.say import Say, sentences

NOT_YET = "tile.not_yet"


@dataclass(frozen=True)
class TileModel:
    service: str
    icon: str
    name: str
    line: str  # by what, or why not
    is_on: bool
    is_fault: bool  # off because something failed, not because it is still to come


@dataclass(frozen=True)
class ServicesModel:
    question: str = ""
    line: str = ""
    tiles: tuple[TileModel, ...] = ()

    @property
    def spoken_text(self) -> str:
        working = [tile.name for tile in self.tiles if tile.is_on]
        return sentences(self.question, self.line, ", ".join(working))


def model(data: Services, screen: Screen, say: Say) -> ServicesModel:
    tiles = []
    for tile in data.tiles:
        is_on = tile.why_not is None
        tiles.append(
            TileModel(
                service=tile.service,
                icon=tile.icon,
                name=say(f"{tile.service}.name"),
                line=say(f"{tile.service}.by") if is_on else _why_not(tile, say),
                is_on=is_on,
                is_fault=not is_on and tile.why_not != NOT_YET,
            )
        )
    question = say(f"{data.category}.name") if data.category else say("services.question")
    return ServicesModel(question, try_at(screen, say) or say("services.line"), tuple(tiles))


def _why_not(tile: Tile, say: Say) -> str:
    """The fault behind it in a few words, where there is one; else the reason."""
    fault = say.of_fault(tile.fault)
    if fault is not None and fault.short:
        return fault.short
    return say(say.known(tile.why_not or "", "tile.other"))
