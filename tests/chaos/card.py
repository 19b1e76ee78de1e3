"""A memory card under the journal, and what may become of it when the power goes.

Whatever was on the card at the last fsync stays. Of what was written after it a card keeps any
part, in any order, whole or torn.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

PAGE = 4096  # bytes, of the database and of the card
WAL_HEADER, FRAME = 32, PAGE + 24  # of the write-ahead log


def copy(journal: Path, folder: Path) -> Path:
    """The files as they stand; shared memory does not survive a power cut."""
    folder.mkdir()
    for part in journal.parent.iterdir():
        if part.name in (journal.name, journal.name + "-wal"):
            shutil.copy(part, folder)
    return folder / journal.name


def wal_of(journal: Path) -> Path:
    return journal.with_name(journal.name + "-wal")


def frame_starts(log: bytes, from_byte: int = WAL_HEADER) -> list[int]:
    return [at for at in range(WAL_HEADER, len(log), FRAME) if at >= from_byte]


def hurt(log: bytes, safe: int, how: str, chance: random.Random) -> bytes:
    """The log after a power cut: `safe` bytes are as they were, what follows is not."""
    tail = log[safe:]
    frames = [tail[at : at + FRAME] for at in range(0, len(tail), FRAME)]
    match how:
        case "cut at a byte":
            return log[:safe] + tail[: chance.randrange(len(tail))]
        case "cut at a page":
            return log[:safe] + b"".join(frames[: chance.randrange(len(frames))])
        case "pages reordered":
            chance.shuffle(frames)
        case "a page zeroed":
            frames[chance.randrange(len(frames))] = bytes(FRAME)
        case "half a page old":
            place = chance.randrange(len(frames))
            frames[place] = frames[place][: FRAME // 2] + chance.randbytes(FRAME // 2)
        case _:
            raise ValueError(how)
    return log[:safe] + b"".join(frames)
