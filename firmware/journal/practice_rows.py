"""Rows about practice: that it was, and who wanted it. Of what is done in it there is none."""

from __future__ import annotations

from firmware.journal.row import Row


class PracticeBegan(Row, frozen=True):
    """`by` is an operator, a technician, or `citizen`."""

    by: str


class PracticeEnded(Row, frozen=True):
    """`why` is a word: pressed, idle, alone, stopped, late, lost, long, a code of what failed, or
    restarted, where core was away."""

    why: str


PracticeRow = PracticeBegan | PracticeEnded
