"""What is on its way and not acknowledged: at most so many messages of both streams together.

Sent is not delivered. Only `down/ack` takes a message off; a broker's PUBACK proves nothing. What
nobody acknowledges for long is sent again from the mark, also on a connection that stands: the
collector may have died with it in its hands.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from firmware.contract.uplink import MOST_IN_FLIGHT

MOST_PATIENCE = 900.0  # seconds for an ack; the patience doubles each time that none came


class Stream(StrEnum):
    EVENTS = "up/event"
    JOURNAL = "up/journal"


@dataclass(frozen=True)
class Batch:
    """One message: consecutive numbers of one outbox or one chain."""

    stream: Stream
    name: str  # box or chain
    first: int
    last: int
    payload: bytes
    file: str = ""  # of the journal: where the rows stand
    ends: bool = False  # nothing comes after them in that file


@dataclass
class _Sent:
    batch: Batch
    at: float
    is_acked: bool = False


class Flight:
    """`now` is monotonic seconds."""

    def __init__(self, ack_within: float) -> None:
        self._sent: dict[Stream, deque[_Sent]] = {stream: deque() for stream in Stream}
        self._ack_within = self._patience = ack_within

    def __len__(self) -> int:
        return sum(not sent.is_acked for queue in self._sent.values() for sent in queue)

    @property
    def has_room(self) -> bool:
        return len(self) < MOST_IN_FLIGHT

    def sent(self, batch: Batch, now: float) -> None:
        """It leaves now."""
        self._sent[batch.stream].append(_Sent(batch, now))

    def acked(self, stream: Stream, name: str, last: int) -> list[Batch]:
        """Cumulative, for one box or chain; the messages that are delivered by it, oldest first,
        none before one that is not: those of another chain keep their place."""
        queue = self._sent[stream]
        for sent in queue:
            if sent.batch.name == name and sent.batch.last <= last and not sent.is_acked:
                sent.is_acked, self._patience = True, self._ack_within
        done = []
        while queue and queue[0].is_acked:
            done.append(queue.popleft().batch)
        if queue and (part := queue[0].batch).name == name and part.first <= last:
            done.append(replace(part, last=last, ends=False))  # sent again with more behind it
        return done

    def waits_in(self, stream: Stream) -> bool:
        """Whether anything of it is on its way."""
        return bool(self._sent[stream])

    def forget(self) -> None:
        """The connection is gone: whatever was not acknowledged is sent again from the marks."""
        for queue in self._sent.values():
            queue.clear()

    def overdue_at(self) -> float | None:
        """When the oldest has waited too long; None while nothing waits."""
        times = [sent.at for queue in self._sent.values() for sent in queue if not sent.is_acked]
        return min(times) + self._patience if times else None

    def gave_up(self) -> None:
        """Nobody acknowledged: the next patience is twice as long."""
        self.forget()
        self._patience = min(MOST_PATIENCE, 2 * self._patience)
