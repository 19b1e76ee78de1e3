"""Lists of three hundred kiosks, read on a terminal that is 80 columns wide."""

from __future__ import annotations

import random

import pytest

from firmware.cli.columns import Table, cut, width_of

HEAD = ("since", "kiosk", "district", "place", "in box", "code", "ticket", "detail")
DETAILS = ("", "The stacker did not return after three tries; a note of Rs 500 may be in the path",
           "expected hash " + "a1" * 32)  # fmt: skip
PLACES = ("Kukas", "ग्राम पंचायत कूकस", "Sub-divisional Hospital Jamwa Ramgarh, ground floor")


def kiosks(count: int) -> Table:
    drawn = random.Random(1)
    rows = [
        ("2026-11-23 02:00", f"rj14-{number:05d}", drawn.choice(("Jaipur", "Sawai Madhopur")),
         drawn.choice(PLACES), f"₹{drawn.randrange(90_000):,}.00", "notes.jam.stacker",
         drawn.choice(("", f"CRN-14-{number}")), drawn.choice(DETAILS))
        for number in range(count)
    ]  # fmt: skip
    return Table(HEAD, rows, ("300 kiosks: " + "149 in service, " * 9,), ("", "sum"))


@pytest.mark.parametrize("room", [60, 80, 100, 120, 200])
def test_no_line_of_300_kiosks_runs_over_the_edge_and_no_fact_is_gone(room: int) -> None:
    table = kiosks(300)
    lines = table.lines(room)
    assert max(map(width_of, lines)) <= room
    text = "".join("".join(lines).split())
    for row in table.rows:
        for name, cell in zip(HEAD, row, strict=True):
            if name not in ("district", "place"):
                assert "".join(cell.split()) in text, f"{name} of {row[1]}"


def test_a_wide_terminal_has_one_line_a_kiosk_and_so_has_a_pipe() -> None:
    for room in (250, None):
        assert len(kiosks(300).lines(room)) == len(kiosks(300).rows) + 4


def test_the_mark_above_a_letter_takes_no_column() -> None:
    """Counted as letters, the column after a Hindi name stands to the left of the others."""
    table = Table(("place", "heard"), [("ग्राम पंचायत कूकस", "now"), ("Kukas", "now")])
    starts = {width_of(line[: line.index("now")]) for line in table.lines(None)[1:]}
    assert starts == {14 + 2}, "seventeen characters, three of which are marks"


def test_a_name_is_cut_to_its_columns_and_says_so() -> None:
    assert cut("Jamwa Ramgarh", 6) == "Jamwa…"
    assert width_of(cut("ग्राम पंचायत कूकस", 7)) <= 7
    assert cut("Kukas", 5) == "Kukas"


def test_of_one_kiosk_its_name_is_not_said_in_every_line() -> None:
    found = kiosks(2).without("kiosk", "place")
    assert found.head == ("since", "district", "in box", "code", "ticket", "detail")
    assert all(len(row) == 6 for row in found.rows)


def test_where_nothing_is_found_one_word_says_so() -> None:
    assert Table(("kiosk",), []).lines(80) == ["none"]
