"""Small files that survive a power cut: a new file, fsync, rename, fsync of the folder.

The file before is kept beside as `.previous`, and each carries a checksum, because a rename is
atomic for names and not for the blocks of a dying card.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

CHECKSUM_LENGTH = 9  # eight hex digits of CRC-32 and a newline, in front of the content


class CorruptFile(ValueError):
    """Neither the file nor the one before it is whole."""


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` so that a power cut leaves the old content or the new, never a mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(b"%08x\n" % zlib.crc32(content) + content)
        file.flush()
        os.fsync(file.fileno())
    if _whole_content(path) is not None:  # a torn one must not push out the last that reads
        previous = path.with_name(path.name + ".previous")
        previous.unlink(missing_ok=True)
        os.link(path, previous)
    fresh.replace(path)
    sync_folder(path.parent)


def read_durably(path: Path) -> bytes | None:
    """The newest whole content, or None when there never was one; raises CorruptFile."""
    candidates = [path, path.with_name(path.name + ".previous")]
    found = [candidate for candidate in candidates if candidate.exists()]
    for candidate in found:
        if (content := _whole_content(candidate)) is not None:
            return content
    if found:
        raise CorruptFile(f"{path}: expected a matching checksum in front, found none in {found}")
    return None


def _whole_content(path: Path) -> bytes | None:
    """What stands behind a matching checksum, or None."""
    if not path.exists():
        return None
    raw = path.read_bytes()
    content = raw[CHECKSUM_LENGTH:]
    return content if raw[:CHECKSUM_LENGTH] == b"%08x\n" % zlib.crc32(content) else None


def sync_file(path: Path) -> None:
    """Returns when its content is on disk; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
