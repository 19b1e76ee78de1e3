"""What a benchmark found: a line a figure, the aim beside it, and how many samples it stands on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = ("what", "aim", "seen", "samples", "")


@dataclass(frozen=True)
class Figure:
    """One line. Without an aim it only stands there for comparison, and `is_met` is None."""

    what: str
    seen: str
    samples: int
    aim: str = ""
    is_met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.is_met]
        return (self.what, self.aim, self.seen, str(self.samples), verdict)


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest sample that `share` of all do not exceed."""
    if not samples:
        raise ValueError("expected at least one sample, got none")
    return sorted(samples)[max(1, math.ceil(share * len(samples))) - 1]


def delays(what: str, seconds: Sequence[float], longest: float | None = None) -> Figure:
    """p50 and p99 in milliseconds; the aim, if there is one, is a p99 below `longest` seconds."""
    middle, late = percentile(seconds, 0.50), percentile(seconds, 0.99)
    return Figure(
        what,
        f"p50 {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms",
        len(seconds),
        aim="" if longest is None else f"p99 < {longest * 1000:.0f} ms",
        is_met=None if longest is None else late < longest,
    )


def table(title: str, figures: Sequence[Figure]) -> str:
    """Title, head and lines, in columns as wide as their widest cell."""
    rows = [COLUMNS, *(figure.cells for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)) for r in rows]
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])
