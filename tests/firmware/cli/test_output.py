"""Tables for people: at a terminal, in a file, in two scripts."""

from __future__ import annotations

import sys

import pytest
from rich.cells import cell_len

from firmware.cli.output import table

HEAD = ("kiosk", "place", "detail")
ROWS = [
    ("k1", "टोडारायसिंह", "[bold] is no markup here"),
    ("k22", "Tonk", "x" * 300),
]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")


def test_a_file_has_no_borders_and_no_cell_is_cut() -> None:
    head, first, second = table(HEAD, ROWS)
    assert first.endswith("  [bold] is no markup here")
    assert second == f"k22    Tonk    {'x' * 300}"
    assert head.split() == list(HEAD)
    assert not set("│─╭|+") & set(head + first + second)


def test_columns_stand_below_each_other_in_both_scripts() -> None:
    _, first, second = table(HEAD, ROWS)
    starts = {cell_len(line[: line.index(at)]) for line, at in ((first, "[bold]"), (second, "xxx"))}
    assert len(starts) == 1


@pytest.mark.usefixtures("terminal")
def test_a_terminal_has_borders_and_no_line_is_wider_than_it() -> None:
    lines = table(HEAD, ROWS)
    assert lines[0].startswith("╭") and lines[-1].startswith("╰")
    assert {cell_len(line) for line in lines} == {80}
    assert "".join("".join(lines).split()).count("x") == 300


def test_nothing_is_a_word_and_no_head() -> None:
    assert table(HEAD, []) == ["none"]
    assert table(HEAD, [], "no meeting is planned") == ["no meeting is planned"]


def test_without_a_head_there_is_no_line_for_it() -> None:
    assert table((), [("ok", "disk", "")]) == ["ok  disk"]


@pytest.mark.parametrize("room", ["60", "80", "120", "200"])
def test_no_id_of_300_kiosks_is_broken_however_narrow_the_terminal(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has no column of its own stands in the last one, with its name."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", room)
    head = ("since", "number", "kiosk", "place", "level", "part", "code", "detail")
    rows = [
        ("2026-11-23 02:00", f"CRN-14-{number:04d}", f"rj14-{number:05d}",
         ("Sub-divisional Hospital Jamwa Ramgarh", "ग्राम पंचायत कूकस")[number % 2], "operator",
         "notes", "notes.jam.stacker", "It did not return after three tries" * (number % 2))
        for number in range(300)
    ]  # fmt: skip
    lines = table(head, rows)
    assert max(map(cell_len, lines)) <= int(room)
    text = "\n".join(lines)
    for row in rows:
        assert row[1] in text and row[2] in text
    assert text.count("notes.jam.stacker") == len(rows)
