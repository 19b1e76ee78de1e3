"""Draws the last part of `docs/access.md`: what the stories through the window saw.

The rest of the page is written by people; the lines are those of `tests/window`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "access.md"
SEEN = Path(__file__).parents[1] / "tests/vectors/window_seen.json"
HEADING = "## What was seen\n"
INTRODUCTION = """\

From here on drawn by `python -m docs.generate` from `tests/vectors/window_seen.json`, which
`KIOSK_SEEN=1 make stories` writes; do not edit. Each line was the same by touch and by six keys, on
a whole kiosk with emulated devices and the real window; beside it, how many touches, and how many
presses of the six keys, the visit took, digits one by one.

| story | what was seen | touches | keys |
|---|---|---|---|
"""


def page() -> str:
    """The page as it should stand: what people wrote, and the table."""
    written = PAGE.read_text(encoding="utf-8").partition(HEADING)[0]
    rows = [_row(name, line) for name, line in json.loads(SEEN.read_text("utf-8")).items()]
    return written + HEADING + INTRODUCTION + "".join(rows)


def _row(name: str, line: dict[str, Any]) -> str:
    return f"| {name} | {line['seen']} | {line.get('touch', '-')} | {line.get('keys', '-')} |\n"
