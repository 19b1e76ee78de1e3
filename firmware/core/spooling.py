"""The spools of the printers as core's daemon works on them: a page is typeset off the loop.

Core itself reads no document of the back end and writes none; it makes its own on A4 and clears up.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from firmware.contract.document import PrintDocument
from firmware.documents.a4 import A4Error, typeset
from firmware.runtime.clock import Clock
from firmware.runtime.spool import Spool, SpoolError
from firmware.till.effects import LayOut

log = logging.getLogger("core")


class Spooling:
    """`folder` is [paths] run / spool; each printer has one below it, named as it is."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock

    async def lay_out(self, effect: LayOut) -> PrintDocument | None:
        """What prints the ticket; None, and a line in the log, where it cannot be made."""
        try:
            return await asyncio.to_thread(self._lay_out, effect)
        except (A4Error, OSError, SpoolError) as error:
            log.error("%s: not on A4: %s", effect.job, error)
            return None

    def _lay_out(self, effect: LayOut) -> PrintDocument:
        made = typeset(effect.ticket, self._clock.now())
        name, sha256 = Spool(self._folder / effect.device).put(made.pdf)
        return PrintDocument(effect.job, name, sha256, made.pages)

    def wipe(self, device: str) -> int:
        """How many documents were still there. What cannot be wiped is said, and tried again when
        the next job ends."""
        try:
            return Spool(self._folder / device).wipe_all_but(())
        except OSError as error:
            log.error("%s: the spool is not wiped: %s", device, error)
            return 0
