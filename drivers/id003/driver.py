"""The JCM unit on the bus: the adapter of all note acceptors, and ID-003 behind it."""

from __future__ import annotations

from typing import Any

from drivers.base import notes
from drivers.base.notes_protocol import Unfinished
from drivers.id003.protocol import HostProtocol


class NoteAcceptor(notes.NoteAcceptor):
    """One JCM unit. It has no options: what it can take, it says itself."""

    maker = "JCM"
    model = "ID-003 note acceptor"

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": 9600, "bytesize": 8, "parity": "E", "stopbits": 1}

    def make_protocol(self, unfinished: Unfinished) -> HostProtocol:
        return HostProtocol(unfinished)
