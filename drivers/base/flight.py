"""The flight recorder: what crossed the wire of one device lately, kept in RAM, saved with a fault.

A file is what `kioskctl device replay` plays into a driver, so it also has what the till said and
what the driver's folder held when the wire came up. What a family must not keep it redacts at its
codec (`WireDevice.redact`), before anything comes here (M10).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from firmware.contract.device import DeviceState, Kind

log = logging.getLogger("flight")

FLIGHTS = "flights"  # in the folder of the device
KEPT = 30.0  # seconds before a fault
START = 15.0  # seconds after the wire came up: without them no replay knows the device
MOST_BYTES = 200_000  # of the wire; a printer's pictures are the largest
FILES_KEPT = 8  # a device
NOT_AGAIN_FOR = 600.0  # seconds: a fault that comes and goes is written once
LARGEST_LEDGER = 100_000  # bytes


class What(StrEnum):
    UP = "up"  # the wire came up
    DOWN = "down"
    SENT = "sent"  # hex
    HEARD = "heard"  # hex
    COMMAND = "command"  # JSON
    LEASE = "lease"  # JSON; empty: it ended
    TOLD = "told"  # JSON


class Entry(msgspec.Struct, frozen=True):
    """`t` in seconds: monotonic while recorded, before the fault (negative) in a file."""

    t: float
    what: What
    data: str = ""


class Header(msgspec.Struct, frozen=True):
    """The first line of a file."""

    flight: int  # version of this form
    at: str  # ISO 8601 with offset
    fault: str
    detail: str
    name: str
    family: str
    kind: Kind
    options: dict[str, Any]
    state: DeviceState
    folder: dict[str, str] = {}  # file name -> hex, when the wire came up
    port: str = ""


class FlightRecorder:
    """One device's. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._start: list[Entry] = []
        self._start_size = 0
        self._recent: deque[Entry] = deque()
        self._recent_size = 0
        self._up_at = 0.0
        self._written: dict[str, float] = {}  # fault code -> when
        self.folder: dict[str, str] = {}

    def up(self, folder: Path, now: float) -> None:
        """A new beginning; what was before it is only recent."""
        for entry in self._start:
            self._keep(entry)
        self._forget_old(now)
        self._start, self._start_size, self._up_at = [], 0, now
        self.folder = {path.name: path.read_bytes().hex() for path in _ledgers(folder)}
        self.note(What.UP, "", now)

    def note(self, what: What, data: str, now: float) -> None:
        entry = Entry(now, what, data)
        is_start = now - self._up_at <= START and self._start_size + len(data) <= MOST_BYTES
        if is_start:
            self._start.append(entry)
            self._start_size += len(data)
            return
        self._keep(entry)
        self._forget_old(now)

    def _forget_old(self, now: float) -> None:
        while self._recent and (now - self._recent[0].t > KEPT or self._recent_size > MOST_BYTES):
            self._recent_size -= len(self._recent.popleft().data)

    def _keep(self, entry: Entry) -> None:
        self._recent.append(entry)
        self._recent_size += len(entry.data)

    def entries(self, now: float) -> Iterator[Entry]:
        """Oldest first, `t` before `now`."""
        for entry in sorted([*self._start, *self._recent], key=lambda entry: entry.t):
            yield Entry(round(entry.t - now, 6), entry.what, entry.data)

    def is_due(self, fault: str, now: float) -> bool:
        """Whether this fault is worth a file: something was heard or sent, and not just now."""
        last = self._written.get(fault)
        has_bytes = any(e.what in (What.SENT, What.HEARD) for e in (*self._start, *self._recent))
        return has_bytes and (last is None or now - last >= NOT_AGAIN_FOR)

    def save(self, header: Header, folder: Path, now: float) -> Path:
        """Write the file, drop the oldest beyond FILES_KEPT; raises OSError as the disk does."""
        self._written[header.fault] = now
        folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.fromisoformat(header.at).strftime("%Y%m%dT%H%M%S")
        path = folder / f"{stamp}-{header.fault}.flight"
        lines = [msgspec.json.encode(line) for line in (header, *self.entries(now))]
        path.write_bytes(b"\n".join(lines) + b"\n")
        for old in flights(folder)[:-FILES_KEPT]:
            old.unlink(missing_ok=True)
        log.info("%s: recorded in %s", header.fault, path)
        return path


def flights(folder: Path) -> list[Path]:
    """The files of one device, oldest first."""
    return sorted(folder.glob("*.flight"))


def load(path: Path) -> tuple[Header, list[Entry]]:
    """Raises ValueError that says which line is none of ours, OSError as the disk does."""
    lines = path.read_bytes().splitlines()
    try:
        header = msgspec.json.decode(lines[0] if lines else b"", type=Header)
    except msgspec.DecodeError as error:
        raise ValueError(f"{path}: no flight: {error}") from None
    entries = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            entries.append(msgspec.json.decode(line, type=Entry))
        except msgspec.DecodeError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
    return header, entries


def _ledgers(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if path.is_file()]
    return sorted(path for path in files if path.stat().st_size <= LARGEST_LEDGER)
