"""The two slots of a ledger, torn at every page and every byte of the last write."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from firmware.runtime.durable import CorruptFile
from firmware.runtime.slots import PAGE, Slots

OLD, NEW = b'{"credits": 1}' * 700, b'{"credits": 2, "note": "x"}' * 500  # some pages each


def test_nothing_was_ever_written(tmp_path: Path) -> None:
    assert Slots(tmp_path / "notes").read() is None


def test_the_last_of_many_is_read_by_the_next_driver(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "deep" / "notes")
    for number in range(20):
        slots.write(b"%d" % number * (number * 300))
    assert Slots(tmp_path / "deep" / "notes").read() == b"19" * (19 * 300)


def test_a_restarted_driver_does_not_write_over_the_newest(tmp_path: Path) -> None:
    Slots(tmp_path / "notes").write(OLD)
    Slots(tmp_path / "notes").write(NEW)
    (tmp_path / "notes.a").write_bytes(b"")  # sequence 2 was in slot a
    assert Slots(tmp_path / "notes").read() == OLD


def torn(before: bytes, after: bytes, chance: random.Random) -> list[bytes]:
    """What a power cut may leave of a slot: some pages new, some old, cut at any byte."""
    length = max(len(before), len(after))
    before, after = before.ljust(length, b"\0"), after.ljust(length, b"\0")
    cuts = [*range(0, length, PAGE), *(chance.randrange(length) for _ in range(200))]
    states = [after[:cut] + before[cut:] for cut in cuts] + [after[:cut] for cut in cuts]
    for _ in range(100):
        pages = [chance.choice((before, after))[at : at + PAGE] for at in range(0, length, PAGE)]
        states.append(b"".join(pages))
    return states


def test_every_torn_write_leaves_the_record_of_before_or_the_new_one(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "notes")
    slots.write(b"the first")
    slots.write(OLD)
    before = (tmp_path / "notes.b").read_bytes()
    slots.write(NEW)
    after = (tmp_path / "notes.b").read_bytes()
    seen = set()
    for state in torn(before, after, random.Random(1)):
        (tmp_path / "notes.b").write_bytes(state)
        seen.add(Slots(tmp_path / "notes").read())
    assert seen == {OLD, NEW}


def test_two_ruined_slots_are_an_error_not_an_empty_ledger(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "notes")
    slots.write(OLD)
    slots.write(NEW)
    for letter in "ab":
        (tmp_path / f"notes.{letter}").write_bytes(b"\0" * PAGE)
    with pytest.raises(CorruptFile, match="expected a whole slot"):
        Slots(tmp_path / "notes").read()
