"""The tickets on disk, with what the fleet has not been told of them yet: small, and begun anew
under another name if it is lost, so that no number is given twice.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB

from firmware.contract.fault_ticket import FaultTicket, FaultTickets
from firmware.health.tickets import Book, Happened
from firmware.runtime.durable import CorruptFile
from firmware.runtime.storage import DurableStorage

log = logging.getLogger("health")

MOST_UNTOLD = 500  # a kiosk without a fleet fills no disk; the tickets themselves stay


class Untold(msgspec.Struct, frozen=True):
    """One thing that the fleet must hear, with its durable id."""

    source: str
    kind: str
    facts: dict[str, str | int | float | bool | list[str] | None]
    at: str  # ISO 8601 with offset


class TicketFile:
    """`<state>/health/tickets.json`. Each change is on disk before anybody is told of it."""

    def __init__(self, path: Path, prefix: str) -> None:
        self._db = TinyDB(path, storage=DurableStorage)
        try:
            document = self._db.storage.read() or {}
        except CorruptFile as error:
            log.error("tickets lost, begun anew: %s", error)
            document = {}
        self.book, self.untold = _read(document, prefix)

    def change(self, book: Book, happened: list[Happened]) -> None:
        """Raises OSError; then nothing has changed."""
        self._replace(book, [*self.untold, *(_event(each) for each in happened)])

    def say(self, untold: Untold) -> None:
        """Something else that the fleet must hear; the same source is said once. Raises OSError."""
        if untold.source not in [each.source for each in self.untold]:
            self._replace(self.book, [*self.untold, untold])

    def _replace(self, book: Book, untold: list[Untold]) -> None:
        untold = untold[-MOST_UNTOLD:]
        self._write(book, untold)
        self.book, self.untold = book, untold

    def told(self, source: str) -> None:
        """The uplink has it on disk."""
        self._replace(self.book, [each for each in self.untold if each.source != source])

    def shown(self) -> FaultTickets:
        return FaultTickets(self.book.open, self.book.closed)

    def _write(self, book: Book, untold: list[Untold]) -> None:
        tickets = {str(n): msgspec.to_builtins(t) for n, t in enumerate(book.tickets, start=1)}
        events = {str(n): msgspec.to_builtins(e) for n, e in enumerate(untold, start=1)}
        about = {"name": book.name, "last": book.last, "well": dict(book.well)}
        self._db.storage.write({"book": {"1": about}, "tickets": tickets, "untold": events})


def _read(document: dict[str, dict[str, Any]], prefix: str) -> tuple[Book, list[Untold]]:
    about = document.get("book", {}).get("1")
    if about is None:
        return Book(prefix, os.urandom(1).hex().upper()), []
    tickets = msgspec.convert(list(document["tickets"].values()), tuple[FaultTicket, ...])
    untold = msgspec.convert(list(document["untold"].values()), list[Untold])
    return Book(prefix, about["name"], about["last"], tickets, about["well"]), untold


def _event(happened: Happened) -> Untold:
    """`ticket.opened` with what a server must know to list it."""
    ticket = happened.ticket
    at = ticket.closed or ticket.level_since
    source = f"{ticket.number} {happened.change} {ticket.times} {ticket.level} {at}"
    facts = {name: value for name, value in msgspec.to_builtins(ticket).items() if value != ""}
    return Untold(source, f"ticket.{happened.change}", facts, at)
