"""What is fitted in this kiosk and what was counted, on disk: small, and rebuilt if it is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB, where

from firmware.contract.device import Identity
from firmware.contract.health import LastTest
from firmware.health.assess import Key, Swap
from firmware.health.supplies import Supplies, SupplyCount
from firmware.runtime.durable import CorruptFile
from firmware.runtime.storage import DurableStorage

log = logging.getLogger("health")


class FittedDevice(msgspec.Struct, frozen=True):
    """One place in the kiosk and what sits there. Times are ISO 8601."""

    name: str
    identity: Identity
    first_seen: str  # of this place
    fitted: str  # of this serial number
    serial_before: str = ""  # empty when it never changed


class Inventory:
    """`<state>/health/inventory.json`. A file that cannot be read is begun anew, and logged.

    A disk that takes nothing ends nobody: what cannot be kept now is kept the next time that it is
    said, and whoever says it hears so.
    """

    def __init__(self, path: Path) -> None:
        self._why_not = ""  # kept, the last time
        self._db = TinyDB(path, storage=DurableStorage)
        try:
            self._db.storage.read()
        except CorruptFile as error:
            log.error("inventory lost, begun anew: %s", error)
            self._keeps(lambda: self._db.storage.write({}))
        rows = self._rows("devices")
        self.devices = {row["name"]: msgspec.convert(row, FittedDevice) for row in rows}

    def meet(self, name: str, identity: Identity, now: str) -> None:
        """Note what a device says it is. One without a serial number cannot be told apart."""
        if not identity.serial:
            return
        known = self.devices.get(name)
        if known is not None and known.identity == identity:
            return
        fitted, devices = _meet(known, name, identity, now), self._db.table("devices")
        row = msgspec.to_builtins(fitted)
        if self._keeps(lambda: devices.upsert(row, where("name") == name)):
            self.devices[name] = fitted
            log.info("%s: %s", name, fitted)

    def swaps(self) -> dict[str, Swap]:
        """The devices that are not the first ones of their place."""
        return {
            name: Swap(fitted.fitted, fitted.serial_before, fitted.identity.serial)
            for name, fitted in self.devices.items()
            if fitted.serial_before
        }

    def tests(self) -> dict[str, LastTest]:
        """By device."""
        return {row["name"]: msgspec.convert(row["test"], LastTest) for row in self._rows("tests")}

    def save_tests(self, tests: dict[str, LastTest]) -> bool:
        """Whether they are kept."""
        rows = [{"name": name, "test": msgspec.to_builtins(each)} for name, each in tests.items()]
        return self._replace("tests", rows)

    def supplies(self) -> Supplies:
        counts = [msgspec.convert(row, SupplyCount) for row in self._rows("supplies")]
        return {(each.device, each.name): each for each in counts}

    def save_supplies(self, supplies: Supplies) -> bool:
        """Whether they are kept."""
        return self._replace("supplies", [msgspec.to_builtins(each) for each in supplies.values()])

    def since(self) -> dict[Key, str]:
        return {(row["part"], row["code"]): row["since"] for row in self._rows("findings")}

    def save_since(self, since: dict[Key, str]) -> bool:
        """Whether it is kept."""
        rows = [{"part": part, "code": code, "since": at} for (part, code), at in since.items()]
        return self._replace("findings", rows)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self._db.table(table).all()]

    def _replace(self, table: str, rows: list[dict[str, Any]]) -> bool:
        """The whole table in one write: no power cut finds it half empty."""
        document = self._db.storage.read() or {}
        document[table] = {str(number): row for number, row in enumerate(rows, start=1)}
        return self._keeps(lambda: self._db.storage.write(document))

    def _keeps(self, write: Callable[[], object]) -> bool:
        """Whether that went well; else a line in the log, once."""
        try:
            write()
        except OSError as error:
            if str(error) != self._why_not:
                log.error("the inventory is not kept: %s", error)
            self._why_not = str(error)
            return False
        self._why_not = ""
        return True


def _meet(known: FittedDevice | None, name: str, identity: Identity, now: str) -> FittedDevice:
    if known is None:
        return FittedDevice(name, identity, first_seen=now, fitted=now)
    if known.identity.serial == identity.serial:
        return msgspec.structs.replace(known, identity=identity)  # new firmware in the same device
    return FittedDevice(name, identity, known.first_seen, now, known.identity.serial)
