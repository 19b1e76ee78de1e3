"""Which blocks of a column stand on which page, where there is no room for all. No Kivy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True)
class Block:
    """Something in a column, in pixels: one height, or rows that may part, within a `frame`."""

    rows: tuple[float, ...]
    frame: float = 0

    @property
    def height(self) -> float:
        return sum(self.rows) + self.frame


@dataclass(frozen=True)
class Part:
    """Rows `first` to `end` of the block at `at`."""

    at: int
    first: int
    end: int


Page = tuple[Part, ...]


@dataclass(frozen=True)
class Plan:
    """All pages, and the gap between blocks."""

    pages: tuple[Page, ...]
    gap: float


def plan(blocks: Sequence[Block], room: float, gap: float, least_gap: float, more: float) -> Plan:
    """One page where everything fits, with smaller gaps if it must be; else pages, each with room
    for what turns it, which is `more` high. A row that fits nowhere gets a page of its own."""
    spaces = max(1, len(blocks) - 1)
    spare = (room - sum(block.height for block in blocks)) / spaces
    if spare >= least_gap or not blocks:
        whole = tuple(Part(at, 0, len(block.rows)) for at, block in enumerate(blocks))
        return Plan((whole,), min(gap, spare))
    pages = _fill(blocks, room - more - least_gap, least_gap)
    return Plan(tuple(map(tuple, pages)), least_gap)


def _fill(blocks: Sequence[Block], room: float, gap: float) -> list[list[Part]]:
    pages: list[list[Part]] = [[]]
    left = room
    for at, block in enumerate(blocks):
        begun = _rows_in(block, left) if pages[-1] and block.height > room else 0
        if begun:
            pages[-1].append(Part(at, 0, begun))
            left = 0
        for part, height in _parts(at, block, begun, room):
            if pages[-1] and height > left:
                pages.append([])
                left = room
            _append(pages[-1], part)
            left -= height + gap
    return pages


def _rows_in(block: Block, left: float) -> int:
    """How many of its rows stand in what is left of a page, where it must part anyway."""
    heights = list(accumulate(block.rows, initial=block.frame))
    return max(0, sum(height <= left for height in heights) - 1)


def _append(page: list[Part], part: Part) -> None:
    """Two parts of one block that meet on a page are one again."""
    if page and page[-1].at == part.at:
        part = Part(part.at, page.pop().first, part.end)
    page.append(part)


def _parts(at: int, block: Block, begun: int, room: float) -> Iterator[tuple[Part, float]]:
    """The rows from `begun` on, in as few parts as there must be; each as long as the others, where
    the rows are of a height."""
    edges = _edges(block, begun, room)
    heights = _heights(block, edges)
    count, rows = len(edges) - 1, len(block.rows) - begun
    even = [begun + rows * number // count for number in range(count + 1)]
    if max(_heights(block, even)) <= max(room, *heights):
        edges, heights = even, _heights(block, even)
    for (first, end), height in zip(pairwise(edges), heights, strict=True):
        yield Part(at, first, end), height


def _edges(block: Block, begun: int, room: float) -> list[int]:
    """Where it parts if each page is filled."""
    edges, height = [begun], block.frame
    for number in range(begun, len(block.rows)):
        if number > edges[-1] and height + block.rows[number] > room:
            edges.append(number)
            height = block.frame
        height += block.rows[number]
    return [*edges, len(block.rows)]


def _heights(block: Block, edges: list[int]) -> list[float]:
    return [sum(block.rows[a:b]) + block.frame for a, b in pairwise(edges)]
