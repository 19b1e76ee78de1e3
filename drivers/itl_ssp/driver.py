"""The ITL validator on the bus: the adapter of all note acceptors, and SSP behind it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from drivers.base import notes
from drivers.base.notes_protocol import Unfinished
from drivers.itl_ssp.exchange import BeginKeys
from drivers.itl_ssp.protocol import HostProtocol
from firmware.runtime.config import DeviceSection, convert


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`. With `fixed_key`, 16 hexadecimal digits, the wire is encrypted."""

    fixed_key: Annotated[str, msgspec.Meta(pattern="^([0-9A-Fa-f]{16})?$")] = ""


class NoteAcceptor(notes.NoteAcceptor):
    """One ITL validator: what it can take, it says itself."""

    maker = "ITL"
    model = "SSP note validator"

    def serial_settings(self) -> dict[str, Any]:
        return {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 2}

    def read_options(self, section: DeviceSection) -> None:
        where = f"[device.{self.name}.options]"
        self._options = convert(section.options, Options, where)

    def make_protocol(self, unfinished: Unfinished) -> HostProtocol:
        return HostProtocol(unfinished, self._begin_keys())

    def _begin_keys(self) -> BeginKeys | None:
        if not self._options.fixed_key:
            return None
        from drivers.itl_ssp.cipher import KeyExchange  # 7 MB of memory that plain SSP need not pay

        fixed = int(self._options.fixed_key, 16)
        return lambda: KeyExchange(fixed)
