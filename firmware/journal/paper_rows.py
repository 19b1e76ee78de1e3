"""Rows about the documents of citizens that lay in RAM on their way to a printer."""

from __future__ import annotations

from firmware.journal.row import Row


class SpoolWiped(Row, frozen=True):
    """`count` documents that lay in the spool of the printer `device` were overwritten and removed,
    when a job had ended or at a start. What the printer's driver wiped itself is not among them."""

    device: str
    count: int
