"""The bus: one MQTT 5 connection that comes back by itself.

Sending never waits and never fails: what cannot be delivered now is dropped, because whatever
matters is told again by its owner until the receiving program has answered (a PUBACK proves
nothing). Retained documents are remembered here and published anew after every reconnect, so a
broker that was killed loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from firmware.runtime.connection import Connection

log = logging.getLogger("bus")

RECONNECT_AFTER = 0.2  # seconds; the broker is on this machine, so politeness buys nothing
COMMAND_EXPIRES_AFTER = 5  # seconds; a late command dies instead of acting late
KEEPALIVE = 5  # seconds; the last will of a hung daemon is told after one and a half of these
QOS = 0  # a PUBACK proves nothing here, and waiting for it is a millisecond a passage
QUEUE_LIMIT = 2000  # messages; a daemon that is so far behind would be acting on old news


@dataclass(frozen=True)
class Address:
    """Where the broker is and who is speaking."""

    socket: Path
    user: str
    password: str


@dataclass(frozen=True)
class Envelope:
    """A message as it arrived: its name parts, its bytes, and how to answer it."""

    topic: str
    payload: bytes
    response_topic: str | None = None
    correlation: bytes | None = None

    @property
    def device(self) -> str:
        """The fourth part of `kiosk/<id>/device/<name>/...`."""
        return self.topic.split("/")[3]


Handler = Callable[[Envelope], None]


@dataclass
class _Outgoing:
    topic: str
    payload: bytes
    is_retained: bool = False
    properties: Properties | None = None


@dataclass
class Bus:
    """One daemon's place on the bus. Register with `on`, then let `run` live as a task."""

    address: Address
    will: tuple[str, Any] | None = None  # topic and retained document that say we are gone
    name: str = ""  # the MQTT client id, where one user comes more than once; else the user's name
    _handlers: dict[str, Handler] = field(default_factory=dict)
    _retained: dict[str, bytes] = field(default_factory=dict)
    _waiting: dict[bytes, asyncio.Future[bytes]] = field(default_factory=dict)
    _queue: asyncio.Queue[_Outgoing] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    _connected: asyncio.Event = field(default_factory=asyncio.Event)
    on_connection: Callable[[bool], None] = lambda is_up: None

    def on(self, topic: str, handler: Handler) -> None:
        """Call `handler` for every message of `topic` (wildcards allowed). Before `run`."""
        self._handlers[topic] = handler

    def retain(self, topic: str, document: Any) -> None:
        """Publish a retained document, if it changed; again after every reconnect."""
        payload = msgspec.json.encode(document)
        if self._retained.get(topic) != payload:
            self._retained[topic] = payload
            self._put(_Outgoing(topic, payload, is_retained=True))

    def send(self, topic: str, message: Any, expires: int | None = None) -> None:
        """Publish a message that is not retained."""
        properties = _properties(expires=expires) if expires else None
        self._put(_Outgoing(topic, msgspec.json.encode(message), properties=properties))

    def answer(self, request: Envelope, reply: Any) -> None:
        """Answer where the request asked to be answered; nothing when it did not ask."""
        if request.response_topic is not None:
            properties = _properties(correlation=request.correlation)
            payload = msgspec.json.encode(reply)
            self._put(_Outgoing(request.response_topic, payload, properties=properties))

    async def request(self, topic: str, reply_topic: str, message: Any, patience: float) -> bytes:
        """Send a command and wait for its answer; raises TimeoutError after `patience` seconds."""
        correlation = uuid4().bytes
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[correlation] = future
        properties = _properties(
            expires=max(1, round(patience)), reply_topic=reply_topic, correlation=correlation
        )
        try:
            self._put(_Outgoing(topic, msgspec.json.encode(message), properties=properties))
            return await asyncio.wait_for(future, patience)
        finally:
            del self._waiting[correlation]

    def take_replies(self, topic: str) -> None:
        """Listen on `topic` for the answers to `request`."""
        self.on(topic, self._on_reply)

    async def connected(self) -> None:
        await self._connected.wait()

    async def run(self) -> None:
        """Stay connected for ever; ends only by cancellation, also one that the library made an
        error of its own."""
        told_to_end = cancellations()
        while cancellations() == told_to_end:
            try:
                # A task of its own: the TaskGroup in it leaves cancellations behind that nobody
                # asked for, and they must not be counted here.
                await asyncio.create_task(self._session())
            except* aiomqtt.MqttError as errors:
                log.debug("bus away: %s", errors.exceptions)
            finally:
                if self._connected.is_set():
                    self._connected.clear()
                    self.on_connection(False)
            await asyncio.sleep(RECONNECT_AFTER)
        raise asyncio.CancelledError

    def _put(self, outgoing: _Outgoing) -> None:
        if not self._connected.is_set():
            return  # retained documents are published on connection; the rest is told again
        try:
            self._queue.put_nowait(outgoing)
        except asyncio.QueueFull:
            log.error("bus queue full, dropped %s", outgoing.topic)

    async def _session(self) -> None:
        told_to_end = cancellations()
        async with Connection(
            hostname=str(self.address.socket),
            port=1,  # a unix socket has none; paho insists on a positive number
            transport="unix",
            protocol=aiomqtt.ProtocolVersion.V5,
            username=self.address.user,
            password=self.address.password,
            identifier=self.name or self.address.user,
            keepalive=KEEPALIVE,
            will=self._aiomqtt_will(),
            clean_start=True,
        ) as client:
            while not self._queue.empty():  # of the connection before: too late by now
                self._queue.get_nowait()
            for topic in self._handlers:
                await client.subscribe(topic, qos=QOS)
            if cancellations() > told_to_end:
                raise asyncio.CancelledError
            self._connected.set()
            for topic, payload in self._retained.items():
                self._put(_Outgoing(topic, payload, is_retained=True))
            self.on_connection(True)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(client))
                    group.create_task(self._write(client))
            except asyncio.CancelledError:
                await self._say_farewell(client)
                raise

    async def _say_farewell(self, client: aiomqtt.Client) -> None:
        """A daemon that is told to stop leaves in good order, and then the broker keeps its will
        to itself: say it ourselves, or a stopped driver would look ready for ever."""
        if (will := self._aiomqtt_will()) is not None:
            with contextlib.suppress(aiomqtt.MqttError):
                await client.publish(will.topic, will.payload, qos=QOS, retain=True)

    def _aiomqtt_will(self) -> aiomqtt.Will | None:
        if self.will is None:
            return None
        topic, document = self.will
        return aiomqtt.Will(topic, msgspec.json.encode(document), qos=QOS, retain=True)

    async def _write(self, client: aiomqtt.Client) -> None:
        while True:
            out = await self._queue.get()
            await client.publish(
                out.topic, out.payload, QOS, out.is_retained, properties=out.properties
            )
            if cancellations():
                return

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            envelope = _envelope(message)
            for topic, handler in self._handlers.items():
                if message.topic.matches(topic):
                    handler(envelope)
        raise aiomqtt.MqttError("the broker closed the connection")

    def _on_reply(self, envelope: Envelope) -> None:
        future = self._waiting.get(envelope.correlation or b"")
        if future is not None and not future.done():
            future.set_result(envelope.payload)


def cancellations() -> int:
    """How often this task was told to end. To be compared with what it was before an await:
    `asyncio.wait_for` of Python 3.11, which aiomqtt waits with, swallows a cancellation that comes
    together with its result, and a daemon would miss the signal that asks it to end."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def _envelope(message: aiomqtt.Message) -> Envelope:
    properties = message.properties
    return Envelope(
        topic=str(message.topic),
        payload=bytes(message.payload),
        response_topic=getattr(properties, "ResponseTopic", None),
        correlation=getattr(properties, "CorrelationData", None),
    )


def _properties(
    expires: int | None = None, reply_topic: str | None = None, correlation: bytes | None = None
) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if expires is not None:
        properties.MessageExpiryInterval = expires
    if reply_topic is not None:
        properties.ResponseTopic = reply_topic
    if correlation is not None:
        properties.CorrelationData = correlation
    return properties
