"""A journal that cannot be trusted is kept aside whole: moved, never changed, never deleted."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from firmware.journal.faults import JournalFault
from firmware.journal.journal import lock_alone
from firmware.runtime.durable import sync_file, sync_folder

log = logging.getLogger("core")

SUFFIXES = ("", "-wal", "-shm")  # the log may hold what the file does not
FOLDERS = "damaged-*"
CHUNK = 1 << 20  # bytes read at a time
ORDER = re.compile(rb'"type":"OrderCreated","order":"[A-Z]{2,4} [0-9]{4} ([0-9]{4,9})"')
LONGEST_ORDER = 80  # bytes of what ORDER matches


def set_aside(path: Path, at: datetime) -> Path:
    """Move the journal with its log to a folder of its own beside it; raises JournalFault."""
    with _held(path):
        count = 1
        while (folder := path.with_name(f"damaged-{at:%Y%m%dT%H%M%S}-{count}")).exists():
            count += 1
        folder.mkdir()
        sync_folder(path.parent)
        _move(path, folder)
    return folder


def finish_moving(path: Path, at: datetime) -> None:
    """Power went between two of the moves: SQLite would throw away a log without its file."""
    if path.exists() or not any(_part(path, suffix).exists() for suffix in SUFFIXES):
        return
    folders = sorted(path.parent.glob(FOLDERS), key=lambda folder: folder.stat().st_mtime_ns)
    last = folders[-1] if folders else None
    if last is None or any((last / _part(path, each).name).exists() for each in SUFFIXES[1:]):
        set_aside(path, at)
        return
    with _held(path):
        _move(path, last)


def kept_aside(path: Path) -> list[Path]:
    """The folders of the journals that were set aside."""
    return sorted(path.parent.glob(FOLDERS))


def last_order_aside(path: Path) -> int:
    """The highest order number in the bytes of what was set aside, however damaged; 0 if none."""
    parts = (file for folder in kept_aside(path) for file in sorted(folder.iterdir()))
    return max((number for part in parts for number in _orders_in(part)), default=0)


def _orders_in(part: Path) -> Iterator[int]:
    rest = b""
    try:
        with part.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield from (int(found[1]) for found in ORDER.finditer(rest + chunk))
                rest = (rest + chunk)[-LONGEST_ORDER:]
    except OSError as error:
        log.error("%s: read only in part: %s", part, error)


def _move(path: Path, folder: Path) -> None:
    """The file first: a log alone is recognised as what is left to move."""
    for suffix in SUFFIXES:
        part = _part(path, suffix)
        if part.exists():
            sync_file(part)
            part.rename(folder / part.name)
    sync_folder(folder)
    sync_folder(path.parent)


def _part(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    lock = lock_alone(path.with_name(path.name + ".lock"))
    try:
        yield
    except OSError as error:
        raise JournalFault(f"{path}: {error}") from error
    finally:
        os.close(lock)
