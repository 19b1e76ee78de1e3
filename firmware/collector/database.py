"""One connection to PostgreSQL that comes back, and which of its errors mean what.

Away: nothing is lost, try again. Bad data: one message of one kiosk cannot be stored, and must not
stop the others. Anything else is a bug or a wrong schema, and ends the process.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TypeAlias

import asyncpg

log = logging.getLogger("database")

AWAY = (
    OSError,
    asyncpg.InterfaceError,  # the connection is closed
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.TransactionRollbackError,  # deadlock
)
BAD_DATA = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,  # a key too long for its index
)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between tries
ANSWERS_WITHIN = 30.0  # seconds for any statement; the largest batch takes a tenth of one

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Database:
    """`connection` opens what is not open; `lose` closes what has failed."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._connection: Connection | None = None
        self._pause = FIRST_PAUSE

    @property
    def is_up(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    async def connection(self) -> Connection:
        """Waits until there is one."""
        while not self.is_up:
            try:
                self._connection = await asyncpg.connect(
                    self.dsn, timeout=ANSWERS_WITHIN, command_timeout=ANSWERS_WITHIN
                )
            except AWAY as error:
                await self.lose(error)
        assert self._connection is not None
        return self._connection

    def works(self) -> None:
        """A commit went well: the next pause is short again."""
        self._pause = FIRST_PAUSE

    async def lose(self, error: Exception) -> None:
        """Close, and wait a little, longer each time."""
        log.warning("database away, again in %.1f s: %s", self._pause, error or repr(error))
        self.close()
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        await asyncio.sleep(pause)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
