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

    drawn = Table(
        box=ROUNDED if is_terminal else None,
        show_header=bool(head),
        pad_edge=is_terminal,
        padding=(0, 1) if is_terminal else (0, 2, 0, 0),
    )
    for name in head or [""] * max(map(len, rows)):
        drawn.add_column(name, no_wrap=not is_terminal, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))  # not markup: a detail may have brackets
    width = shutil.get_terminal_size().columns if is_terminal else NO_LIMIT
    paper = StringIO()
    Console(file=paper, width=width, color_system=None, legacy_windows=False).print(drawn)
    return [line.rstrip() for line in paper.getvalue().splitlines()]
