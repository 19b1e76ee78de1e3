"""The ITL validator on the bus: the adapter of all note acceptors, and SSP behind it."""

from __future__ import annotations

from typing import Any

from drivers.base import notes
from drivers.base.notes_protocol import Unfinished
from drivers.itl_ssp.protocol import HostProtocol


class NoteAcceptor(notes.NoteAcceptor):
    """One ITL validator. It has no options: what it can take, it says itself."""

    maker = "ITL"
    model = "SSP note validator"

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 2}

    def make_protocol(self, unfinished: Unfinished) -> HostProtocol:
        return HostProtocol(unfinished)
