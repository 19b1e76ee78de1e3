"""The PIN screen: a fresh key for every try; wrong tries on disk before anybody is told (M10)."""

from __future__ import annotations

import logging
from math import ceil
from pathlib import Path

from firmware.contract.screen import Pin
from firmware.core.book import Book
from firmware.core.guesses import Guesses
from firmware.journal import desk_rows as rows
from firmware.runtime.sealing import OneTimeKey
from firmware.till.access import PINS, NoOperators, Operator, load_operators, who_has

log = logging.getLogger("core")


class PinCheck:
    """`now` is monotonic seconds of the machine."""

    def __init__(self, book: Book, operators: Path) -> None:
        self._book, self._path = book, operators
        self._guesses = Guesses(book, PINS, rows.OperatorRefused, rows.OperatorEntered)
        self._key = OneTimeKey()
        self._problem: str | None = None

    def start(self, now: float) -> None:
        """Delays of another start of the machine run from here."""
        self._guesses.start(now)

    def begin(self, now: float) -> None:
        """Somebody stands before the keys."""
        self._key, self._problem = OneTimeKey(), self._why_nobody_can_enter()

    def screen(self, now: float) -> Pin:
        if (seconds := self._guesses.locked_for(now)) > 0:
            return Pin(problem="pin.locked", minutes=ceil(seconds / 60))
        if self._problem is not None and self._problem.startswith("pin.file"):
            return Pin(problem=self._problem)
        return Pin(self._key.public, self._problem)

    def try_pin(self, sealed: str, now: float) -> Operator | None:
        """Whose PIN this is; its row is on disk. What was not sealed for this try is no try."""
        key, self._key = self._key, OneTimeKey()
        if self._guesses.locked_for(now) > 0 or (pin := key.open(sealed)) is None:
            log.info("dropped a PIN: locked, or not sealed for this screen")
            return None
        try:
            who = who_has(pin, load_operators(self._path))
        except NoOperators as error:
            log.error("no operator can enter: %s", error)
            self._problem = self._why_nobody_can_enter()
            return None
        if who is None:
            self._guesses.add(now)
            self._problem = "pin.wrong"
            return None
        self._book.write(rows.OperatorEntered(who.name, who.role))
        return who

    def _why_nobody_can_enter(self) -> str | None:
        try:
            load_operators(self._path)
        except NoOperators as error:
            log.warning("no operator can enter: %s", error)
            return "pin.file_missing" if error.is_missing else "pin.file_broken"
        return None
