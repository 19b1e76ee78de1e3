"""What the uplink has on disk, opened together: the outbox, the mark, the settings of the fleet."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from firmware.contract.fleet import Told
from firmware.contract.uplink import Desired, Notice
from firmware.runtime.clock import Clock
from firmware.runtime.config import Config
from firmware.runtime.durable import CorruptFile, read_durably, write_durably
from firmware.uplink.commands import Broken, Executed, read_desired, read_notice
from firmware.uplink.ids import Ids
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox
from firmware.uplink.stamp import Stamper

log = logging.getLogger("uplink")

Held = TypeVar("Held", Desired, Notice)

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


class Proven(Generic[Held]):
    """What the fleet has signed and retained, in force: as it was signed, on disk, and proven again
    at each start. `read` raises Broken."""

    def __init__(self, path: Path, read: Callable[[bytes], Held]) -> None:
        self._path = path
        self._prove: Callable[[bytes], Held] = read
        self.now: Held | None = self._read()

    @property
    def version(self) -> int:
        return 0 if self.now is None else self.now.version

    def take(self, payload: bytes) -> bool:
        """Whether it is newer, and in force now. Raises Broken, and OSError as the disk does."""
        held = self._prove(payload)
        if held.version <= self.version:
            return False
        write_durably(self._path, payload)
        self.now = held
        return True

    def _read(self) -> Held | None:
        try:
            content = read_durably(self._path)
            return self._prove(content) if content else None
        except (CorruptFile, Broken, OSError) as error:
            log.error("%s is not believed any more: %s", self._path.name, error)
            return None


class Settings(Proven[Desired]):
    """`down/desired`."""

    def __init__(self, folder: Path, keys: Sequence[str], kiosk: str) -> None:
        super().__init__(folder / "desired.json", partial(read_desired, keys=keys, kiosk=kiosk))


class Notices(Proven[Notice]):
    """`all/down/notice`."""

    def __init__(self, folder: Path, keys: Sequence[str]) -> None:
        super().__init__(folder / "notice.json", partial(read_notice, keys=keys))


def free_mib(folder: Path) -> int:
    """On its disk, MiB."""
    return shutil.disk_usage(folder).free // MIB
