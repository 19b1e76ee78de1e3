"""The wide link: MQTT 5 over mutual TLS to the fleet's broker. One connection, and then no more.

Beside bus.py the only place that speaks MQTT. Unlike there, every failure is told, in a code and in
words that a technician can act on; who dials again, and when, is firmware/uplink/link.py.

Clean start, and no session at the broker: the queue is ours, on disk, and moves by `down/ack`
alone. A session kept there would be a second queue that can lose its place without saying so.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from firmware.runtime.connection import Connection
from firmware.runtime.uplink_section import UplinkSection

# Seconds. Health says something every five minutes; an operator of a mobile network forgets a
# connection that is silent for not much longer.
KEEPALIVE = 240
ANSWERS_WITHIN = 30.0  # seconds, for CONNACK and PUBACK: a line of 2G with a queue before it
MOST_INCOMING = 128  # messages that wait to be looked at; behind that the broker is not sane
MOST_ALIASES = 8  # topics that are sent as two bytes from the second time on
NOBODY = 0x10  # MQTT 5, 3.4.2.1: taken, and nobody has subscribed to it

UNTRUSTED, CLOCK, REFUSED = "uplink.untrusted", "uplink.clock_unset", "uplink.refused"
AWAY, WRONG = "uplink.away", "uplink.certificate_wrong"
NOT_YET_VALID = 9  # X509_V_ERR_CERT_NOT_YET_VALID of openssl/x509_vfy.h
UNTRUSTED_BECAUSE = {  # X509_V_ERR_*, the same
    10: "the broker's certificate has ended",
    62: "the broker's certificate is of another name than [uplink] broker",
    64: "the broker's certificate is of another address than [uplink] broker",
}
NOT_OURS = "the broker's certificate is not of the authority in [uplink] ca"
ALERTS = ("CERTIFICATE_EXPIRED", "UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "BAD_CERTIFICATE",
          "CERTIFICATE_REVOKED", "CERTIFICATE_REQUIRED", "DECRYPT_ERROR",
          "HANDSHAKE_FAILURE")  # fmt: skip


class NoLink(Exception):
    """No connection, or one that ended. `code` is a finding of health."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Incoming:
    topic: str
    payload: bytes
    is_retained: bool


class Wide:
    """One connection, while it lasts. Everything raises NoLink when it is over."""

    def __init__(self, client: _Client, most_aliases: int) -> None:
        self._client, self._most_aliases = client, most_aliases
        self._aliases: dict[str, int] = {}

    async def publish(
        self, topic: str, payload: bytes, qos: int, retain: bool = False, expires: int = 0
    ) -> bool:
        """With QoS 1 returns at the PUBACK: False where that says that nobody listens, and the
        broker has thrown it away. One after the other. `expires` in seconds; 0: never."""
        named, properties = self._alias(topic)
        self._client.puback = 0
        if expires:
            properties.MessageExpiryInterval = expires
        try:
            await self._client.publish(named, payload, qos, retain, properties=properties)
        except aiomqtt.MqttError as error:
            raise why_no_link(error) from error
        return self._client.puback != NOBODY

    async def messages(self) -> AsyncIterator[Incoming]:
        """What comes in, for as long as the connection stands."""
        try:
            async for each in self._client.messages:
                yield Incoming(str(each.topic), bytes(each.payload), bool(each.retain))
        except aiomqtt.MqttError as error:
            raise why_no_link(error) from error

    def _alias(self, topic: str) -> tuple[str, Properties]:
        """The topic, or nothing where the broker knows it by its alias of this connection."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if topic in self._aliases:
            properties.TopicAlias = self._aliases[topic]
            return "", properties
        if len(self._aliases) < self._most_aliases:
            self._aliases[topic] = properties.TopicAlias = len(self._aliases) + 1
        return topic, properties


@asynccontextmanager
async def connect(
    section: UplinkSection, name: str, will: tuple[str, Any], topics: list[str]
) -> AsyncIterator[Wide]:
    """A connection as `name`, with its last will, subscribed to `topics`. Raises NoLink.

    It names no user: the broker takes him from the certificate, and RabbitMQ would ask one who is
    named for a password.
    """
    told = aiomqtt.Will(will[0], msgspec.json.encode(will[1]), qos=1, retain=True)
    words = _LastWords()
    client = _Client(
        hostname=section.broker,
        port=section.port,
        protocol=aiomqtt.ProtocolVersion.V5,
        identifier=name,
        keepalive=KEEPALIVE,
        timeout=ANSWERS_WITHIN,
        clean_start=True,
        will=told,
        tls_context=tls(section),
        max_queued_incoming_messages=MOST_INCOMING,
        logger=words.logger,
    )
    try:
        async with client:
            await _subscribe(client, topics)
            yield Wide(client, min(client.most_aliases, MOST_ALIASES))
    except aiomqtt.MqttError as error:
        raise why_no_link(error, words.last) from error


async def _subscribe(client: aiomqtt.Client, topics: list[str]) -> None:
    """In one packet. Raises NoLink where one is refused: else it would wait for ever in silence."""
    wanted = [(each, SubscribeOptions(qos=1)) for each in topics]
    answers = await client.subscribe(wanted, timeout=ANSWERS_WITHIN)
    refused = [
        each
        for each, answer in zip(topics, answers, strict=True)
        if isinstance(answer, ReasonCode) and answer.is_failure
    ]
    if refused:
        raise NoLink(REFUSED, f"the broker lets this kiosk not hear {', '.join(refused)}")


class _Client(Connection):
    """With three things that aiomqtt keeps to itself: how many aliases the broker takes (MQTT 5,
    3.2.2.3.8), what the last PUBACK said, and that a broker which hangs up before CONNACK will not
    answer any more."""

    most_aliases = 0
    puback = 0  # its reason code

    def _on_connect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None
    ) -> None:
        self.most_aliases = getattr(properties, "TopicAliasMaximum", 0)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any
    ) -> None:
        self.puback = reason_code.value
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None
    ) -> None:
        if not self._connected.done():
            gone = aiomqtt.MqttError("the broker hung up before it answered")
            self._connected.set_exception(gone)
        super()._on_disconnect(client, userdata, flags, reason_code, properties)


class _LastWords(logging.Handler):
    """What paho says of an error of TLS goes to its log, and nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""
        self.logger = logging.Logger("wide", logging.WARNING)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


def why_no_link(error: Exception, last_words: str = "") -> NoLink:
    """In a code, and in words that a technician can act on."""
    cause = error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        if cause.verify_code == NOT_YET_VALID:
            return NoLink(CLOCK, "the broker's certificate is not valid yet: is the clock set?")
        why = UNTRUSTED_BECAUSE.get(cause.verify_code, NOT_OURS)
        return NoLink(UNTRUSTED, f"{why} ({cause.verify_message})")
    if isinstance(error, aiomqtt.exceptions.MqttConnectError):
        return NoLink(REFUSED, f"the broker does not let this kiosk in: {error}")
    said = f"{error} {last_words}".strip()
    if any(alert in said.upper().replace(" ", "_") for alert in ALERTS):
        return NoLink(REFUSED, f"the broker does not accept the kiosk's certificate: {said}")
    return NoLink(AWAY, said)


def tls(section: UplinkSection) -> ssl.SSLContext:
    """Ours and theirs, TLS 1.2 at least, one authority. Raises NoLink for a file that is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the chain and the host's name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=section.ca)
    except (OSError, ssl.SSLError) as error:
        raise NoLink(WRONG, f"[uplink] ca: {section.ca}: {error}") from None
    try:
        context.load_cert_chain(section.certificate, section.key)
    except (OSError, ssl.SSLError) as error:
        files = f"{section.certificate}, {section.key}"
        raise NoLink(WRONG, f"[uplink]: {files}: {error}") from None
    return context
