"""Where a citizen may try what does not work here: the kiosks near, by their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from firmware.contract.screen import Attract, Closed, ScreenData, Services, Trouble
from firmware.core.tiles import NOT_YET

MOST = 2  # on a screen: who has to choose among many walks nowhere


def try_at(data: ScreenData, neighbours: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The neighbours, where something on this screen is out of order; what is still to come is not
    there either. Whose money is in, or has a slip, is sent nowhere: his paper is of this kiosk."""
    match data:
        case Attract(tiles=tiles) | Services(tiles=tiles):
            is_off = any(tile.why_not not in (None, NOT_YET) for tile in tiles)
        case Trouble(fault=fault, safe=safe):
            is_off = bool(fault) and not safe
        case _:
            is_off = isinstance(data, Closed)
    return [dict(each) for each in neighbours[:MOST]] if is_off else []
