"""Asks core for rows of the journal, keeps what they tell as events, and what core could not read.

A worn place of the card in the file of an old year must keep no other row from the fleet; but
somebody has to hear of it, for those rows are on that card and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import msgspec

from firmware.contract.fleet import Rows, RowsAfter, Told
from firmware.uplink.certificate import Trouble
from firmware.uplink.kept import Kept
from firmware.uplink.outbox import OutboxFault
from firmware.uplink.rows_told import told_by
from firmware.uplink.session import Session

log = logging.getLogger("uplink")

UNREADABLE = "uplink.rows_unreadable"
SILENCE_IS_TOLD_AFTER = 600.0  # seconds without rows from a core that was asked


class Asking:
    """`request` carries a question to core; None where it does not answer."""

    def __init__(
        self, kept: Kept, session: Session, request: Callable[[RowsAfter], Awaitable[bytes | None]]
    ) -> None:
        self._kept, self._session, self._request = kept, session, request
        self._unread: dict[str, str] = {}  # file -> why, since the start of this program
        self._silent_since: float | None = None

    async def ask(self, question: RowsAfter) -> None:
        """One question; its answer is the session's."""
        rows = self._understood(await self._request(question))
        now = self._kept.clock.monotonic()
        if rows is None:
            self._silent_since = now if self._silent_since is None else self._silent_since
            self._session.unanswered(now)
            return
        self._silent_since = None
        if rows.why:
            log.error("%s: %s", rows.file, rows.why)
            self._unread[rows.file] = rows.why
        self._keep([*_of_unreadable(rows), *told_by(rows)])
        self._session.on_rows(rows, self._kept.stamper.now(), now)

    def trouble(self) -> Trouble | None:
        """Which rows the fleet cannot have."""
        if self._unread:
            return (UNREADABLE, "; ".join(self._unread.values()))
        since = self._silent_since
        if since is None or self._kept.clock.monotonic() - since < SILENCE_IS_TOLD_AFTER:
            return None
        return (UNREADABLE, "core was asked for rows and hands over none: its log says why")

    def _understood(self, raw: bytes | None) -> Rows | None:
        try:
            return None if raw is None else msgspec.json.decode(raw, type=Rows)
        except msgspec.DecodeError as error:
            log.error("core's rows are not understood: %s", error)
            return None

    def _keep(self, told: list[Told]) -> None:
        """Where they cannot be kept the rows leave all the same, and say it to who reads them."""
        try:
            if told:
                self._kept.outbox.add(told, self._kept.stamper.now())
        except OutboxFault as fault:
            log.error("not kept: %s", fault)


def _of_unreadable(rows: Rows) -> list[Told]:
    about = {"file": rows.file, "why": rows.why}
    return [Told(f"unread {rows.file}", "journal.unreadable", {**about})] if rows.why else []
