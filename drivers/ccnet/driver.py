"""The CashCode validator on the bus: the adapter of all note acceptors, and CCNET behind it."""

from __future__ import annotations

from typing import Any

from drivers.base import notes
from drivers.base.notes_protocol import Unfinished
from drivers.ccnet.protocol import HostProtocol


class NoteAcceptor(notes.NoteAcceptor):
    """One CCNET validator. It has no options: what it can take, it says itself."""

    maker = "CashCode"
    model = "CCNET bill validator"

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 1}

    def make_protocol(self, unfinished: Unfinished) -> HostProtocol:
        return HostProtocol(unfinished)
