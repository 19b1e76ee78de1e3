"""`kiosk-core`: open the journal, take up what was interrupted, serve."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from firmware.core.book import Book
from firmware.core.closed import say_closed
from firmware.core.core import Core
from firmware.core.daemon import CoreDaemon, journal_path
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.recovery import open_journal
from firmware.runtime import VERSION
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start
from firmware.services.catalogue import load_catalogue
from firmware.till.signing import Keys, NoKey, keys_folder

log = logging.getLogger("core")

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # random(4): another one at every boot
TRY_AGAIN_AFTER = 10.0  # seconds that the screen says why nothing works before core tries again


async def serve(config: Config, options: argparse.Namespace) -> None:
    """Run until told to end; a journal that fails closes the kiosk until it is back."""
    clock, damage = SystemClock(), ""
    while True:
        try:
            await _run(config, clock, damage)
        except* JournalFault as faults:
            fault = _first_of(faults)
            damage = str(fault) if isinstance(fault, JournalDamaged) else ""
            log.error("no journal, no money: %s", fault)
        await say_closed(config, "closed.journal", TRY_AGAIN_AFTER, "till.records")


async def _run(config: Config, clock: SystemClock, damage: str) -> None:
    journal = open_journal(journal_path(config), clock.now(), VERSION, _boot_id(), damage)
    try:
        catalogue = load_catalogue(Path(config.paths.places))
        core = Core(Book(journal, clock), config, catalogue, load_keys(config))
        await CoreDaemon(core, config, clock).run()
    finally:
        journal.close()


def _boot_id() -> str:
    return BOOT_ID.read_text().strip()


def _first_of(faults: BaseExceptionGroup[JournalFault]) -> JournalFault:
    """What is wrong with the file comes before what is wrong with the disk."""
    found = list(_leaves(faults))
    return next((fault for fault in found if isinstance(fault, JournalDamaged)), found[0])


def _leaves(faults: BaseExceptionGroup[JournalFault]) -> Iterator[JournalFault]:
    for fault in faults.exceptions:
        if isinstance(fault, BaseExceptionGroup):
            yield from _leaves(fault)
        else:
            yield fault


def load_keys(config: Config) -> Keys:
    """Without a key claims are issued all the same, unsigned: nobody goes without a slip."""
    folder = keys_folder(config.state_folder)
    keys = Keys.load(folder, config.kiosk.id)
    if isinstance(keys.signer, NoKey):
        log.warning("claims are not signed: %s", keys.signer)
    return keys


def main() -> int:
    return start("kiosk-core", serve)


if __name__ == "__main__":
    sys.exit(main())
