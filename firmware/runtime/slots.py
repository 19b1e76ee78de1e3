"""A small record written often: two slots in turn, each whole or not counted.

A note waits in escrow for this write, so it must be short. Writing in place over the older of two
files needs one fdatasync and no rename; the newer one is untouched until the next write. Documents
that are written seldom take durable.py, which keeps one file under one name.
"""

from __future__ import annotations

import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from firmware.runtime.durable import CorruptFile, sync_folder

PAGE = 4096  # bytes; slots are whole pages, so that their length seldom moves: it is metadata
HEADER = re.compile(rb"([0-9a-f]{8}) ([0-9]{10}) ([0-9]{10})\n")  # CRC-32, sequence, length


@dataclass(frozen=True)
class _Found:
    sequence: int
    content: bytes


class Slots:
    """Keeps one content at `<path>.a` and `<path>.b`; raises OSError as the disk does."""

    def __init__(self, path: Path) -> None:
        self._paths = [path.with_name(f"{path.name}.{letter}") for letter in "ab"]
        self._sequence: int | None = None

    def read(self) -> bytes | None:
        """The newest whole content, None when there never was one; raises CorruptFile."""
        found = [slot for path in self._paths if (slot := _read(path)) is not None]
        if not found:
            self._sequence = 0
            if any(path.exists() and path.stat().st_size for path in self._paths):
                raise CorruptFile(f"{self._paths[0]}: expected a whole slot, found none in two")
            return None
        newest = max(found, key=lambda slot: slot.sequence)
        self._sequence = newest.sequence
        return newest.content

    def write(self, content: bytes) -> None:
        """Returns when the content is on disk; a power cut before that leaves the one of before."""
        if self._sequence is None:
            self.read()
        assert self._sequence is not None
        sequence = self._sequence + 1
        _write(self._paths[sequence % 2], sequence, content)
        self._sequence = sequence


def _read(path: Path) -> _Found | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    if (header := HEADER.match(raw)) is None:
        return None
    checksum, sequence, length = header.groups()
    content = raw[header.end() : header.end() + int(length)]
    if checksum != _checksum(raw[9 : header.end()], content):
        return None
    return _Found(int(sequence), content)


def _write(path: Path, sequence: int, content: bytes) -> None:
    rest = b"%010d %010d\n" % (sequence, len(content))
    slot = _checksum(rest, content) + b" " + rest + content
    is_new = not path.exists()
    if is_new:
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, slot + b" " * (-len(slot) % PAGE), 0)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)


def _checksum(rest: bytes, content: bytes) -> bytes:
    return b"%08x" % zlib.crc32(rest + content)
