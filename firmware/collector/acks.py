"""`down/ack` on its way to kiosks: of each stream only the last word, so it is bounded by their
number however long the broker is away."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.collector.batch import BOX, CHAIN, Stream
from firmware.collector.chains import Head
from firmware.contract.uplink import DownAck, topic


class Acks:
    """Filled after a commit; taken as the broker's window allows."""

    def __init__(self) -> None:
        self._waiting: dict[Stream, int] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, heads: dict[Stream, Head]) -> None:
        """A gap at the very beginning is told too, as 0: it does no harm, and shows in a trace."""
        for stream, head in heads.items():
            self._waiting[stream] = max(head.seq, self._waiting.get(stream, 0))

    def take(self, most: int) -> Iterator[tuple[str, DownAck]]:
        """Topics and messages, the longest waiting first; what is taken is forgotten."""
        for _ in range(min(most, len(self._waiting))):
            kiosk, stream = key = next(iter(self._waiting))
            seq = self._waiting.pop(key)
            if stream.startswith(BOX):
                ack = DownAck(box=stream.removeprefix(BOX), events=seq)
            else:
                ack = DownAck(chain=stream.removeprefix(CHAIN), rows=seq)
            yield topic(kiosk, "down/ack"), ack
