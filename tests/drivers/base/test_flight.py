"""The flight recorder: bounded in RAM, a file beside each fault, and played again into a driver."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from drivers.base.flight import (
    FILES_KEPT,
    FLIGHTS,
    KEPT,
    MOST_BYTES,
    NOT_AGAIN_FOR,
    START,
    FlightRecorder,
    Header,
    What,
    flights,
    load,
)
from drivers.base.replay import main
from firmware.contract.device import DeviceState, Kind, Status
from firmware.demo.citizen import Citizen
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.runs import forked
from tests.chaos.visitor import Visit

STATE = DeviceState(name="notes", kind=Kind.NOTES, family="itl_ssp", status=Status.READY)


def header(fault: str = "notes.jam.stacker", second: int = 0) -> Header:
    at = f"2026-11-22T10:{second // 60:02d}:{second % 60:02d}+05:30"
    return Header(1, at, fault, "", "notes", "itl_ssp", Kind.NOTES, {}, STATE)


def test_a_day_of_polls_stays_small_and_the_beginning_stays(tmp_path: Path) -> None:
    recorder = FlightRecorder()
    recorder.up(tmp_path, 0.0)
    recorder.note(What.SENT, "aa", 1.0)
    for poll in range(400_000):
        recorder.note(What.HEARD, "7f80" * 4, 20.0 + poll * 0.2)
    now = 20.0 + 400_000 * 0.2
    kept = list(recorder.entries(now))
    assert kept[0].what is What.UP and kept[1].data == "aa"
    assert all(entry.t >= -KEPT - 0.2 for entry in kept[2:])
    assert 100 < len(kept) < 200


def test_a_day_of_connections_stays_small(tmp_path: Path) -> None:
    """Whoever takes one request a connection is always within the beginning of one."""
    recorder = FlightRecorder()
    for poll in range(10_000):
        now = poll * 6.0
        recorder.up(tmp_path, now)
        recorder.note(What.SENT, "aa" * 200, now + 0.1)
        recorder.note(What.HEARD, "bb" * 500, now + 0.2)
        recorder.note(What.DOWN, "", now + 0.3)
    kept = list(recorder.entries(60_000.0))
    assert 12 < len(kept) < 40
    assert all(entry.t >= -KEPT - START for entry in kept)


def test_a_printer_that_gets_pictures_does_not_fill_the_memory(tmp_path: Path) -> None:
    recorder = FlightRecorder()
    recorder.up(tmp_path, 0.0)
    for line in range(10_000):
        recorder.note(What.SENT, "00" * 3000, START + 1 + line * 0.001)
    assert sum(len(entry.data) for entry in recorder.entries(30.0)) <= MOST_BYTES


def test_a_fault_that_comes_and_goes_is_written_once(tmp_path: Path) -> None:
    recorder = FlightRecorder()
    assert not recorder.is_due("notes.link.lost", 1.0), "nothing crossed this wire"
    recorder.note(What.HEARD, "00", 2.0)
    assert recorder.is_due("notes.jam.stacker", 3.0)
    recorder.save(header(), tmp_path, 3.0)
    assert not recorder.is_due("notes.jam.stacker", 4.0)
    assert recorder.is_due("notes.stacker.full", 4.0)
    assert recorder.is_due("notes.jam.stacker", 3.0 + NOT_AGAIN_FOR)


def test_old_files_go_when_new_ones_come(tmp_path: Path) -> None:
    recorder = FlightRecorder()
    for second in range(FILES_KEPT + 5):
        recorder.save(header(second=second), tmp_path, float(second))
    kept = [load(path)[0].at for path in flights(tmp_path)]
    assert len(kept) == FILES_KEPT and kept[-1].startswith("2026-11-22T10:00:12")


def test_a_file_that_is_none_says_where(tmp_path: Path) -> None:
    path = tmp_path / "x.flight"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="no flight"):
        load(path)
    FlightRecorder().save(header(), tmp_path, 0.0)
    real = flights(tmp_path)[0]
    real.write_bytes(real.read_bytes() + b'{"t": 1, "what": "sunk"}\n')
    with pytest.raises(ValueError, match=r"line 2.*sunk"):
        load(real)


async def _pays_until_it_jams(kiosk: Kiosk) -> None:
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, "210344990001", kiosk.loop.time)
        await visit.is_open()
        await visit.to_cash()
        await visit.puts_in(200)
        await asyncio.sleep(40.0)
        assert await visit.tries("notes", 20000)
        kiosk.bench().do("notes", "jam", where="safe")
        await asyncio.sleep(3.0)


def _record(folder: str) -> None:
    with kiosk_in(Path(folder)) as kiosk:
        kiosk.loop.run_until_complete(_pays_until_it_jams(kiosk))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A note acceptor that takes a note, waits, takes a second one and jams: the file of that."""
    with forked() as pool:
        pool.apply(_record, (str(tmp_path),))
    (path,) = tmp_path.rglob("*.flight")
    return path


def test_a_jam_is_replayed_from_the_file_beside_it(
    recorded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recorded.parent.name == FLIGHTS and "notes.jam." in recorded.name
    monkeypatch.setattr("sys.argv", ["kiosk-replay", str(recorded)])
    assert main() == 0
    told = capsys.readouterr().out
    assert told.count("told     NoteEscrowed") == 1
    assert told.count("told     NoteStacked") == 1
    assert "is       out_of_service, notes.jam." in told
    assert re.search(r"[1-9][0-9]+ writes as recorded, 0 otherwise", told), told


def test_nobody_can_read_from_a_file_who_paid(recorded: Path) -> None:
    """What a ticket says goes to the printer's driver alone."""
    for path in recorded.parents[3].rglob("*.flight"):
        assert "210344990001" not in path.read_text()
