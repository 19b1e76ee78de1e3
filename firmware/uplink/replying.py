"""Which reply leaves next, and when: each is kept until a broker has taken it for somebody.

A broker that acknowledges with "no matching subscribers" has thrown it away: the collector was
never there yet, or its session has ended. That is no fault of the line, so it is tried again, and
slowly; a later reply is tried at once, for whoever asked may be listening.
"""

from __future__ import annotations

import logging

from firmware.uplink.commands import Executed
from firmware.uplink.outbox import OutboxFault

log = logging.getLogger("uplink")

LEAST_WAIT = 60.0  # seconds between two tries; doubles
MOST_WAIT = 900.0  # a part of a log has 48 KB


class Replies:
    """`now` is monotonic seconds."""

    def __init__(self, executed: Executed, least_wait: float = LEAST_WAIT) -> None:
        self._executed, self._least = executed, least_wait
        self._wait, self._again_at = 0.0, 0.0
        self._newest = 0  # the last one that was there when nobody listened

    def try_now(self) -> None:
        """Another connection, or a collector has come."""
        self._wait = self._again_at = 0.0

    def next(self, now: float) -> tuple[int, bytes] | None:
        """Number and message; None for nothing to send now."""
        if now < self._again_at and self._executed.newest_reply <= self._newest:
            return None
        return next(iter(self._executed.replies()), None)

    def sent(self, number: int, is_heard: bool, now: float) -> None:
        """The broker has acknowledged it; `is_heard` says whether somebody gets it."""
        if not is_heard:
            self._wait_longer(now)
            log.info("nobody listens to replies: again in %.0f s", self._wait)
            return
        self._wait = self._again_at = 0.0
        try:
            self._executed.replied(number)
        except OutboxFault as fault:
            self._wait_longer(now)
            log.error("the reply will be sent again: %s", fault)

    def _wait_longer(self, now: float) -> None:
        self._wait = min(MOST_WAIT, max(self._least, 2 * self._wait))
        self._again_at, self._newest = now + self._wait, self._executed.newest_reply
