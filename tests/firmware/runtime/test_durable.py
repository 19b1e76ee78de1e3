"""Small files: what was written is read, and what was hurt is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.runtime.durable import CHECKSUM_LENGTH, CorruptFile, read_durably, write_durably


def test_kiosk_that_never_wrote_has_nothing(tmp_path: Path) -> None:
    assert read_durably(tmp_path / "ledger") is None


def test_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    write_durably(tmp_path / "a" / "b" / "ledger", b"1")
    assert read_durably(tmp_path / "a" / "b" / "ledger") == b"1"


@given(contents=st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_last_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("durable") / "ledger"
    for content in contents:
        write_durably(path, content)
    assert read_durably(path) == contents[-1]
    assert sorted(each.name for each in path.parent.iterdir()) == sorted(
        {"ledger", "ledger.previous"} if len(contents) > 1 else {"ledger"}
    )


@pytest.mark.parametrize("place", [0, CHECKSUM_LENGTH, -1])
def test_one_hurt_byte_falls_back_to_the_file_before(tmp_path: Path, place: int) -> None:
    path = tmp_path / "ledger"
    write_durably(path, b"before")
    write_durably(path, b"after")
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0x20
    path.write_bytes(raw)
    assert read_durably(path) == b"before"


def test_lost_rename_leaves_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    write_durably(path, b"before")
    write_durably(path, b"after")
    path.unlink()
    assert read_durably(path) == b"before"


def test_empty_file_is_corrupt_and_not_empty_content(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(b"")
    with pytest.raises(CorruptFile, match="expected a matching checksum"):
        read_durably(path)
