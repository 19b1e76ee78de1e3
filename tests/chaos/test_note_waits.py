"""The printer's driver dies while a note is on its way to escrow, on the whole kiosk in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from firmware.contract.screen import InsertCash, ScreenData, Trouble
from firmware.core.daemon import journal_path
from firmware.demo.citizen import Citizen
from firmware.journal.journal import read_entries
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.runs import RAM, forked
from tests.chaos.visitor import Visit

ENOUGH = 30.0  # seconds: any patience of the kiosk


async def _note_meets_no_printer(kiosk: Kiosk, away: float) -> list[str]:
    """Returns the hints that were shown, how long the note waited, the screen after that, and the
    rows of the note."""
    shown: list[str] = []
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, "210344990001", kiosk.loop.time)

        def has_ended() -> bool:
            data = visit.shown
            if isinstance(data, InsertCash) and data.hint and data.hint.key not in shown:
                shown.append(data.hint.key)
            physics = visit.look("notes")
            is_out = bool(physics["in_box"] or physics["returned"])
            return is_out and physics["at"] == "nowhere"

        await visit.is_open()
        await visit.to_cash()
        await visit.until(lambda: bool(visit.look("notes")["accepting"]))
        assert await visit.tries("notes", 20000)
        await visit.until(lambda: visit.look("notes")["at"] == "moving_in")
        kiosk.kill("receipt", away)
        await visit.until(lambda: visit.look("notes")["at"] == "escrow")
        began = kiosk.loop.time()
        await visit.until(has_ended, ENOUGH)
        shown.append(f"{kiosk.loop.time() - began:.0f} s")
        await visit.until(lambda: _is_told(visit.shown))
        shown.append(type(visit.shown).__name__)
    kinds = [type(entry.row).__name__ for entry in read_entries(journal_path(kiosk.config))]
    return [*shown, *(kind for kind in kinds if "Note" in kind or "Intended" in kind)]


def _is_told(data: ScreenData | None) -> bool:
    """The screen shows what became of the note: counted, or the visit ended without it."""
    return isinstance(data, Trouble) or (isinstance(data, InsertCash) and bool(data.inserted))


def _run(away: float) -> list[str]:
    folder = tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM)
    with folder as place, kiosk_in(Path(place)) as kiosk:
        told = kiosk.loop.run_until_complete(_note_meets_no_printer(kiosk, away))
        assert kiosk.bugs == []
        return told


@pytest.mark.parametrize("away", [1.0, ENOUGH])
def test_a_printer_that_is_started_again_does_not_cost_the_citizen_his_note(away: float) -> None:
    with forked() as pool:
        told = pool.map(_run, [away])[0]
    assert "cash.note_waits" in told
    if away < ENOUGH:
        assert told[-2:] == ["StackIntended", "NoteCredited"]
        assert InsertCash.__name__ in told
    else:
        assert told[-2:] == ["ReturnIntended", "NoteGivenBack"]
        assert Trouble.__name__ in told
