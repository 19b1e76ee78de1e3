"""TinyDB documents that survive a power cut: for what is small and can be built again, never money.

TinyDB's own JSONStorage rewrites its file in place, and a write torn at a page leaves neither the
old document nor the new. This one stands on `durable.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

from firmware.runtime.durable import read_durably, write_durably

Document = dict[str, dict[str, Any]]


class DurableStorage(Storage):
    """A storage class of TinyDB: `TinyDB(path, storage=DurableStorage)`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Document | None:
        """The newest whole document, None when there never was one; raises CorruptFile."""
        raw = read_durably(self._path)
        return None if raw is None else json.loads(raw)

    def write(self, data: Document) -> None:
        write_durably(self._path, json.dumps(data, ensure_ascii=False).encode())
