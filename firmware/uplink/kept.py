"""What the uplink has on disk, opened together: the outbox, the mark, the settings of the fleet."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.fleet import Told
from firmware.contract.uplink import Desired
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.durable import CorruptFile, read_durably, write_durably
from firmware.uplink.commands import Broken, Executed, read_desired
from firmware.uplink.ids import Ids
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox
from firmware.uplink.stamp import Stamper

log = logging.getLogger("uplink")

MIB = 1024 * 1024
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # random(4): another one at every boot


@dataclass
class Kept:
    """Below `[paths] state`/uplink."""

    folder: Path
    clock: Clock
    outbox: Outbox
    keeper: Keeper
    stamper: Stamper
    executed: Executed

    @classmethod
    def open(cls, config: Config, clock: Clock, boot_id: str) -> Kept:
        """Raises OutboxFault and OSError for a disk that is away."""
        folder = config.state_folder / "uplink"
        outbox = Outbox(folder / "outbox.db")
        keeper = Keeper(folder / "mark")
        stamper = Stamper(clock, keeper.booted(boot_id).boot)
        if outbox.was_lost:
            told = Told("", "outbox.begun", {"why": outbox.was_lost[:200]})
            outbox.add([told], stamper.now())
        executed = Executed(outbox, Ids(folder / "ids", stamper.now()))
        return cls(folder, clock, outbox, keeper, stamper, executed)

    def close(self) -> None:
        self.outbox.close()


class Settings:
    """`down/desired` in force: as it was signed, on disk, and proven again at each start."""

    def __init__(self, folder: Path, keys: Sequence[str], kiosk: str) -> None:
        self._path, self._keys, self._kiosk = folder / "desired.json", keys, kiosk
        self.now: Desired | None = self._read()

    @property
    def version(self) -> int:
        return 0 if self.now is None else self.now.version

    def take(self, payload: bytes) -> bool:
        """Whether it is newer, and in force now. Raises Broken, and OSError as the disk does."""
        desired = read_desired(payload, self._keys, self._kiosk)
        if desired.version <= self.version:
            return False
        write_durably(self._path, payload)
        self.now = desired
        return True

    def _read(self) -> Desired | None:
        try:
            content = read_durably(self._path)
            return (content and read_desired(content, self._keys, self._kiosk)) or None
        except (CorruptFile, Broken, OSError) as error:
            log.error("the fleet's settings are not believed any more: %s", error)
            return None


def free_mib(folder: Path) -> int:
    """On its disk, MiB."""
    return shutil.disk_usage(folder).free // MIB
