"""A real process that kills itself at a point: SIGKILL, from inside, at the n-th passage.

The point stands in a file, `journal.after:7`, counted from the moment it was written there. The
process removes it before it dies, so that the one that follows lives.
"""

from __future__ import annotations

import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import aiomqtt

from drivers.base.transport import SerialTransport
from tests.chaos.points import installed

_kept: list[AbstractContextManager[None]] = []


class Suicide:
    """Counts the passages of this process since the file was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: int | None = None
        self._kind, self._left = "", 0

    def pass_by(self, kind: str) -> None:
        self._look()
        if kind == self._kind:
            self._left -= 1
            if self._left == 0:
                self._path.unlink(missing_ok=True)
                os.kill(os.getpid(), signal.SIGKILL)

    def splits(self) -> bool:
        return self._kind == "wire.half"

    def _look(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._stamp, self._kind = None, ""
            return
        if stamp != self._stamp:
            self._stamp = stamp
            self._kind, _, number = self._path.read_text().partition(":")
            self._left = int(number)


def arm(path: Path) -> None:
    """Put the points around this process; `path` is where the next one will be written."""
    points = installed(Suicide(path), aiomqtt.Client, SerialTransport)
    points.__enter__()
    _kept.append(points)
