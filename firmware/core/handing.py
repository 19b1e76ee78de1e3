"""Hands the journal's rows to the uplink when it asks: read beside the till, never in its way."""

from __future__ import annotations

import asyncio
import logging

from firmware.contract.fleet import Rows, RowsAfter
from firmware.journal.faults import JournalFault
from firmware.journal.journal import Journal
from firmware.journal.outgoing import Outgoing, chain_name

log = logging.getLogger("core")


class Handing:
    """Of the journal that core writes; one question at a time, in a thread of its own, on a
    connection that only reads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._outgoing = Outgoing(journal.path)
        self._one = asyncio.Lock()
        self._chain = ""

    @property
    def chain(self) -> str:
        """How the file that is written now is called on the wire."""
        if not self._chain and (first := self._journal.hash_of(1)) is not None:
            self._chain = chain_name(bytes.fromhex(first))
        return self._chain

    async def answer(self, asked: RowsAfter) -> Rows | None:
        """None, and a line in the log, when the disk is away: the uplink asks again."""
        async with self._one:
            try:
                return await asyncio.to_thread(self._outgoing.after, asked)
            except (JournalFault, OSError) as fault:
                log.error("no rows for the fleet: %s", fault)
                return None

    def close(self) -> None:
        self._outgoing.close()
