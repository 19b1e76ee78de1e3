"""Where rate tables lie on a kiosk: one came with the image, others later. Which is in force?

Each later one is two files, named after its version, and the signature is there before what it
signs. So a power cut leaves the tables of before and at worst half of a new one, which nobody
believes, because its signature does not hold.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from firmware.runtime.config import Config, ConfigError
from firmware.runtime.durable import sync_folder
from firmware.services.rates.signed import is_genuine
from firmware.services.rates.table import RateTable, read_table

SHIPPED = Path(__file__).with_name("rates.toml")
SIGNED_BY = ".sig"  # behind the name of the table
LONGEST = 1 << 20  # bytes of a file: a thousand services have 200,000


class RatesRefused(ValueError):
    """A table that may not be installed: the text says why, to people."""


class Rates(msgspec.Struct, frozen=True):
    """What is known at one moment. `why` says why no table is in force; empty where one is."""

    table: RateTable | None = None
    waiting: RateTable | None = None  # the newest, if its day has not come
    why: str = "no rate table was looked for"

    @property
    def version(self) -> int:
        """0 where no table is in force."""
        return 0 if self.table is None else self.table.version

    @property
    def newest(self) -> int:
        """That of the table that waits for its day, where one does."""
        return self.version if self.waiting is None else self.waiting.version


NOT_LOOKED = Rates()


def rates_folder(state_folder: Path) -> Path:
    return state_folder / "core" / "rates"


def shelf_of(config: Config) -> Shelf:
    """Of the kiosk that this is."""
    return Shelf(rates_folder(config.state_folder), bytes.fromhex(config.gateway.office_key))


class Shelf:
    """Of the kiosk that knows `office_key`; `folder` is where later tables are laid down."""

    def __init__(self, folder: Path, office_key: bytes, shipped: Path = SHIPPED) -> None:
        self.folder, self._shipped, self._office_key = folder, shipped, office_key

    def look(self, today: date) -> Rates:
        """The newest table whose day has come, of those that the office has signed."""
        found, troubles = self._read()
        due = [table for table in found if table.valid_from <= today]
        later = [table for table in found if table.valid_from > today]
        table = max(due, key=_version, default=None)
        waiting = max(later, key=_version, default=None)
        if table is not None:
            newer = waiting if waiting is not None and waiting.version > table.version else None
            return Rates(table, newer, "")
        if waiting is not None:
            why = f"version {waiting.version} is valid from {waiting.valid_from}, not before"
            return Rates(None, waiting, why)
        return Rates(None, None, "; ".join(troubles) or "no rate table is there")

    def install(self, content: bytes, signature: str, today: date) -> RateTable:
        """Lay a table down beside the others; one that is there already changes nothing.

        Raises RatesRefused, and OSError where it cannot be written.
        """
        table = self._checked(content, signature)
        path = self.folder / f"rates-{table.version}.toml"
        if not self._is_there(path, content):
            self._refuse_older(table)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
            _write(path.with_name(path.name + SIGNED_BY), f"{signature.strip()}\n".encode())
            _write(path, content)
            self._clear_up(today)
        return table

    def _checked(self, content: bytes, signature: str) -> RateTable:
        if not self._office_key:
            raise RatesRefused("this kiosk has no key of the office: [gateway] office_key")
        if len(content) > LONGEST:
            raise RatesRefused(f"expected at most {LONGEST} bytes, got {len(content)}")
        if not is_genuine(content, signature, self._office_key):
            raise RatesRefused("the signature is not the office's, or not of this table")
        try:
            return read_table(content, "rate table")
        except ConfigError as error:
            raise RatesRefused(str(error)) from None

    def _is_there(self, path: Path, content: bytes) -> bool:
        """Whether it is installed, whole."""
        if not path.exists() or path.read_bytes() != content:
            return False
        signature = path.with_name(path.name + SIGNED_BY)
        return signature.exists() and self._is_genuine(path, content)

    def _refuse_older(self, table: RateTable) -> None:
        newest = max((each.version for each in self._read()[0]), default=0)
        if table.version <= newest:
            raise RatesRefused(
                f"version {newest} is here: expected a newer one, got version {table.version}"
            )

    def _clear_up(self, today: date) -> None:
        """What is older than the table in force will never be in force again."""
        in_force = self.look(today).version
        for path in self._paths():
            number = path.stem.removeprefix("rates-")
            if path != self._shipped and number.isdecimal() and int(number) < in_force:
                path.unlink()
                path.with_name(path.name + SIGNED_BY).unlink(missing_ok=True)
        sync_folder(self.folder)

    # --- reading ---------------------------------------------------------------------------

    def _read(self) -> tuple[list[RateTable], list[str]]:
        """The tables that the office has signed, and what is wrong with the others."""
        if not self._office_key:
            return [], ["this kiosk has no key of the office: [gateway] office_key"]
        found: list[RateTable] = []
        troubles: list[str] = []
        for path in self._paths():
            try:
                found.append(self._table(path))
            except (OSError, RatesRefused, ConfigError) as error:
                troubles.append(f"{path.name}: {error}")
        return found, troubles

    def _paths(self) -> Iterator[Path]:
        if self._shipped.exists():
            yield self._shipped
        yield from sorted(self.folder.glob("rates-*.toml"))

    def _table(self, path: Path) -> RateTable:
        content = path.read_bytes()
        if not self._is_genuine(path, content):
            raise RatesRefused("the signature is not the office's, or not of this table")
        return read_table(content, path.name)

    def _is_genuine(self, path: Path, content: bytes) -> bool:
        signature = path.with_name(path.name + SIGNED_BY)
        said = signature.read_text(encoding="ascii", errors="replace")
        return is_genuine(content, said, self._office_key)


def _version(table: RateTable) -> int:
    return table.version


def _write(path: Path, content: bytes) -> None:
    """Whole and on disk under its name, or not there."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
