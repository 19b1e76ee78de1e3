"""The power goes, and the card keeps what it likes of what was not synced: M2 at the disk.

A journal of some hundred commits; the write-ahead log and the database file are cut, reordered,
zeroed and half written behind the last fsync, at every page and at random bytes, and in the middle
of a checkpoint. The product's own Journal opens what is left: every acknowledged row is there, no
half of one, the chain holds, and a row more can be written.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.contract.device import EventId
from firmware.contract.money import rupees
from firmware.journal.anchor import AnchorKeeper
from firmware.journal.journal import Journal, JournalFault
from firmware.journal.recovery import open_journal
from firmware.journal.rows import CoinCredited
from tests.chaos.card import FRAME, PAGE, WAL_HEADER, copy, frame_starts, hurt, wal_of
from tests.chaos.virtual import OPENING

COMMITS = 160
ROWS_EACH = 3  # a commit: all of them or none
WAYS = ("cut at a byte", "cut at a page", "pages reordered", "a page zeroed", "half a page old")


def commit(journal: Journal) -> None:
    start = journal.length
    coins = [
        CoinCredited(None, EventId("1234567", 7, start + place), rupees(1))
        for place in range(1, ROWS_EACH + 1)
    ]
    journal.append(OPENING, *coins)


class Written:
    """A journal on the card, and how long its log was when each commit was acknowledged."""

    def __init__(self, folder: Path, commits: int, checkpoint_at: int | None = None) -> None:
        self.path = folder / "journal.db"
        self.journal = Journal(self.path)
        self.safe: list[int] = []  # bytes of the log on the card after each commit
        for number in range(commits):
            if number == checkpoint_at:
                self.before_checkpoint = copy(self.path, folder / "before")
                self.journal._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self.safe.clear()
            commit(self.journal)
            self.safe.append(wal_of(self.path).stat().st_size)

    def close(self) -> None:
        self.journal.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Never closed while the tests run: closing is a checkpoint."""
    return Written(tmp_path_factory.mktemp("card"), COMMITS)


def whole_after(path: Path, at_least: int, at_most: int) -> int:
    """Open what is left, check it, write one commit more; returns the rows that were there."""
    journal = Journal(path)
    found = journal.length
    assert at_least <= found <= at_most
    assert found % ROWS_EACH == 0, "half a commit"
    assert journal.verify() == found == journal.credited_paise // 100
    commit(journal)
    journal.close()
    again = Journal(path)
    assert again.verify() == found + ROWS_EACH
    again.close()
    return found


def damaged(written: Written, folder: Path, change: Callable[[bytes], bytes]) -> Path:
    path = copy(written.path, folder / "cut")
    wal_of(path).write_bytes(change(wal_of(path).read_bytes()))
    return path


def test_cut_at_every_page_everything_acknowledged_before_it_is_there(
    tmp_path: Path,
) -> None:
    """Only what was acknowledged by then: a longer log is a later moment."""
    written = Written(tmp_path, 30)
    log = wal_of(written.path).read_bytes()
    for place in frame_starts(log):
        folder = tmp_path / str(place)
        folder.mkdir()
        acknowledged = ROWS_EACH * sum(size <= place for size in written.safe)
        path = damaged(written, folder, lambda whole, place=place: whole[:place])  # type: ignore[misc]
        assert whole_after(path, acknowledged, acknowledged) == acknowledged
        shutil.rmtree(folder)
    written.close()


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_card_does_behind_the_last_fsync(
    written: Written, tmp_path: Path, how: str, seed: int
) -> None:
    """The last commits were on their way, in any order and any shape; the ones before stay."""
    chance = random.Random(f"{how}/{seed}")
    known = chance.randrange(COMMITS - 4)
    end = written.safe[known + chance.randrange(1, 4)]
    path = damaged(
        written,
        tmp_path,
        lambda log: hurt(log[:end], written.safe[known], how, chance),
    )
    whole_after(path, ROWS_EACH * (known + 1), ROWS_EACH * (known + 4))


@pytest.mark.parametrize("seed", range(24))
def test_cut_in_the_middle_of_a_checkpoint(tmp_path: Path, seed: int) -> None:
    """Some pages of the database are new, some old, some torn: the log still has all of them."""
    chance = random.Random(seed)
    written = Written(tmp_path, 40, checkpoint_at=30)
    after = copy(written.path, tmp_path / "after").read_bytes()
    path = written.before_checkpoint
    old = path.read_bytes().ljust(len(after), b"\0")
    pages = range(0, len(after), PAGE)
    torn = b"".join(_one_of(old[at : at + PAGE], after[at : at + PAGE], chance) for at in pages)
    path.write_bytes(torn[: chance.choice([len(torn), chance.choice(pages) + PAGE])])
    written.close()
    assert whole_after(path, 30 * ROWS_EACH, 30 * ROWS_EACH) == 30 * ROWS_EACH


def cuts(safe: int, length: int, chance: random.Random) -> list[int]:
    """Every page behind the first `safe` bytes of a file, and as many bytes anywhere there."""
    pages = range(safe, length, PAGE)
    return [*pages, *(chance.randrange(safe, length) for _ in pages)]


def test_the_database_is_cut_at_every_page_and_anywhere_in_a_checkpoint(tmp_path: Path) -> None:
    """It grows while the log still has all of it; what it had at its last fsync stays."""
    written = Written(tmp_path, 40, checkpoint_at=30)
    after = copy(written.path, tmp_path / "after").read_bytes()
    written.close()
    safe = written.before_checkpoint.stat().st_size
    for place in cuts(safe, len(after), random.Random(417)):
        path = copy(written.before_checkpoint, tmp_path / str(place))
        path.write_bytes(after[:place])
        assert whole_after(path, 30 * ROWS_EACH, 30 * ROWS_EACH) == 30 * ROWS_EACH
        shutil.rmtree(path.parent)


def test_pages_of_the_database_come_to_the_card_in_any_order(tmp_path: Path) -> None:
    """Each time one page more is there, the rest as before the checkpoint, in a shuffled order."""
    written = Written(tmp_path, 40, checkpoint_at=30)
    after = copy(written.path, tmp_path / "after").read_bytes()
    written.close()
    card = bytearray(written.before_checkpoint.read_bytes().ljust(len(after), b"\0"))
    pages = list(range(0, len(after), PAGE))
    random.Random(417).shuffle(pages)
    for count, at in enumerate(pages):
        card[at : at + PAGE] = after[at : at + PAGE]
        path = copy(written.before_checkpoint, tmp_path / str(count))
        path.write_bytes(card)
        assert whole_after(path, 30 * ROWS_EACH, 30 * ROWS_EACH) == 30 * ROWS_EACH
        shutil.rmtree(path.parent)


def test_a_database_that_loses_its_end_without_a_log_is_never_taken_for_whole(
    tmp_path: Path,
) -> None:
    """No mains do that, a dying card does: the till says so, and knows how much money is inside."""
    path = tmp_path / "whole" / "journal.db"
    journal = open_journal(path, OPENING, "1")
    for _ in range(30):
        commit(journal)
    AnchorKeeper(path).write(journal)
    journal.close()
    whole = path.read_bytes()
    for place in cuts(0, len(whole), random.Random(417)):
        folder = tmp_path / str(place)
        shutil.copytree(path.parent, folder)
        (folder / path.name).write_bytes(whole[:place])
        found = open_journal(folder / path.name, OPENING, "1")
        assert not found.is_confirmed, place
        assert found.credited_paise == 30 * ROWS_EACH * 100
        found.close()
        shutil.rmtree(folder)


def _one_of(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """What a card may hold of a page that is being written."""
    return chance.choice([old, new, new[:512] + old[512:], bytes(PAGE)])


def test_a_log_that_was_begun_anew_holds_no_row_of_before(tmp_path: Path) -> None:
    """After a checkpoint old frames stand behind the new ones: they must not come back."""
    written = Written(tmp_path, 40, checkpoint_at=30)
    stale = wal_of(written.before_checkpoint).read_bytes()
    path = copy(written.path, tmp_path / "cut")
    log = wal_of(path).read_bytes()
    wal_of(path).write_bytes(log + stale[len(log) :])
    written.close()
    assert whole_after(path, 40 * ROWS_EACH, 40 * ROWS_EACH) == 40 * ROWS_EACH


# --- the teeth -----------------------------------------------------------------------------


def test_a_flipped_byte_in_a_row_that_was_covered_is_noticed(
    written: Written, tmp_path: Path
) -> None:
    """In the log SQLite's checksum drops what follows, and rows are missing; in the database file
    it has none, and the chain speaks."""

    def flip(log: bytes) -> bytes:
        place = WAL_HEADER + FRAME * (len(frame_starts(log)) // 2) + 2000
        return log[:place] + bytes((log[place] ^ 1,)) + log[place + 1 :]

    with pytest.raises(AssertionError):
        whole_after(damaged(written, tmp_path, flip), COMMITS * ROWS_EACH, COMMITS * ROWS_EACH)


def test_a_flipped_letter_in_the_database_file_breaks_the_chain(tmp_path: Path) -> None:
    written = Written(tmp_path, 20)
    written.close()  # everything is in the database file now
    raw = written.path.read_bytes()
    place = raw.rindex(b'"CoinCredited"') + len('"CoinCredited') - 1
    written.path.write_bytes(raw[:place] + b"D" + raw[place + 1 :])
    with pytest.raises(JournalFault, match="expected hash"):
        Journal(written.path)


WRITER = """
import sys
from pathlib import Path
from firmware.journal.journal import Journal
from tests.chaos.test_wal_cuts import commit
journal = Journal(Path(sys.argv[1]))
journal._db.execute(f"PRAGMA synchronous = {sys.argv[2]}")
for number in range(10):
    commit(journal)
    print("acknowledged", flush=True)
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(("pragma", "is_safe"), [("FULL", True), ("NORMAL", False), ("OFF", False)])
def test_every_acknowledgement_has_its_fsync(tmp_path: Path, pragma: str, is_safe: bool) -> None:
    """What the cuts above take for granted, asked of the kernel; and that less would be noticed."""
    trace = tmp_path / "trace"
    calls = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,write", "-o", str(trace)]
    program = [sys.executable, "-c", WRITER, str(tmp_path / "journal.db"), pragma]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([*calls, *program], check=True, env=environment, capture_output=True)
    stretches = trace.read_text().split("acknowledged")[:-1]
    assert len(stretches) == 10
    assert all("sync(" in calls_before for calls_before in stretches[1:]) is is_safe


def test_the_journal_asks_for_all_of_it(written: Written) -> None:
    asked = {
        name: written.journal._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "journal_mode")
    }
    assert asked == {"synchronous": 2, "journal_mode": "wal"}  # 2 is FULL
