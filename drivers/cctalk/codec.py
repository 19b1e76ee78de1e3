"""ccTalk frames: bytes <-> frozen frames, with either checksum, for any device on the bus.

Follows the ccTalk Generic Specification 4.7: part 1 (frames and timing), part 2 (headers), and
3.27 (the event counter). Wire: 9600 baud, 8 data bits, no parity, 1 stop bit.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self

import msgspec

HOST = 1  # the address of the host; 0 is everybody
OVERHEAD = 5  # destination, length, source (or CRC low byte), header, checksum (or CRC high byte)
MOST_DATA = 252  # data bytes in one frame
FRAME_GAP = 0.050  # seconds of silence between two bytes that end a frame (part 1, timing)


class Checksum(StrEnum):
    """Not negotiated: a setting of the device, and of `kiosk.toml`."""

    SIMPLE = "simple"  # the sum of the whole frame is 0 modulo 256: coin acceptors
    CRC = "crc"  # CRC-16 CCITT, initial value 0, in place of source and checksum: bill validators


class Header(IntEnum):
    """The commands that we send or obey, in the order of the document."""

    SIMPLE_POLL = 254
    POLLING_PRIORITY = 249
    MANUFACTURER = 246
    CATEGORY = 245
    PRODUCT_CODE = 244
    SERIAL_NUMBER = 242
    SOFTWARE_REVISION = 241
    OPTO_STATES = 236
    SELF_CHECK = 232
    MODIFY_INHIBITS = 231
    REQUEST_INHIBITS = 230
    READ_CREDITS = 229
    MODIFY_MASTER_INHIBIT = 228
    REQUEST_MASTER_INHIBIT = 227
    OPTION_FLAGS = 213
    BUILD_CODE = 192
    COIN_ID = 184
    READ_BILL_EVENTS = 159
    BILL_ID = 157
    SCALING_FACTOR = 156
    ROUTE_BILL = 154
    MODIFY_OPERATING_MODE = 153
    REQUEST_OPERATING_MODE = 152
    COMMS_REVISION = 4
    RESET = 1
    REPLY = 0


class CorruptFrame(ValueError):
    """Bytes that look like a frame and are none; says which bytes, expected and got."""


class Frame(msgspec.Struct, frozen=True):
    """One message as it crosses the wire. With a CRC the source is not on the wire: None."""

    destination: int
    source: int | None
    header: int
    data: bytes = b""

    def to_bytes(self, checksum: Checksum = Checksum.SIMPLE) -> bytes:
        """The frame as sent; raises ValueError for more data than a frame may carry."""
        if len(self.data) > MOST_DATA:
            raise ValueError(f"expected at most {MOST_DATA} data bytes, got {len(self.data)}")
        front = bytes((self.destination, len(self.data)))
        back = bytes((self.header,)) + self.data
        if checksum is Checksum.CRC:
            high, low = divmod(crc(front + back), 256)
            return front + bytes((low,)) + back + bytes((high,))
        if self.source is None:
            raise ValueError("expected a source address: the simple checksum sends it, got None")
        body = front + bytes((self.source,)) + back
        return body + bytes((complement(body),))

    @classmethod
    def from_bytes(cls, raw: bytes, checksum: Checksum = Checksum.SIMPLE) -> Frame:
        """Read one whole frame; raises CorruptFrame."""
        if len(raw) < OVERHEAD or len(raw) != OVERHEAD + raw[1]:
            expected = f"{OVERHEAD + raw[1]}" if len(raw) > 1 else f"at least {OVERHEAD}"
            raise CorruptFrame(f"[{raw.hex(' ')}]: expected {expected} bytes, got {len(raw)}")
        if checksum is Checksum.CRC:
            expected_crc, got = crc(raw[:2] + raw[3:-1]), raw[-1] << 8 | raw[2]
            if got != expected_crc:
                raise CorruptFrame(
                    f"[{raw.hex(' ')}]: expected CRC {expected_crc:04x}, got {got:04x}"
                )
            return cls(raw[0], None, raw[3], raw[4:-1])
        if raw[-1] != complement(raw[:-1]):
            raise CorruptFrame(
                f"[{raw.hex(' ')}]: expected checksum {complement(raw[:-1]):02x}, got {raw[-1]:02x}"
            )
        return cls(raw[0], raw[2], raw[3], raw[4:-1])


def complement(body: bytes) -> int:
    """The byte that makes the sum 0 modulo 256; itself 0, not 256, where the sum already is."""
    return -sum(body) % 256


def crc(content: bytes) -> int:
    """CRC-16 CCITT, polynomial 1021, initial value 0 ("XMODEM")."""
    return binascii.crc_hqx(content, 0)


class FrameReader:
    """Cuts a stream of bytes into frames; never keeps more than one frame.

    There is no start byte, so a hurt frame leaves no place to begin again but the next silence:
    searching inside it would find, once in 256 times, a frame that nobody sent.
    """

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum
        self._buffer = bytearray()
        self._fed_at = 0.0
        self._is_deaf = False
        self.corrupt = 0

    def feed(self, data: bytes, now: float) -> list[Frame]:
        """The frames that `data` completes; a silence before it ends what was begun."""
        if now - self._fed_at > FRAME_GAP:
            self.clear()
        self._fed_at = now
        if self._is_deaf:
            return []
        self._buffer += data
        frames: list[Frame] = []
        while (raw := self._next_raw()) is not None:
            try:
                frames.append(Frame.from_bytes(raw, self._checksum))
            except CorruptFrame:
                self._give_up()
        return frames

    def clear(self) -> None:
        """Forget what was begun: the line was silent, or is ours now."""
        self._buffer.clear()
        self._is_deaf = False

    def _next_raw(self) -> bytes | None:
        if len(self._buffer) < OVERHEAD:
            return None
        if self._buffer[1] > MOST_DATA:
            self._give_up()
            return None
        length = OVERHEAD + self._buffer[1]
        if len(self._buffer) < length:
            return None
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        return raw

    def _give_up(self) -> None:
        self.corrupt += 1
        self._buffer.clear()
        self._is_deaf = True


# --- inhibits (231, 230) ---------------------------------------------------------------------

POSITIONS = range(1, 17)  # coin or bill types, as many as two bytes of inhibits have room for


def inhibit_mask(positions: frozenset[int]) -> bytes:
    """The two bytes of header 231: bit 0 of the first is position 1, and 1 lets the coin in."""
    return sum(1 << position - 1 for position in positions).to_bytes(2, "little")


def enabled_positions(mask: bytes) -> frozenset[int]:
    """What `inhibit_mask` was made of; a longer mask has positions that nobody here asks for."""
    bits = int.from_bytes(mask, "little")
    return frozenset(position for position in POSITIONS if bits >> position - 1 & 1)


# --- the event counter (3.27) ----------------------------------------------------------------

SLOTS = 5  # events that the device keeps; older ones fall out
EVENTS_LENGTH = 1 + 2 * SLOTS
LAST_COUNT = 255  # then 1 again: 0 is said only after a reset
Pair = tuple[int, int]
BLANK: Pair = (0, 0)


@dataclass(frozen=True)
class News:
    """What a counter that moved means: `fresh` events can be read, `lost` ones cannot."""

    fresh: int = 0
    lost: int = 0
    is_reset: bool = False


def count_new(last: int, counter: int) -> News:
    """The table of 3.27: how many events lie between two readings of the counter."""
    if counter == last:
        return News()
    if counter == 0:
        return News(is_reset=True)
    count = counter - last + (LAST_COUNT if counter < last else 0)
    return News(min(count, SLOTS), max(0, count - SLOTS))


def count_on(counter: int) -> int:
    """The counter after one more event."""
    return 1 if counter == LAST_COUNT else counter + 1


@dataclass(frozen=True)
class EventBuffer:
    """The answer to READ_CREDITS or READ_BILL_EVENTS: the counter and the last five events.

    The newest is the first. A pair is (coin position, sorter path), or (0, error code); of a bill
    (bill type, where it is), or (0, status).
    """

    counter: int = 0
    pairs: tuple[Pair, ...] = (BLANK,) * SLOTS

    def to_data(self) -> bytes:
        return bytes((self.counter, *(value for pair in self.pairs for value in pair)))

    @classmethod
    def from_data(cls, data: bytes) -> Self:
        """Read the data bytes of a reply; raises CorruptFrame."""
        if len(data) != EVENTS_LENGTH:
            raise CorruptFrame(
                f"[{data.hex(' ')}]: expected {EVENTS_LENGTH} data bytes, got {len(data)}"
            )
        return cls(data[0], tuple((data[i], data[i + 1]) for i in range(1, EVENTS_LENGTH, 2)))

    def since(self, earlier: EventBuffer) -> News:
        """What happened between two readings, a reset included that left the counter above 0.

        The device keeps its events in order, so whatever both readings still hold must be the same.
        Where it is not, this is a new life of the device, and all that it holds is new.
        """
        news = count_new(earlier.counter, self.counter)
        if news.is_reset or not self._contradicts(earlier, news):
            return news
        return News(min(self.counter, SLOTS), max(0, self.counter - SLOTS), is_reset=True)

    def _contradicts(self, earlier: EventBuffer, news: News) -> bool:
        if news.lost:  # nothing in common: but a buffer that ran over has no empty slot
            return self.counter < SLOTS and set(self.pairs[self.counter :]) == {BLANK}
        return self.pairs[news.fresh :] != earlier.pairs[: SLOTS - news.fresh]
