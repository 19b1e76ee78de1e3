"""What the stories through the window saw, a line each: the data of the table in docs/access.md."""

from __future__ import annotations

import json
import os
from typing import Any

from docs.access import SEEN
from tests.stories.errands import RENEWS

HOW = f"look at it; where it is right: {RENEWS}=1 make stories, then python -m docs.generate"


def is_as_before(story: str, line: str, way: str, presses: int) -> None:
    """Compare with what was seen before. How many presses it took is told and not compared: a
    machine that is slow makes somebody press twice."""
    before: dict[str, dict[str, Any]] = json.loads(SEEN.read_text(encoding="utf-8"))
    if os.environ.get(RENEWS):
        before.setdefault(story, {}).update({"seen": line, way: presses})
        text = json.dumps(before, ensure_ascii=False, indent=1)
        SEEN.write_text(text + "\n", encoding="utf-8")
        return
    known = before.get(story, {}).get("seen")
    assert line == known, f"{story}, by {way}: expected {known!r}, got {line!r}; {HOW}"
