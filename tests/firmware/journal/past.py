"""A journal with a past, opened as core opens it, and what can happen to its file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from firmware.journal.anchor import AnchorKeeper
from firmware.journal.journal import Journal
from firmware.journal.recovery import open_journal
from firmware.journal.rows import JournalBegun, OrderCreated
from tests.firmware.journal.previous.schema_1 import visit
from tests.firmware.journal.writer import AT, coin

BOOT = "b1"


def opened(path: Path, damage: str = "", boot_id: str = BOOT) -> Journal:
    return open_journal(path, AT, "1", boot_id, damage)


def order(number: int) -> OrderCreated:
    row = msgspec.json.decode(visit(number)[0][4], type=OrderCreated)
    assert isinstance(row, OrderCreated)
    return row


def lived(path: Path, orders: int = 3, coins: int = 40) -> str:
    """A journal with a past, its anchor at the end; returns its head."""
    journal = opened(path)
    journal.append(AT, *(order(number) for number in range(1, orders + 1)))
    journal.append(AT, *(coin(number) for number in range(1, coins + 1)))
    AnchorKeeper(path).write(journal)
    head = journal.head
    journal.close()
    return head


def begun(journal: Journal) -> JournalBegun:
    entry = journal.last_of(JournalBegun)
    assert entry is not None
    assert isinstance(entry.row, JournalBegun)
    return entry.row


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
