"""What leaves next: rows and events, oldest first, bounded, paced, and again after each connection.

Pure but for the outbox beside it. The journal is not here: core is asked for rows, and its answer
comes back by `on_rows`. Only the marks say what is delivered; the positions behind them are RAM.
"""

from __future__ import annotations

from math import inf

import msgspec

from firmware.contract.fleet import Rows, RowsAfter
from firmware.contract.uplink import MOST_IN_MESSAGE, DownAck, UpEvents, UpJournal
from firmware.uplink.flight import Batch, Flight, Stream
from firmware.uplink.marks import Keeper, Mark
from firmware.uplink.outbox import Outbox
from firmware.uplink.pace import Pace, Tempo
from firmware.uplink.stamp import Stamp, is_late

MOST_PAYLOAD = 48 * 1024  # bytes of rows or events; with their frame well below MOST_BYTES
GATHERS_FOR = 10.0  # seconds: the rows of one step of a visit leave in one message
ASKS_AGAIN_AFTER = 10.0  # seconds without an answer of core


class Session:
    """`now` is monotonic seconds."""

    def __init__(self, outbox: Outbox, keeper: Keeper, tempo: Tempo) -> None:
        self._outbox, self._keeper, self._pace = outbox, keeper, Pace(tempo)
        self.flight, self.ack_within = Flight(tempo.ack_within), tempo.ack_within
        self._head: tuple[str, int] | None = None  # of the journal, as core says
        self._events_sent = 0
        self._sent = Mark()  # of the journal, in RAM, ahead of the mark
        self._file_ended = False  # with what was sent last
        self._ready: Batch | None = None
        self._asked_at: float | None = None
        self._ask_from: float | None = None  # None: nothing more is known to be there
        self._is_up = self._is_unheard = False
        self._journal_goes_next = False
        self._highest: dict[str, int] = {}  # ever sent by this process: box or chain -> number

    # --- what happens ----------------------------------------------------------------------

    def connected(self, now: float) -> None:
        """A new connection: everything behind the marks is sent anew."""
        self._is_up = True
        self._pace.fill(now)
        self._rewind(now)

    def lost(self) -> None:
        self._is_up = False
        self.flight.forget()
        self._ready = self._asked_at = None

    def unheard(self) -> None:
        """The broker has nobody to give it to. That is no fault of the line: one message leaves in
        each patience for an ack, until somebody has come."""
        self._is_unheard = True

    def heard(self, now: float) -> None:
        """Somebody has come: what nobody heard leaves now."""
        if self._is_unheard:
            self._rewind(now)

    def on_head(self, chain: str, rows: int, now: float) -> None:
        """How long the journal is, and which."""
        if (chain, rows) == self._head:
            return
        first, self._head = self._head is None, (chain, rows)
        if self._ask_from is None:
            has_many = rows - self._sent.seq >= MOST_IN_MESSAGE
            self._ask_from = now if first or has_many else now + GATHERS_FOR

    def on_rows(self, rows: Rows, stamp: Stamp, now: float) -> None:
        """What core answered to the last question."""
        if self._asked_at is None:
            return  # of a connection before this one
        self._asked_at = None
        if rows.rows:
            before = self._sent.seq if rows.chain == self._sent.chain else 0
            # Else an ack came meanwhile, and the next question is another one. From row 1 again:
            # core's disk is not the one it was.
            is_next = rows.rows[0].seq in (before + 1, 1)
            self._ready = _journal(rows, stamp) if is_next else None
            return
        if rows.ends:
            self._sent = self._sent.after(rows.file, "", 0, ends=True)
            self._keep_if_all_is_there()
            return
        # Core may have written while it read, and have said so before it answered.
        self._ask_from = now + GATHERS_FOR if self._head not in (None, self._position) else None

    @property
    def _position(self) -> tuple[str, int]:
        return self._sent.chain, self._sent.seq

    def unanswered(self, now: float) -> None:
        """Core is away, or has no journal: ask again later."""
        if self._asked_at is not None:
            self._asked_at, self._ask_from = None, now + ASKS_AGAIN_AFTER

    def on_ack(self, ack: DownAck) -> None:
        """Raises OSError or OutboxFault where the mark cannot be kept; then more is sent again."""
        self._is_unheard = False
        if ack.box == self._outbox.box and (last := self._clipped(ack.box, ack.events)):
            self.flight.acked(Stream.EVENTS, ack.box, last)
            self._events_sent = max(self._events_sent, last)
            self._outbox.acked(last)
        if ack.chain and (last := self._clipped(ack.chain, ack.rows)):
            self._on_rows_acked(ack.chain, last)

    def _on_rows_acked(self, chain: str, last: int) -> None:
        """What was sent before a lost message may be there already, and need not go once more."""
        mark = self._keeper.now.mark
        for batch in self.flight.acked(Stream.JOURNAL, chain, last):
            mark = mark.after(batch.file, batch.name, batch.last, batch.ends)
        if chain == mark.chain and last > mark.seq:
            mark = Mark(mark.done, chain, last)
        if chain == self._sent.chain and last > self._sent.seq:
            self._sent, self._ready = Mark(self._sent.done, chain, last), None
        self._keeper.change(mark=mark)
        self._keep_if_all_is_there()

    # --- what leaves -----------------------------------------------------------------------

    def next(self, stamp: Stamp, now: float) -> Batch | RowsAfter | None:
        """A message to send, a question to core, or nothing for now."""
        if not self._is_up:
            return None
        overdue = self.flight.overdue_at()
        if overdue is not None and now >= overdue:
            self.flight.gave_up()
            self._rewind(now)
        if self._wants_rows(now):
            self._asked_at = now
            mark = self._sent
            return RowsAfter(
                done=list(mark.done), chain=mark.chain, seq=mark.seq, most_bytes=MOST_PAYLOAD
            )
        if not self._may_send() or not self._pace.take(now):
            return None
        return self._send(stamp, now)

    def wake_at(self, now: float) -> float | None:
        """When `next` should be asked again, if nothing happens before."""
        times = [self.flight.overdue_at()]
        if self._wants_rows(inf):
            times.append(self._ask_from)
        if self._may_send():
            times.append(now + self._pace.wait(now))
        return min((at for at in times if at is not None), default=None)

    @property
    def something_waits(self) -> bool:
        """Whether anything is there that the fleet has not acknowledged, as far as is known."""
        return bool(self._outbox.waiting) or self.rows_waiting > 0

    @property
    def rows_waiting(self) -> int:
        """At least so many."""
        if self._head is None:
            return 0
        chain, rows = self._head
        mark = self._keeper.now.mark
        return rows - mark.seq if mark.chain == chain else rows

    # ---------------------------------------------------------------------------------------

    def _rewind(self, now: float) -> None:
        self.flight.forget()
        self._events_sent = self._outbox.first - 1
        self._sent = self._keeper.now.mark
        self._ready = self._asked_at = None
        self._file_ended = self._is_unheard = False
        self._ask_from = now

    def _keep_if_all_is_there(self) -> None:
        """With the files that had no row left."""
        if not self.flight.waits_in(Stream.JOURNAL):
            self._keeper.change(mark=self._sent)

    def _wants_rows(self, now: float) -> bool:
        """One message of them is kept ready, so that core is not waited for. A file is whole before
        the next one begins: the mark names one place, and there are few files."""
        is_free = self._ready is None and self._asked_at is None
        if not is_free or (self._file_ended and self.flight.waits_in(Stream.JOURNAL)):
            return False
        return self._ask_from is not None and now >= self._ask_from

    def _may_send(self) -> bool:
        if self._is_unheard or not self.flight.has_room:
            return False
        return self._ready is not None or self._events_sent < self._outbox.last

    def _send(self, stamp: Stamp, now: float) -> Batch:
        """The streams take turns, so that neither keeps the other waiting for weeks."""
        takes_journal = self._ready is not None and (
            self._journal_goes_next or self._events_sent >= self._outbox.last
        )
        self._journal_goes_next = not takes_journal
        batch = self._take_rows() if takes_journal else self._take_events(stamp)
        self.flight.sent(batch, now)
        self._highest[batch.name] = max(self._highest.get(batch.name, 0), batch.last)
        return batch

    def _take_rows(self) -> Batch:
        batch, self._ready = self._ready, None
        assert batch is not None
        self._sent = self._sent.after(batch.file, batch.name, batch.last, batch.ends)
        self._file_ended = batch.ends
        return batch

    def _take_events(self, stamp: Stamp) -> Batch:
        events = self._outbox.after(self._events_sent, MOST_IN_MESSAGE, MOST_PAYLOAD, stamp)
        self._events_sent = events[-1].seq
        payload = msgspec.json.encode(UpEvents(box=self._outbox.box, events=events))
        return Batch(Stream.EVENTS, self._outbox.box, events[0].seq, events[-1].seq, payload)

    def _clipped(self, name: str, last: int) -> int:
        """Nobody can acknowledge what this process has not sent: another disk did, once."""
        return min(last, self._highest.get(name, 0))


def _journal(rows: Rows, stamp: Stamp) -> Batch:
    first, last = rows.rows[0], rows.rows[-1]
    message = UpJournal(
        chain=rows.chain,
        before=rows.before,
        rows=rows.rows,
        boot=stamp.boot,
        t=stamp.t,
        t_ok=stamp.t_ok,
        late=is_late(first.at, stamp.t),
    )
    payload = msgspec.json.encode(message)
    return Batch(Stream.JOURNAL, rows.chain, first.seq, last.seq, payload, rows.file, rows.ends)
