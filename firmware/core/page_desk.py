"""One document at a time on its way to a page or card printer, at the contract.

The document is made first: set on A4, or fetched from the back end into the printer's spool. Then
the printer is told, and told again, under the same name, until it has said what became of it. Only
a document that is not in the spool any more is made once more: each lies in RAM.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from firmware.contract.device import DeviceState, Outcome, Reply
from firmware.contract.document import CancelDocument, PrintDocument
from firmware.till.effects import Effect, Outbox, Tell, Wipe

log = logging.getLogger("core")

ASK_AGAIN_AFTER = 3.0  # seconds between repeats of a command that was not answered by an end
MADE_WITHIN = 15.0  # seconds: typesetting takes one, three tries of the back end take nine


class PageDesk:
    """Remembers in RAM what can be made again. `now` is monotonic seconds."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._job = ""
        self._ready: PrintDocument | None = None
        self._asked_at: float | None = None
        self._made_at: float | None = None  # it was asked for
        self._unwanted: dict[str, tuple[str, float]] = {}  # job -> its printer, last told so
        self.is_taken = False  # the printer has it: what becomes of it is its own word
        self.is_unknown = False  # it was told to cancel, and never had it

    def step(self, job: str, printer: DeviceState, make: Callable[[], Effect], now: float) -> None:
        """Have the document made, or the printer told, if that is due."""
        self.begin(job)
        if self._ready is None:
            if self._made_at is None or now - self._made_at >= MADE_WITHIN:
                self._made_at = now
                self._outbox.add(make())
        elif self._asked_at is None or now - self._asked_at >= ASK_AGAIN_AFTER:
            self._asked_at = now
            self._outbox.add(Tell(printer.name, self._ready))

    def begin(self, job: str) -> None:
        """Another job is another document."""
        if job != self._job:
            self._job, self._ready = job, None
            self._asked_at = self._made_at = None
            self.is_taken = self.is_unknown = False

    def on_made(self, command: PrintDocument) -> bool:
        """Whether it was waited for; then it is told at the next step."""
        if command.job != self._job or self._ready is not None:
            return False
        self._ready, self._asked_at = command, None
        return True

    def make_again(self, now: float) -> None:
        """It is not there, or not any more: have it made when ASK_AGAIN_AFTER is over."""
        self._ready, self._made_at = None, now - MADE_WITHIN + ASK_AGAIN_AFTER

    def cancel(self, job: str, printer: DeviceState, now: float) -> None:
        """Not a page more. What ends it is told by an event, or by `is_unknown`."""
        self.begin(job)
        if job not in self._unwanted:
            self._tell_unwanted(job, printer.name, now)

    def tick(self, now: float) -> None:
        """Nobody's paper may come out later: a driver that was away is told again."""
        for job, (device, asked_at) in list(self._unwanted.items()):
            if now - asked_at >= ASK_AGAIN_AFTER:
                self._tell_unwanted(job, device, now)

    def _tell_unwanted(self, job: str, device: str, now: float) -> None:
        self._unwanted[job] = (device, now)
        self._outbox.add(Tell(device, CancelDocument(job)))

    def on_reply(self, command: PrintDocument | CancelDocument, reply: Reply, now: float) -> None:
        """The driver took it, or why not."""
        is_done, is_cancel = reply.outcome is Outcome.DONE, isinstance(command, CancelDocument)
        if not is_done:
            log.info("%s: %s: %s", command.job, type(command).__name__, reply.detail)
        if is_cancel:
            self._heard(command.job, is_done)
        if command.job != self._job:
            return
        if is_cancel:
            self.is_unknown = not is_done
        elif is_done:
            self.is_taken = True
        elif reply.outcome is Outcome.MISSING:  # it was wiped at a start of the driver
            self.make_again(now)

    def _heard(self, job: str, is_known: bool) -> None:
        """The cancel. Of a job that the driver never had, nobody tells an end: wipe it here."""
        device, _ = self._unwanted.pop(job, ("", 0.0))
        if device and not is_known and self._job in ("", job):
            self._outbox.add(Wipe(device))

    def end(self, job: str, device: str) -> None:
        """That job ended: nothing of ours need lie in the spool, unless another is on its way.

        Empty: a document came for a job that is over.
        """
        self._unwanted.pop(job, None)
        if self._job in ("", job):
            self._job, self._ready = "", None
            self._outbox.add(Wipe(device))
