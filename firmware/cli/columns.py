"""Tables of many rows on a terminal of any width: nothing breaks in the middle of a line, and what
finds no room in its column stands below its row.

Names of places are the only cells that are cut: they are long, and the kiosk's id says the same.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

GAP = "  "
INDENT = "    "  # of what stands below its row
FLEXIBLE = ("district", "block", "place")
NUMBERS = (
    "in box",
    "today",
    "unposted",
    "claims",
    "findings",
    "days",
    "seq",
    "rows",
    "highest seen",
)
WIDEST, LEAST = 34, 10  # columns of a flexible cell where there is room, and where there is little
# Marks above and below a letter, and joiners, take no column of their own; spacing vowel signs do.
NO_WIDTH = ("Mn", "Me", "Cf")


def terminal() -> int | None:
    """Columns of the terminal; None where nobody looks: a file or a pipe has room for all."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def width_of(text: str) -> int:
    """Columns that a terminal takes for it."""
    return sum(unicodedata.category(each) not in NO_WIDTH for each in text)


def cut(text: str, most: int) -> str:
    """At most `most` columns, with an ellipsis for what is gone."""
    if width_of(text) <= most:
        return text
    while width_of(text) > most - 1:
        text = text[:-1]
    return text + "…"


def wrapped(lines: Sequence[str], room: int | None) -> list[str]:
    """Sentences, broken between words where they are longer than that."""
    if room is None:
        return list(lines)
    return [part for line in lines for part in textwrap.wrap(line, room) or [""]]


@dataclass(frozen=True)
class Table:
    """Cells, and what is said before and after them."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def without(self, *names: str) -> Table:
        """Those columns left out, where all of it is about one kiosk."""
        kept = [place for place, name in enumerate(self.head) if name not in names]
        rows = [tuple(row[place] for place in kept) for row in self.rows]
        return Table(tuple(self.head[place] for place in kept), rows, self.before, self.after)

    def lines(self, room: int | None) -> list[str]:
        """At most `room` columns each, if it is bounded. One word where there are no rows."""
        body = _table(self.head, self.rows, room) if self.rows else ["none"] if self.head else []
        return [*wrapped(self.before, room), *body, *wrapped(self.after, room)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], room: int | None) -> list[str]:
    widths = _natural(head, rows)
    if room is None:
        return _lines(head, rows, widths, 0)
    least = [min(w, LEAST) if n in FLEXIBLE else w for n, w in zip(head, widths, strict=True)]
    kept = len(head)
    while kept > 1 and _total(least[:kept]) > room:
        kept -= 1
    return _lines(head, rows, _widened(least[:kept], widths, room), room)


def _natural(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """As wide as what is in them, but for names of places; the last may be as wide as it likes."""
    widest = [max(map(width_of, column)) for column in zip(head, *rows, strict=True)]
    return [min(w, WIDEST) if n in FLEXIBLE else w for n, w in zip(head, widest, strict=True)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _widened(least: list[int], widths: Sequence[int], room: int) -> list[int]:
    """Room that is left goes to what was narrowed, to the place before its district."""
    free, found = room - _total(least), list(least)
    for column in reversed(range(len(least))):
        more = min(free, widths[column] - least[column])
        found[column] += more
        free -= more
    return found


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int],
           room: int) -> list[str]:  # fmt: skip
    """Cells without a width stand below."""
    kept = len(widths)
    lines = [_line(head, head, widths)]
    for row in rows:
        lines.append(_line(head, row, widths))
        lines += _below(head[kept:], row[kept:], room)
    return lines


def _line(head: Sequence[str], cells: Sequence[str], widths: Sequence[int]) -> str:
    """Those cells that have a column."""
    fitted = []
    for name, cell, width in zip(head, cells, widths, strict=False):
        text = cut(cell, width)
        blank = " " * (width - width_of(text))
        fitted.append(blank + text if name in NUMBERS else text + blank)
    return GAP.join(fitted).rstrip()


def _below(head: Sequence[str], cells: Sequence[str], room: int) -> list[str]:
    """What has no column, with its name; a detail is a sentence and needs none."""
    said = [
        cell if name == "detail" else f"{name} {cell}"
        for name, cell in zip(head, cells, strict=True)
        if cell not in ("", "-")
    ]
    return textwrap.wrap(
        "; ".join(said), room, initial_indent=INDENT, subsequent_indent=INDENT
    ) if said else []  # fmt: skip
