"""A simulated kiosk: what the uplink says on the wire, without what a kiosk is.

Its outbox stands for the disk: `crash` forgets all but that. Rows have real hashes; what it made
is known, so that the database can be held to it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from firmware.collector.link import Dial, Link, dial
from firmware.collector.mqtt5 import Publish, Will
from firmware.contract.uplink import (
    HEARD_BY_KIOSK,
    MOST_IN_FLIGHT,
    MOST_IN_MESSAGE,
    DownAck,
    Event,
    JournalRow,
    UpEvents,
    UpFinding,
    UpHealth,
    UpJournal,
    UpState,
    UpStatus,
    UpSupply,
    hash_after,
    topic,
)
from firmware.contract.uplink import Link as LinkState

GENESIS = "0" * 64
ROWS_OF_A_VISIT = (
    "SessionOpened", "OrderCreated", "CashOpened", "NoteStacking", "NoteCredited", "NoteStacking",
    "NoteCredited", "CashClosed", "PaymentTaken", "PrintIntended", "Printed", "PostIntended",
    "Posted", "OrderFulfilled",
)  # fmt: skip
NOTE = 10_000  # paise
RELEASE = "0.1.0"
FIRST_BACK_OFF = 1.0  # seconds; full jitter up to twice as much each time
ack_decoder = msgspec.json.Decoder(DownAck)


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Stream:
    """Of rows or of events: numbers from 1, all behind `acked` are kept."""

    made: int = 0
    acked: int = 0
    sent: int = 0  # up to here in this connection
    kept: deque[JournalRow | Event] = field(default_factory=deque)
    in_flight: deque[int] = field(default_factory=deque)  # last numbers of messages not acked
    before: str = GENESIS  # the hash of row `acked`

    def acknowledge(self, seq: int) -> bool:
        """Whether anything is new."""
        is_new = seq > self.acked
        while self.kept and self.kept[0].seq <= seq:
            gone = self.kept.popleft()
            self.before = gone.hash if isinstance(gone, JournalRow) else self.before
        while self.in_flight and self.in_flight[0] <= seq:
            self.in_flight.popleft()
        self.acked = max(self.acked, seq)
        self.sent = max(self.sent, self.acked)
        return is_new

    def rewind(self) -> None:
        """Nothing that was sent is known to be there."""
        self.sent = self.acked
        self.in_flight.clear()

    @property
    def hash_before_next(self) -> str:
        last = self.kept[self.sent - self.acked - 1] if self.sent > self.acked else None
        return last.hash if isinstance(last, JournalRow) else self.before

    def next_rows(self) -> list[JournalRow | Event]:
        skip = self.sent - self.acked
        most = min(len(self.kept) - skip, MOST_IN_MESSAGE)
        return [self.kept[skip + place] for place in range(most)]


class SimKiosk:
    """`live` keeps it connected; `visit` is what people do."""

    def __init__(self, name: str, options: Dial, longest_back_off: float, patience: float,
                 rng: random.Random) -> None:  # fmt: skip
        self.name = name
        self.options = options
        self.rows, self.events = Stream(), Stream()
        self.head, self.chain, self.credited = GENESIS, "", 0
        self.box = f"{rng.getrandbits(64):016x}"
        self.connection = 0
        self.connected_after = 0.0  # seconds from losing the link (or from the start) to CONNACK
        self.link: Link | None = None
        self._rng = rng
        self._longest, self._patience = longest_back_off, patience
        self._lost_at = time.monotonic()
        self._heard_at = 0.0

    # --- what people do ---

    def visit(self) -> None:
        """Rows of one visit, and now and then an event."""
        for place, kind in enumerate(ROWS_OF_A_VISIT):
            self._append(kind, place)
        if self._rng.random() < 0.3:
            self.happen("door.opened", {"who": "operator"})
        self.pump()

    def _append(self, kind: str, place: int) -> None:
        if kind == "NoteCredited":
            self.credited += NOTE
        self.rows.made += 1
        row = JournalRow(
            seq=self.rows.made, at=moment(), kind=kind, order=f"RJ14 {self.rows.made:08d}",
            event=f"NV200:{self.rows.made}:1" if kind == "NoteCredited" else None,
            credited=self.credited, hash=GENESIS,
            body=f'{{"type":"{kind}","order":"RJ14 {self.rows.made:08d}","amount":{place * 100},'
            '"account":"210413054321","name":"रमेश कुमार"}',
        )  # fmt: skip
        self.head = hash_after(self.head, row)
        self.rows.kept.append(msgspec.structs.replace(row, hash=self.head))
        self.chain = self.chain or self.head[:16]

    def happen(
        self, kind: str, facts: dict[str, str | int | float | bool | list[str] | None]
    ) -> None:
        self.events.made += 1
        event = Event(seq=self.events.made, kind=kind, facts=facts, boot=1, t=moment())
        self.events.kept.append(event)

    # --- the wire ---

    async def live(self, first_wait: float = 0.0) -> None:
        """Connected as far as it goes, until cancelled; between tries, full jitter."""
        await asyncio.sleep(first_wait)
        tries = 0
        self._lost_at = time.monotonic()
        while True:
            try:
                await self._connect()
                tries = 0
                assert self.link is not None
                await self._stay(self.link)
            except OSError:
                pass
            if self.link is not None:
                self.link.abort()
                self.link, self._lost_at = None, time.monotonic()
            await asyncio.sleep(self._rng.uniform(0, min(self._longest, FIRST_BACK_OFF * 2**tries)))
            tries = min(tries + 1, 20)

    async def _connect(self) -> None:
        self.connection += 1
        will = Will(topic(self.name, "up/status"), self._status(LinkState.OFFLINE))
        self.link = await dial(msgspec.structs.replace(self.options, will=will), self)
        self.connected_after = time.monotonic() - self._lost_at
        await self.link.subscribe([topic(self.name, each) for each in HEARD_BY_KIOSK])
        self.rows.rewind()
        self.events.rewind()
        waits = self.rows.kept or self.events.kept
        state = LinkState.DRAINING if waits else LinkState.ONLINE
        self._say("status", self._status(state), retain=True)
        self.say_state()
        self._heard_at = time.monotonic()
        self.pump()

    async def _stay(self, link: Link) -> None:
        """Until it is lost; what nobody acknowledges for `patience` seconds is sent again."""
        while not link.lost.done():
            await asyncio.wait([link.lost], timeout=self._patience * self._rng.uniform(0.5, 1.0))
            waits = self.rows.in_flight or self.events.in_flight
            if waits and time.monotonic() - self._heard_at > self._patience:
                self.rows.rewind()
                self.events.rewind()
                self._heard_at = time.monotonic()
            self.pump()

    def pump(self) -> None:
        """Oldest first, at most MOST_IN_FLIGHT messages of both streams."""
        if self.link is None or self.link.lost.done():
            return
        while len(self.rows.in_flight) + len(self.events.in_flight) < MOST_IN_FLIGHT:
            if rows := self.rows.next_rows():
                before = self.rows.hash_before_next
                said = UpJournal(chain=self.chain, before=before, rows=rows, boot=1, t=moment())  # type: ignore[arg-type]
                self._send(self.rows, "journal", said, rows[-1].seq)
            elif events := self.events.next_rows():
                told = UpEvents(box=self.box, events=events)  # type: ignore[arg-type]
                self._send(self.events, "event", told, events[-1].seq)
            else:
                return

    def _send(self, stream: Stream, what: str, said: UpJournal | UpEvents, last: int) -> None:
        if not (self.rows.in_flight or self.events.in_flight):
            self._heard_at = time.monotonic()
        stream.sent = last
        stream.in_flight.append(last)
        self._say(what, msgspec.json.encode(said))

    def say_state(self) -> None:
        state = UpState(
            boot=1, t=moment(), release=RELEASE, condition="in_service", in_cash_box=self.credited,
            place={"en": f"Gram Panchayat {self.name}", "hi": "ग्राम पंचायत"},
            devices=dict.fromkeys(("notes", "coins", "receipt", "page", "panel"), "ready"),
            supplies=[UpSupply(device="receipt", name="paper", level=41_000, unit="mm")],
            findings=[UpFinding(part="page", code="page.toner.low", since=moment())],
            journal_chain=self.chain, journal_rows=self.rows.made, journal_head=self.head,
        )  # fmt: skip
        self._say("state", msgspec.json.encode(state), retain=True)

    def say_health(self) -> None:
        numbers = {"cpu_celsius": 51.5, "disk_free_mib": 9000.0, "link_ms": 83.0, "load": 0.4}
        said = UpHealth(boot=1, t=moment(), numbers=numbers)
        if self.link is not None:
            self.link.publish(topic(self.name, "up/health"), msgspec.json.encode(said), qos=0)

    def _say(self, what: str, payload: bytes, retain: bool = False) -> None:
        assert self.link is not None
        self.link.publish(topic(self.name, f"up/{what}"), payload, qos=1, retain=retain)

    def _status(self, state: LinkState) -> bytes:
        said = UpStatus(state=state, connection=self.connection, boot=1, release=RELEASE,
                        t=moment(), t_ok=True)  # fmt: skip
        return msgspec.json.encode(said)

    # --- link.Hears ---

    def on_publish(self, message: Publish) -> None:
        if message.qos and self.link is not None:
            self.link.acknowledge([message.packet_id])
        if message.topic != topic(self.name, "down/ack"):
            return
        ack = ack_decoder.decode(message.payload)
        is_new = ack.chain == self.chain and self.rows.acknowledge(ack.rows)
        is_new |= ack.box == self.box and self.events.acknowledge(ack.events)
        if is_new:
            self._heard_at = time.monotonic()
            self.pump()

    def on_puback(self, packet_id: int, reason: int) -> None:
        """Proves nothing."""

    def on_lost(self) -> None:
        """`live` sees it."""

    def crash(self) -> None:
        """The mains fail: what was acknowledged last was not on disk yet, all else was."""
        if self.link is not None:
            self.link.abort()

    @property
    def is_drained(self) -> bool:
        return not self.rows.kept and not self.events.kept
