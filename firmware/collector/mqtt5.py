"""MQTT 5 as a client speaks it, bytes to packets and back, and nothing that waits.

Beside `firmware/runtime/bus.py`, because a collector needs what paho does not give: thousands of
PUBACKs when the database says so, a socket that is not read while there is no room, and no thread.
In the order of "MQTT Version 5.0", OASIS Standard, 7 March 2019; section numbers are its own.
Only what a fleet uses: QoS 0 and 1, no AUTH, no topic aliases (none are offered, so none come).
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

MOST_BYTES_OF_PACKET = 256 * 1024  # offered as Maximum Packet Size: a message has at most 64 KiB
LONGEST_LENGTH = 4  # bytes of a variable byte integer, 1.5.5
PROTOCOL = b"\x00\x04MQTT\x05"  # 3.1.2.1, 3.1.2.2


class MqttError(ConnectionError):
    """The other side speaks no MQTT 5, or says no; what was expected and what came."""


class Kind(IntEnum):
    """The upper half of the first byte, 2.1.2."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Property(IntEnum):
    """2.2.2.2, those that we write or read."""

    MESSAGE_EXPIRY = 0x02  # seconds
    RESPONSE_TOPIC = 0x08
    CORRELATION = 0x09
    SESSION_EXPIRY = 0x11  # seconds
    SERVER_KEEP_ALIVE = 0x13  # seconds
    REASON = 0x1F
    RECEIVE_MAXIMUM = 0x21
    MAXIMUM_QOS = 0x24
    USER = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    SHARED_AVAILABLE = 0x2A


# 2.2.2.2: how long the value of each property is. None: bytes with their length before them.
ONE, TWO, FOUR = 1, 2, 4
WIDTHS: dict[int, int | None] = {
    0x01: ONE, 0x02: FOUR, 0x03: None, 0x08: None, 0x09: None, 0x11: FOUR, 0x12: None,
    0x13: TWO, 0x15: None, 0x16: None, 0x17: ONE, 0x18: FOUR, 0x19: ONE, 0x1A: None,
    0x1C: None, 0x1F: None, 0x21: TWO, 0x22: TWO, 0x23: TWO, 0x24: ONE, 0x25: ONE,
    0x27: FOUR, 0x28: ONE, 0x29: ONE, 0x2A: ONE,
}  # fmt: skip
SUBSCRIPTION_IDENTIFIER = 0x0B  # a variable byte integer

Properties = dict[int, int | bytes]


class Publish(msgspec.Struct, frozen=True, gc=False):
    """3.3. `packet_id` is 0 with QoS 0; `expiry` in seconds, None for ever."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    is_duplicate: bool = False
    expiry: int | None = None


class Connack(msgspec.Struct, frozen=True):
    """3.2. Reasons from 0x80 are refusals."""

    reason: int
    has_session: bool
    receive_maximum: int = 65535  # 3.2.2.3.3
    keep_alive: int | None = None  # seconds, where the server wants another
    has_shared: bool = True  # 3.2.2.3.13: shared subscriptions
    why: str = ""


class Puback(msgspec.Struct, frozen=True, gc=False):
    """3.4. 0x10 is "nobody has subscribed", which is no error."""

    packet_id: int
    reason: int = 0


class Granted(msgspec.Struct, frozen=True):
    """SUBACK 3.9 or UNSUBACK 3.11: a reason for each filter."""

    packet_id: int
    reasons: bytes


class Pong(msgspec.Struct, frozen=True):
    """PINGRESP, 3.13."""


class Disconnected(msgspec.Struct, frozen=True):
    """DISCONNECT by the server, 3.14."""

    reason: int
    why: str = ""


Packet = Publish | Connack | Puback | Granted | Pong | Disconnected


class Will(msgspec.Struct, frozen=True):
    """What the broker publishes when this client is gone without a word, 3.1.3.2."""

    topic: str
    payload: bytes
    retain: bool = True


# --- bytes to send --------------------------------------------------------------------------------


def connect(
    client: str,
    keep_alive: int,
    receive_maximum: int,
    will: Will | None = None,
    user: str = "",
    password: str = "",
    session: int = 0,
) -> bytes:
    """3.1. Without `session`, the seconds that the broker keeps one, it is a clean start, and
    nothing is kept. QoS of a will is 1."""
    flags = 0 if session else 0b10
    body = _text(client)
    if will is not None:
        flags |= 0b1100 | (0b100000 if will.retain else 0)
        body += b"\x00" + _text(will.topic) + _binary(will.payload)
    if user:
        flags |= 0b1000_0000
        body += _text(user)
    if password:
        flags |= 0b0100_0000
        body += _text(password)
    properties = (
        bytes([Property.RECEIVE_MAXIMUM]) + receive_maximum.to_bytes(2, "big")
        + bytes([Property.MAXIMUM_PACKET_SIZE]) + MOST_BYTES_OF_PACKET.to_bytes(4, "big")
    )  # fmt: skip
    if session:
        properties += bytes([Property.SESSION_EXPIRY]) + session.to_bytes(4, "big")
    head = PROTOCOL + bytes([flags]) + keep_alive.to_bytes(2, "big")
    return _packet(Kind.CONNECT, 0, head + number(len(properties)) + properties + body)


def publish(message: Publish) -> bytes:
    """3.3."""
    flags = message.is_duplicate << 3 | message.qos << 1 | message.retain
    identity = message.packet_id.to_bytes(2, "big") if message.qos else b""
    properties = b""
    if message.expiry is not None:
        properties = bytes([Property.MESSAGE_EXPIRY]) + message.expiry.to_bytes(4, "big")
    body = _text(message.topic) + identity + number(len(properties)) + properties
    return _packet(Kind.PUBLISH, flags, body + message.payload)


def puback(packet_id: int) -> bytes:
    """3.4.2.1: without reason and properties it is a success."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def subscribe(packet_id: int, filters: list[str], qos: int = 1) -> bytes:
    """3.8: every filter with the same QoS; retained messages are wanted."""
    body = packet_id.to_bytes(2, "big") + b"\x00"
    return _packet(
        Kind.SUBSCRIBE, 0b10, body + b"".join(_text(each) + bytes([qos]) for each in filters)
    )


def unsubscribe(packet_id: int, filters: list[str]) -> bytes:
    """3.10."""
    body = packet_id.to_bytes(2, "big") + b"\x00"
    return _packet(Kind.UNSUBSCRIBE, 0b10, body + b"".join(map(_text, filters)))


PING = b"\xc0\x00"  # 3.12
GOODBYE = b"\xe0\x00"  # 3.14: normal, so the will is not told
GOODBYE_WITH_WILL = b"\xe0\x02\x04\x00"  # 3.14.2.1, reason 0x04


def number(value: int) -> bytes:
    """A variable byte integer, 1.5.5."""
    found = bytearray()
    while True:
        value, digit = value >> 7, value & 0x7F
        found.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(found)


def _packet(kind: Kind, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + number(len(body)) + body


def _binary(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def _text(value: str) -> bytes:
    return _binary(value.encode())


# --- bytes that came ------------------------------------------------------------------------------


class Reader:
    """Cuts a stream into packets."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are whole now. Raises MqttError for what is no MQTT 5 for a client."""
        rest = self._rest
        rest += data
        found: list[Packet] = []
        at = 0
        while (frame := _frame(rest, at)) is not None:
            begin, end = frame
            found.append(_decode(rest[at], bytes(rest[begin:end])))
            at = end
        del rest[:at]
        return found


def _frame(rest: bytearray, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None while it is not all there."""
    length, shift = 0, 0
    for place in range(at + 1, at + 1 + LONGEST_LENGTH):
        if place >= len(rest):
            return None
        digit = rest[place]
        length |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            break
    else:
        raise MqttError(
            f"expected a length of at most {LONGEST_LENGTH} bytes, got {rest[at:place]!r}"
        )
    if length > MOST_BYTES_OF_PACKET:
        raise MqttError(f"expected a packet of at most {MOST_BYTES_OF_PACKET} bytes, got {length}")
    end = place + 1 + length
    return (place + 1, end) if end <= len(rest) else None


def _decode(first: int, body: bytes) -> Packet:
    kind = first >> 4
    try:
        if kind == Kind.PUBLISH:
            return _read_publish(first, body)
        if kind == Kind.PUBACK:
            reason = body[2] if len(body) > 2 else 0
            return Puback(int.from_bytes(_exactly(body[:2], 2), "big"), reason)
        if kind == Kind.PINGRESP:
            return Pong()
        if kind == Kind.CONNACK:
            return _read_connack(body)
        if kind in (Kind.SUBACK, Kind.UNSUBACK):
            _, at = _read_properties(body, 2)
            return Granted(int.from_bytes(body[:2], "big"), body[at:])
        if kind == Kind.DISCONNECT:
            properties = _read_properties(body, 1)[0] if len(body) > 1 else {}
            return Disconnected(body[0] if body else 0, _why(properties))
    except (IndexError, UnicodeDecodeError) as error:
        raise MqttError(f"packet {first:#04x} is too short or no text: {body[:32]!r}") from error
    raise MqttError(f"expected a packet of a server, got {first:#04x} {body[:16]!r}")


def _read_publish(first: int, body: bytes) -> Publish:
    end = 2 + int.from_bytes(body[:2], "big")
    topic = _exactly(body[2:end], end - 2).decode()
    qos = first >> 1 & 0b11
    identity = 0
    if qos:
        identity = int.from_bytes(_exactly(body[end : end + 2], 2), "big")
        end += 2
    expiry = None
    if body[end]:
        properties, end = _read_properties(body, end)
        found = properties.get(Property.MESSAGE_EXPIRY)
        expiry = found if isinstance(found, int) else None
    else:
        end += 1
    return Publish(topic, body[end:], qos, bool(first & 1), identity, bool(first & 8), expiry)


def _read_connack(body: bytes) -> Connack:
    properties, _ = _read_properties(body, 2)
    window, alive = (
        properties.get(Property.RECEIVE_MAXIMUM),
        properties.get(Property.SERVER_KEEP_ALIVE),
    )
    return Connack(
        reason=body[1],
        has_session=bool(body[0] & 1),
        receive_maximum=window if isinstance(window, int) else 65535,
        keep_alive=alive if isinstance(alive, int) else None,
        has_shared=properties.get(Property.SHARED_AVAILABLE, 1) != 0,
        why=_why(properties),
    )


def _read_properties(body: bytes, at: int) -> tuple[Properties, int]:
    """2.2.2, and where they end. Of a property that comes twice, the last; no USER properties."""
    length, at = _read_number(body, at)
    end = at + length
    found: Properties = {}
    while at < end:
        name = body[at]
        at += 1
        if name == SUBSCRIPTION_IDENTIFIER:
            found[name], at = _read_number(body, at)
        elif name == Property.USER:
            at = _skip(body, _skip(body, at))
        elif name not in WIDTHS:
            raise MqttError(f"expected a property of 2.2.2.2, got {name:#04x}")
        elif (width := WIDTHS[name]) is not None:
            found[name] = int.from_bytes(_exactly(body[at : at + width], width), "big")
            at += width
        else:
            begin, at = at + 2, _skip(body, at)
            found[name] = body[begin:at]
    return found, end


def _skip(body: bytes, at: int) -> int:
    """Behind the bytes that begin with their length."""
    end = at + 2 + int.from_bytes(_exactly(body[at : at + 2], 2), "big")
    if end > len(body):
        raise IndexError(end)
    return end


def _read_number(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        digit = body[at]
        value |= (digit & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if digit < 0x80:
            return value, at


def _exactly(found: bytes, length: int) -> bytes:
    if len(found) != length:
        raise IndexError(length)
    return found


def _why(properties: Properties) -> str:
    found = properties.get(Property.REASON, b"")
    return found.decode(errors="replace") if isinstance(found, bytes) else ""
