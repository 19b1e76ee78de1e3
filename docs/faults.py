"""Draws `docs/faults.md`: every fault, from the one table of them and its words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from firmware.contract.faults import KnownFault, codes, known
from firmware.runtime.fault_words import LANGUAGES, meaning, money, plain, short, ticket_of

PAGE = Path(__file__).parent / "faults.md"
HEAD = """\
# Every fault

Drawn by `python -m docs.generate` from `firmware/contract/faults.toml` and its words in
`firmware/runtime/locale`; do not edit. `kioskctl faults` says the same of what stands now,
and the screens for citizen and operator have their sentences from here. A code that no row has is
one that nothing in this kiosk says: `tests/firmware/runtime/test_every_fault_has_words.py`.

`link.*` is the wire of any device (`receipt.link.lost`); a code whose last part is a number
(`coins.tube.500`) stands here without it. What stops: *notice* nothing; *warning* nothing yet;
*device* that device and what needs it; *kiosk* all payments, or all in cash. Whoever mends it is
also whom to call. From a ticket on, what is not mended goes to who is above after so long.
"""
COLUMNS = ("code", "what stops", "who mends it", "ticket", "the first step", "the citizen hears",
           "of the money", "picture")  # fmt: skip


def page() -> str:
    """The whole of `docs/faults.md`."""
    found = [each for code in codes() if (each := known(code)) is not None]
    parts = [HEAD]
    for kind, group in groupby(found, key=lambda each: each.code.partition(".")[0]):
        parts += [f"## {kind}\n", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
        parts += [*map(_row, group), ""]
    return "\n".join(parts).rstrip() + "\n"


def _row(fault: KnownFault) -> str:
    picture = f"`{fault.icon}`" if fault.device == "any" else f"`{fault.icon}`, {fault.device}"
    cells = (f"`{fault.code}`", fault.severity, fault.mender, ticket_of(fault),
             *map(_both, _told(fault)), picture)  # fmt: skip
    return _line(cells)


def _told(fault: KnownFault) -> Iterator[list[str]]:
    yield [meaning(fault.code, language) for language in LANGUAGES]
    yield [_heard(fault, language) for language in LANGUAGES]
    yield [money(fault, language) for language in LANGUAGES]


def _heard(fault: KnownFault, language: str) -> str:
    title = short(fault, language)
    return f"**{title}** {plain(fault, language)}" if title else plain(fault, language)


def _both(texts: list[str]) -> str:
    return "<br>".join(texts)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
