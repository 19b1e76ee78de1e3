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
