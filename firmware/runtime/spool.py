"""Documents on their way to a printer: bytes that do not fit the bus, in RAM and nowhere else.

A folder below `[paths] run`, which is a tmpfs: what lies there is gone with the power. Names are
random, so that none says whose certificate it is. Whoever ends a job wipes its document.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Collection
from pathlib import Path

LARGEST = 16 << 20  # bytes; a scanned page takes one
FOLDER_MODE, FILE_MODE = 0o770, 0o660  # the writer and the printer's driver share a group


class SpoolError(ValueError):
    """A document is not there, or is not the one that was meant."""


class Spool:
    """One printer's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> tuple[str, str]:
        """Returns name and SHA-256, as PrintDocument wants them; raises OSError, SpoolError."""
        if len(content) > LARGEST:
            raise SpoolError(f"expected at most {LARGEST} bytes of document, got {len(content)}")
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(self._folder / name, flags, FILE_MODE), "wb") as file:
            file.write(content)
        return name, hashlib.sha256(content).hexdigest()

    def read(self, name: str, sha256: str) -> bytes:
        """Raises SpoolError."""
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise SpoolError(f"document {name}: {error}") from None
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise SpoolError(f"document {name}: expected SHA-256 {sha256}, got {found}")
        return content

    def wipe(self, name: str) -> None:
        """Overwrite and remove; nothing happens where it is gone."""
        path = self._folder / name
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
            path.unlink()

    def wipe_all_but(self, kept: Collection[str]) -> int:
        """What a life before left behind; returns how many documents that were."""
        found = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        others = [name for name in found if name not in kept]
        for name in others:
            self.wipe(name)
        return len(others)
