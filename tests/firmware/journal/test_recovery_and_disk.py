"""A disk that is full, read-only or dying is not a damaged journal: nothing is moved aside."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.contract.money import rupees
from firmware.journal import recovery
from firmware.journal.anchor import WRITES_APART, AnchorKeeper, anchor_of
from firmware.journal.aside import kept_aside
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.journal import Journal
from firmware.journal.rows import CashOpened
from tests.firmware.journal.past import lived, opened
from tests.firmware.journal.writer import AT, coin


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "core" / "journal.db"


# --- the disk ---------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte that can be filled and made read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting takes root")
    yield folder
    # Lazily: a test that fails still holds the journal, and must not leave a disk behind.
    subprocess.run(["/usr/bin/umount", "--lazy", folder], check=True)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["/usr/bin/mount", "-o", f"remount,{how}", disk], check=True)


def fill(ballast: Path) -> None:
    """Until there is no room for another byte."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range(1000):
            file.write(bytes(4096))


def test_a_read_only_disk_is_a_fault_and_nothing_is_moved(disk: Path) -> None:
    path = disk / "journal.db"
    lived(path)
    remount(disk, "ro")
    for _ in range(2):
        with pytest.raises(JournalFault, match="Read-only") as raised:
            opened(path)
        assert not isinstance(raised.value, JournalDamaged)
    remount(disk, "rw")
    journal = opened(path)
    assert (journal.is_confirmed, journal.credited_paise) == (True, 4000)
    journal.close()


def test_a_full_disk_is_a_fault_until_there_is_room(disk: Path) -> None:
    path, ballast = disk / "journal.db", disk / "ballast"
    lived(path)
    fill(ballast)
    with pytest.raises(JournalFault, match="full"):
        opened(path)
    ballast.unlink()
    journal = opened(path)
    assert (journal.is_confirmed, journal.credited_paise, journal.verify()) == (True, 4000, 45)
    assert not kept_aside(path)
    journal.close()


def test_a_new_journal_that_is_damaged_at_once_is_not_set_aside_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(path)

    def always_damaged(path: Path) -> Journal:
        raise JournalDamaged(f"{path}: malformed")

    monkeypatch.setattr(recovery, "Journal", always_damaged)
    with pytest.raises(JournalFault, match="damaged at once") as raised:
        opened(path)
    assert not isinstance(raised.value, JournalDamaged)
    assert len(kept_aside(path)) == 1


# --- the anchor -------------------------------------------------------------------------------


def test_the_anchor_follows_between_visits_and_not_too_often(path: Path) -> None:
    journal, keeper = opened(path), AnchorKeeper(path)
    keeper.between_visits(journal, 100.0)
    journal.append(AT, coin(1))
    keeper.between_visits(journal, 100.0 + WRITES_APART - 0.1)
    kept = AnchorKeeper(path).read()
    assert kept is not None
    assert kept.seq == 1
    keeper.between_visits(journal, 100.0 + WRITES_APART)
    assert AnchorKeeper(path).read() == anchor_of(journal)


def test_an_anchor_that_cannot_be_written_stops_no_visit(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(path)
    journal.append(AT, CashOpened("o", "s", rupees(1)))
    for letter in "ab":
        path.with_name(f"anchor.{letter}").unlink(missing_ok=True)
        path.with_name(f"anchor.{letter}").mkdir()
    with caplog.at_level(logging.WARNING):
        keeper = AnchorKeeper(path)
        keeper._slots._sequence = 1
        keeper.between_visits(journal, 100.0)
    assert "was not written" in caplog.text
