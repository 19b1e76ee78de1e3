"""`kiosk-core`: open the journal, take up what was interrupted, serve."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from firmware.contract.health import Presence
from firmware.contract.screen import Closed, Language, Screen
from firmware.contract.topics import Topics
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.core.daemon import CoreDaemon, journal_path
from firmware.journal.journal import Journal, JournalFault
from firmware.journal.rows import KioskStarted
from firmware.runtime import VERSION
from firmware.runtime.bus import Bus
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import start
from firmware.services.catalogue import load_catalogue
from firmware.till.signing import Keys, NoKey, keys_folder

log = logging.getLogger("core")

TRY_AGAIN_AFTER = 10.0  # seconds that the screen says why nothing works before core starts anew


async def serve(config: Config, options: argparse.Namespace) -> None:
    clock = SystemClock()
    try:
        journal = Journal(journal_path(config))
        journal.append(clock.now(), KioskStarted(VERSION))
    except JournalFault as error:
        log.error("no journal, no money: %s", error)
        await _say_closed(config)
        raise
    core = Core(Book(journal, clock), config, load_catalogue(), load_keys(config))
    await CoreDaemon(core, config, clock).run()


def load_keys(config: Config) -> Keys:
    """Without a key claims are issued all the same, unsigned: nobody goes without a slip."""
    folder = keys_folder(config.state_folder)
    keys = Keys.load(folder, config.kiosk.id)
    if isinstance(keys.signer, NoKey):
        log.warning("claims are not signed: %s", keys.signer)
    return keys


async def _say_closed(config: Config) -> None:
    """Without a journal nothing may be taken (M5): say so, then let systemd try again."""
    topics = Topics(config.kiosk.id)
    bus = Bus(config.bus_address("core"), (topics.presence("core"), Presence(False)))
    closed = Screen(
        serial=0,
        language=Language.HINDI,
        data=Closed("closed.journal"),
        actions=[],
        place=config.kiosk.place,
    )
    bus.retain(topics.screen_state, closed)
    task = asyncio.create_task(bus.run())
    await asyncio.sleep(TRY_AGAIN_AFTER)
    task.cancel()


def main() -> int:
    return start("kiosk-core", serve)


if __name__ == "__main__":
    sys.exit(main())
