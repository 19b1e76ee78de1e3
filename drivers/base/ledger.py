"""What a driver must remember across its own death: which credit was told under which id."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from firmware.runtime.durable import CorruptFile
from firmware.runtime.slots import Slots

log = logging.getLogger("ledger")

Record = TypeVar("Record", bound=msgspec.Struct)


class Ledger(Generic[Record]):
    """One record of one device on disk, written whole at every change, before it is acted on."""

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        self._slots, self._type = Slots(path), record_type

    def load(self) -> Record | None:
        """The record, or None when there is none to be read: then a new epoch must begin."""
        try:
            raw = self._slots.read()
        except CorruptFile as error:
            log.error("ledger lost, a new epoch begins: %s", error)
            return None
        return None if raw is None else msgspec.json.decode(raw, type=self._type)

    def save(self, record: Record) -> None:
        self._slots.write(msgspec.json.encode(record))


def new_epoch() -> int:
    """A number no lost ledger is likely to have used: 31 random bits, for no clock is trusted."""
    return secrets.randbits(31)
