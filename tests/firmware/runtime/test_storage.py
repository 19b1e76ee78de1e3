"""The power fails while the inventory is written: the old document or the new, never neither."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tinydb import JSONStorage, TinyDB

from firmware.runtime import durable
from firmware.runtime.durable import CorruptFile
from firmware.runtime.storage import Document, DurableStorage
from tests.firmware.runtime.tears import PAGE, tears


def document(word: str, rows: int) -> Document:
    """Several pages of it."""
    return {
        "devices": {str(row): {"serial": f"{word}-{row:06d}", "row": row} for row in range(rows)}
    }


OLD, NEW = document("old", 400), document("new", 500)


class PowerCut(BaseException):
    """Not an Exception: nobody may catch it, as nobody catches the mains."""


def cut_after(steps: int, work: Callable[[], None]) -> bool:
    """Run `work`, and cut the power after so many lines of durable.py; False if it ended."""
    left = steps

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != durable.__file__:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise PowerCut
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except PowerCut:
        return True
    finally:
        sys.settrace(before)
    return False


def test_documents_have_several_pages() -> None:
    assert min(len(json.dumps(each)) for each in (OLD, NEW)) > 3 * PAGE


def test_power_cut_at_every_step_of_a_write(tmp_path: Path) -> None:
    steps = 0
    while True:
        storage = DurableStorage(tmp_path / str(steps) / "inventory.json")
        storage.write(OLD)
        was_cut = cut_after(steps, lambda: storage.write(NEW))  # noqa: B023  run at once
        assert storage.read() in (OLD, NEW), f"after {steps} lines"
        if not was_cut:
            break
        steps += 1
    assert steps > 10  # the lines of write_durably were really walked
    assert storage.read() == NEW


def test_power_cut_at_every_step_of_the_first_write_of_all(tmp_path: Path) -> None:
    steps, was_cut = 0, True
    while was_cut:
        storage = DurableStorage(tmp_path / str(steps) / "inventory.json")
        was_cut = cut_after(steps, lambda: storage.write(NEW))  # noqa: B023
        assert storage.read() in (None, NEW), f"after {steps} lines"
        steps += 1


def test_power_cut_at_every_step_of_a_write_over_a_torn_file(tmp_path: Path) -> None:
    """The card hurt the file, the one before it still reads: no step may lose that one too."""
    steps, was_cut = 0, True
    while was_cut:
        path = tmp_path / str(steps) / "inventory.json"
        storage = DurableStorage(path)
        storage.write(OLD)
        storage.write(OLD)
        path.write_bytes(path.read_bytes()[:PAGE])
        was_cut = cut_after(steps, lambda: storage.write(NEW))  # noqa: B023
        assert storage.read() in (OLD, NEW), f"after {steps} lines"
        steps += 1


def test_new_file_torn_in_every_way_before_its_rename_leaves_the_old_document(
    tmp_path: Path,
) -> None:
    path = tmp_path / "inventory.json"
    old_raw, new_raw = raw_of(OLD, tmp_path / "a"), raw_of(NEW, tmp_path / "b")
    DurableStorage(path).write(OLD)
    for torn in tears(old_raw, new_raw):
        path.with_name("inventory.json.new").write_bytes(torn)
        assert DurableStorage(path).read() == OLD


def test_renamed_file_whose_pages_never_reached_the_card_leaves_the_old_document(
    tmp_path: Path,
) -> None:
    path = tmp_path / "inventory.json"
    old_raw, new_raw = raw_of(OLD, tmp_path / "a"), raw_of(NEW, tmp_path / "b")
    DurableStorage(path).write(OLD)
    DurableStorage(path).write(NEW)
    count = 0
    for torn in tears(old_raw, new_raw):
        path.write_bytes(torn)
        assert DurableStorage(path).read() == OLD
        count += 1
    assert count > 80


def test_tinydb_as_it_comes_loses_the_document_to_the_same_tears(tmp_path: Path) -> None:
    """Why DurableStorage exists; were this to pass, the tests above would prove nothing."""
    path = tmp_path / "inventory.json"
    old_raw, new_raw = json.dumps(OLD).encode(), json.dumps(NEW).encode()
    survived = [torn for torn in tears(old_raw, new_raw) if reads_as_either(path, torn)]
    assert survived == []


def test_both_files_torn_is_said_and_not_taken_for_an_empty_kiosk(tmp_path: Path) -> None:
    path = tmp_path / "inventory.json"
    storage = DurableStorage(path)
    assert storage.read() is None
    storage.write(OLD)
    path.write_bytes(b"torn")
    with pytest.raises(CorruptFile, match=r"inventory\.json"):
        storage.read()


def test_tinydb_keeps_hindi_through_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "places.json"
    TinyDB(path, storage=DurableStorage).insert({"place": "टोडारायसिंह"})
    assert TinyDB(path, storage=DurableStorage).all() == [{"place": "टोडारायसिंह"}]
    assert "टोडारायसिंह".encode() in path.read_bytes()  # and a technician can read it


def raw_of(content: Document, folder: Path) -> bytes:
    DurableStorage(folder / "x").write(content)
    return (folder / "x").read_bytes()


def reads_as_either(path: Path, torn: bytes) -> bool:
    path.write_bytes(torn)
    storage = JSONStorage(str(path))
    try:
        return storage.read() in (OLD, NEW)
    except ValueError:
        return False
    finally:
        storage.close()
