"""The hands at the emulated devices: insert a note, tear the receipt, cut the power.

Emulated hardware lives in a process of its own, off the bus, because no hand comes over the bus.
Its socket takes one JSON object a line and answers with one: what the device physically is now.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ANSWER_WITHIN = 5.0  # seconds


class BenchRefused(ValueError):
    """The bench does not know that device or that action; the text names the nearest."""


class Bench:
    """A connection to the emulated devices of one kiosk."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_WITHIN)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rwb")

    def do(self, device: str, action: str, **arguments: Any) -> dict[str, Any]:
        """Act on a device; returns its physics afterwards. Raises BenchRefused."""
        line = json.dumps({"device": device, "do": action, "with": arguments})
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        answer: dict[str, Any] = json.loads(self._file.readline())
        if "refused" in answer:
            raise BenchRefused(answer["refused"])
        return answer

    def look(self, device: str) -> dict[str, Any]:
        """What the device physically is now: paper, notes, coins."""
        return self.do(device, "look")

    def watch(self, device: str) -> Iterator[dict[str, Any]]:
        """The physics now, and again after every change, for ever. Takes the connection over."""
        yield self.do(device, "watch")
        self._socket.settimeout(None)
        for line in self._file:
            yield json.loads(line)

    def hang_up(self) -> None:
        """End a `watch` that another thread is waiting in; that thread still has to close."""
        with contextlib.suppress(OSError):  # the bench was quicker
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # an order that the bench did not live to read
            self._file.close()
        self._socket.close()
