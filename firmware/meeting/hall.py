"""The folder by which core lets a meeting begin: `<run>/meeting`.

    order    written by core: this meeting, now. systemd sees it and starts kiosk-meeting.service.
    held     written by the launcher: the browser is there

A meeting is as long as `order` is there. Core takes it away to end it; where the browser ends, by
itself or by a crash, the unit takes it away, and core sees that. So nothing has to be told twice,
and who reads bytes of the internet is not on the bus.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from firmware.contract.meeting import Planned

ORDER, HELD = "order", "held"
BROWSER = Path("/usr/bin/chromium")
ORDER_MODE = 0o640  # of the group that the launcher is in
LARGEST = 4096  # bytes; a plan has 1000 at most


class Room(msgspec.Struct, frozen=True):
    """What is there at one moment."""

    is_possible: bool = False  # this image has a browser
    order: Planned | None = None
    is_held: bool = False


class Hall:
    """Core's side."""

    def __init__(self, folder: Path, browser: Path = BROWSER) -> None:
        self.folder = folder
        self.is_possible = browser.exists()

    def look(self) -> Room:
        held = (self.folder / HELD).exists()
        return Room(self.is_possible, read_order(self.folder), held)

    def open(self, meeting: Planned) -> None:
        """Whole or not at all; raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{ORDER}.new"
        fresh.write_bytes(msgspec.json.encode(meeting))
        fresh.chmod(ORDER_MODE)
        fresh.replace(self.folder / ORDER)

    def close(self) -> None:
        clear(self.folder)


def read_order(folder: Path) -> Planned | None:
    """None where there is none that can be read."""
    try:
        with (folder / ORDER).open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Planned)
    except (OSError, msgspec.DecodeError):
        return None


def clear(folder: Path) -> None:
    """No meeting any more, whoever says so; twice does no harm."""
    for name in (ORDER, HELD):
        (folder / name).unlink(missing_ok=True)


def say_held(folder: Path) -> None:
    """The launcher's word that the browser is there."""
    os.close(os.open(folder / HELD, os.O_WRONLY | os.O_CREAT, ORDER_MODE))
