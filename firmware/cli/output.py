"""How `kioskctl` says things: one document for programs, lines and tables for people.

At a terminal a table has borders and fits the width; everywhere else it is plain, and no cell is
cut, so that it can be searched. Rich counts the columns: a sign of Devanagari may take none.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import msgspec

from firmware.cli.exits import Exit

BORDERS = 3  # columns that each column takes beside its text; one more closes the table
LONGEST_WORD = 26  # columns: a fault's code is not broken, a hash is
NO_LIMIT = 10_000  # columns of a file: wider than any row of ours


def show(options: argparse.Namespace, document: Any, lines: Iterable[str]) -> None:
    """Print the document with --json, else the lines."""
    text = msgspec.json.encode(document).decode() if options.json else "\n".join(lines)
    if text:
        print(text)


def refuse(why: str, code: Exit = Exit.NOT_WELL) -> Exit:
    """Say on stderr why it was not done; `code` again."""
    print(f"kioskctl: {why}", file=sys.stderr)
    return code


def table(head: Sequence[str], rows: Iterable[Sequence[str]], none: str = "none") -> list[str]:
    """A line a row, and one for the head unless it is empty; `none` where there is no row."""
    told = list(rows)
    return _drawn(head, told, sys.stdout.isatty()) if told else [none]


def _drawn(head: Sequence[str], rows: Sequence[Sequence[str]], is_terminal: bool) -> list[str]:
    # Here, because most commands show no table, and Rich takes a tenth of a second to load.
    from rich.box import ROUNDED
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = list(head) or [""] * max(map(len, rows))
    cells = [list(row) for row in rows]
    width = shutil.get_terminal_size().columns if is_terminal else NO_LIMIT
    if is_terminal:
        names, cells = stacked(names, cells, width)
    drawn = Table(
        box=ROUNDED if is_terminal else None,
        show_header=bool(head),
        pad_edge=is_terminal,
        padding=(0, 1) if is_terminal else (0, 2, 0, 0),
    )
    wide: Sequence[int | None] = (
        _widths(names, cells, width) if is_terminal else [None] * len(names)
    )
    for name, columns in zip(names, wide, strict=True):
        drawn.add_column(name, no_wrap=not is_terminal, overflow="fold", width=columns)
    for row in cells:
        drawn.add_row(*map(Text, row))  # not markup: a detail may have brackets
    paper = StringIO()
    Console(file=paper, width=width, color_system=None, legacy_windows=False).print(drawn)
    return [line.rstrip() for line in paper.getvalue().splitlines()]


def stacked(
    names: list[str], rows: list[list[str]], width: int
) -> tuple[list[str], list[list[str]]]:
    """As many columns as stand in `width` with no word broken; the others together in the last
    one, each with its name."""
    kept = len(names)
    found, cells = names, rows
    while kept > 1 and sum(_least(found, cells)) + BORDERS * len(found) + 1 > width:
        kept -= 1
        found = [*names[:kept], ", ".join(names[kept:])]
        cells = [[*row[:kept], _under(names[kept:], row[kept:])] for row in rows]
    return found, cells


def _under(names: Sequence[str], cells: Sequence[str]) -> str:
    """What says something, with its name."""
    return "; ".join(
        f"{name} {cell}".strip()
        for name, cell in zip(names, cells, strict=False)
        if cell not in ("", "-")
    )


def _least(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns of the longest word, for each; a hash may be broken."""
    from rich.cells import cell_len

    return [
        min(max(cell_len(word) for cell in column for word in (cell.split() or [""])), LONGEST_WORD)
        for column in zip(names, *rows, strict=True)
    ]


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Of columns that together take `width` at most: who needs little more gets it first."""
    from rich.cells import cell_len

    found = _least(names, rows)
    wanted = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    free = max(0, width - sum(found) - BORDERS * len(found) - 1)
    for place in sorted(range(len(found)), key=lambda place: wanted[place] - found[place]):
        more = max(0, min(free, wanted[place] - found[place]))
        found[place] += more
        free -= more
    return found
