"""One MQTT 5 connection as an asyncio protocol: it says when a message comes, and acknowledges it
when told to, not before.

Whoever owns it decides when to connect again; a link that is lost stays lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from typing import Protocol

import msgspec

from firmware.collector import mqtt5
from firmware.collector.mqtt5 import MqttError, Publish

KEEP_ALIVE = 60  # seconds; a broker tells the will of a silent client after one and a half
ANSWERS_WITHIN = 30.0  # seconds for CONNACK and SUBACK: a broker in a storm is slow
LAST_ID = 65535  # packet ids, 2.2.1
REFUSED = 0x80  # reasons from here on, 2.4


class Dial(msgspec.Struct, frozen=True):
    """Where a broker is, and who calls."""

    host: str
    port: int
    client: str
    tls: ssl.SSLContext | None = None
    server_name: str | None = None  # in the broker's certificate, where it is not `host`
    user: str = ""
    password: str = ""
    keep_alive: int = KEEP_ALIVE  # seconds
    receive_maximum: int = 20  # messages that are not acknowledged, from the broker to us
    session: int = 0  # seconds that the broker keeps messages for us while we are away
    will: mqtt5.Will | None = None
    source: tuple[str, int] | None = None


class Hears(Protocol):
    """Whoever is told of messages; must not wait."""

    def on_publish(self, message: Publish) -> None: ...
    def on_puback(self, packet_id: int, reason: int) -> None: ...
    def on_lost(self) -> None: ...


class Link(asyncio.Protocol):
    """`dial` opens it. What is published with QoS 1 waits while the broker's window is full."""

    def __init__(self, options: Dial, hears: Hears) -> None:
        self.options = options
        self._hears = hears
        self._reader = mqtt5.Reader()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[mqtt5.Packet]] = {}  # 0 is CONNACK
        self._ping: asyncio.TimerHandle | None = None
        self._next_id = 0
        self._window = LAST_ID
        self._has_shared = True
        self._in_flight: set[int] = set()
        self._held: deque[Publish] = deque()
        self._answered = True  # since the last PINGREQ
        self._is_paused = False
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._why = "the broker closed the connection"

    # --- what the owner asks for ---

    async def dial(self) -> None:
        """Raises OSError (MqttError, TimeoutError, ssl.SSLError among them)."""
        to = self.options
        await asyncio.get_running_loop().create_connection(
            lambda: self, to.host, to.port, ssl=to.tls, local_addr=to.source,
            server_hostname=(to.server_name or to.host) if to.tls else None,
            ssl_handshake_timeout=ANSWERS_WITHIN * 2 if to.tls else None,
        )  # fmt: skip
        with contextlib.ExitStack() as unless_it_opens:
            unless_it_opens.callback(self.abort)
            await self._open()
            unless_it_opens.pop_all()

    async def _open(self) -> None:
        """CONNECT and its answer. Raises MqttError for a refusal, TimeoutError."""
        chosen = self.options
        packet = mqtt5.connect(
            chosen.client, chosen.keep_alive, chosen.receive_maximum, chosen.will,
            chosen.user, chosen.password, chosen.session,
        )  # fmt: skip
        answer = await self._ask(0, packet)
        if not isinstance(answer, mqtt5.Connack) or answer.reason >= REFUSED:
            raise MqttError(f"{chosen.host}:{chosen.port} refused {chosen.client}: {answer}")
        self._window = answer.receive_maximum
        self._has_shared = answer.has_shared
        every = answer.keep_alive or chosen.keep_alive
        self._ping = asyncio.get_running_loop().call_later(every / 2, self._on_ping_due, every / 2)

    async def subscribe(self, filters: list[str], qos: int = 1) -> None:
        """Raises MqttError where one filter is refused, TimeoutError. A broker that has no shared
        subscriptions may grant one all the same, and then send nothing: it is not even asked."""
        if not self._has_shared and any(each.startswith("$share/") for each in filters):
            raise MqttError(f"expected a broker with shared subscriptions for {filters}")
        number = self._new_id()
        answer = await self._ask(number, mqtt5.subscribe(number, filters, qos))
        if not isinstance(answer, mqtt5.Granted) or max(answer.reasons) >= REFUSED:
            raise MqttError(f"{filters} refused: {answer}")

    async def unsubscribe(self, filters: list[str]) -> None:
        """Raises TimeoutError, MqttError when the link is lost."""
        number = self._new_id()
        await self._ask(number, mqtt5.unsubscribe(number, filters))

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False,
                expiry: int | None = None) -> int:  # fmt: skip
        """The packet id that `on_puback` will name; 0 with QoS 0. Never waits."""
        if qos == 0:
            self.write(mqtt5.publish(Publish(topic, payload, 0, retain, expiry=expiry)))
            return 0
        message = Publish(topic, payload, qos, retain, self._new_id(), expiry=expiry)
        self._in_flight.add(message.packet_id)
        if self.room < 0:
            self._held.append(message)
        else:
            self.write(mqtt5.publish(message))
        return message.packet_id

    @property
    def room(self) -> int:
        """How many more messages with QoS 1 the broker takes now; below 0 some are held here."""
        return self._window - len(self._in_flight)

    def acknowledge(self, packet_ids: list[int]) -> None:
        """PUBACK for all of them, in one write."""
        self.write(b"".join(map(mqtt5.puback, packet_ids)))

    def pause(self) -> None:
        """Read no more of the socket: TCP tells the broker."""
        if self._transport is not None and not self._is_paused and not self.lost.done():
            self._is_paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and self._is_paused and not self.lost.done():
            self._is_paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """A clean good-bye: the broker keeps the will to itself."""
        self.write(mqtt5.GOODBYE)
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """As if the wire were cut."""
        if self._transport is not None:
            self._transport.abort()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """TLS delivers also what was under way when we closed: nobody is there to acknowledge it,
        and its numbers are of this connection alone."""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            for packet in self._reader.feed(data):
                self._take(packet)
        except MqttError as error:
            self._why = str(error)
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self._ping is not None:
            self._ping.cancel()
        why = f"{type(error).__name__}: {error}" if error else self._why
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(MqttError(why))
        if not self.lost.done():
            self.lost.set_result(why)
        self._hears.on_lost()

    # --- inside ---

    def _take(self, packet: mqtt5.Packet) -> None:
        if isinstance(packet, Publish):
            self._hears.on_publish(packet)
        elif isinstance(packet, mqtt5.Puback):
            self._in_flight.discard(packet.packet_id)
            while self._held and len(self._in_flight) - len(self._held) < self._window:
                self.write(mqtt5.publish(self._held.popleft()))
            self._hears.on_puback(packet.packet_id, packet.reason)
        elif isinstance(packet, mqtt5.Pong):
            self._answered = True
        elif isinstance(packet, mqtt5.Disconnected):
            self._why = f"the broker said good-bye: {packet}"
            self.abort()
        else:
            name = packet.packet_id if isinstance(packet, mqtt5.Granted) else 0
            future = self._waiting.get(name)
            if future is not None and not future.done():
                future.set_result(packet)

    async def _ask(self, name: int, packet: bytes) -> mqtt5.Packet:
        future: asyncio.Future[mqtt5.Packet] = asyncio.get_running_loop().create_future()
        self._waiting[name] = future
        self.write(packet)
        try:
            return await asyncio.wait_for(future, ANSWERS_WITHIN)
        finally:
            del self._waiting[name]

    def _new_id(self) -> int:
        """One that is not in flight; the window of the broker is smaller than there are ids."""
        while True:
            self._next_id = self._next_id % LAST_ID + 1
            if self._next_id not in self._in_flight and self._next_id not in self._waiting:
                return self._next_id

    def _on_ping_due(self, every: float) -> None:
        if not self._answered and not self._is_paused:
            self._why = f"no answer to a ping for {every:g} s"
            self.abort()
            return
        self._answered = False
        self.write(mqtt5.PING)
        self._ping = asyncio.get_running_loop().call_later(every, self._on_ping_due, every)


async def dial(options: Dial, hears: Hears) -> Link:
    """A link that is open. Raises as `Link.dial`."""
    link = Link(options, hears)
    await link.dial()
    return link
