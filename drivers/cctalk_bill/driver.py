"""The ccTalk validator on the bus: the adapter of all note acceptors, and ccTalk behind it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from drivers.base import notes
from drivers.base.notes_protocol import Unfinished
from drivers.cctalk.codec import Checksum
from drivers.cctalk.wire import BAUD_RATE
from drivers.cctalk_bill.codec import BILL_VALIDATOR
from drivers.cctalk_bill.protocol import HostProtocol
from firmware.runtime.config import DeviceSection, convert

Paise = Annotated[int, msgspec.Meta(gt=0, le=1_000_000)]  # no note is worth more than ₹10,000
BillName = Annotated[str, msgspec.Meta(pattern="^.{7}$")]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`."""

    bills: dict[BillName, Paise] = {}  # {"IN0010A": 1000}; empty: by the rule of the document
    address: Annotated[int, msgspec.Meta(ge=2, le=255)] = BILL_VALIDATOR
    checksum: Checksum = Checksum.CRC


class NoteAcceptor(notes.NoteAcceptor):
    """One ccTalk bill validator."""

    maker = "ccTalk"
    model = "bill validator"

    def read_options(self, section: DeviceSection) -> None:
        self._options = convert(section.options, Options, where=f"[device.{self.name}.options]")

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": BAUD_RATE}

    def make_protocol(self, unfinished: Unfinished) -> HostProtocol:
        options = self._options
        return HostProtocol(unfinished, options.address, options.checksum, options.bills)
