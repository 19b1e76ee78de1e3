"""From the bits of a stripe to its characters: ISO/IEC 7811-2, tracks 1, 2 and 3.

Characters go straight from locked memory to locked memory; what fails is wiped. A card swiped the
wrong way round gives the same bits backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.base.secret import LockedBuffer


@dataclass(frozen=True)
class Layout:
    """One track: characters of `bits` data bits, least significant first, and a parity bit."""

    bits: int
    offset: int  # from the value of a character to its ASCII
    start: int  # ASCII of the start sentinel
    longest: int  # characters, sentinels and LRC included


END = ord("?")
LAYOUTS = {
    1: Layout(6, 0x20, ord("%"), 79),  # IATA, 210 bits an inch
    2: Layout(4, 0x30, ord(";"), 40),  # ABA, 75 bits an inch
    3: Layout(4, 0x30, ord(";"), 107),  # thrift, 210 bits an inch
}


class Read(Enum):
    """How a track came through. The later in this list, the more of it was a track."""

    EMPTY = 0  # no flux at all
    NO_START = 1  # flux, and no start sentinel in either direction
    TOO_LONG = 2
    NO_END = 3  # the card was pulled out, or stopped
    PARITY = 4
    LRC = 5
    GOOD = 6


def decode(raw: memoryview, layout: Layout, into: LockedBuffer) -> Read:
    """Append the characters from sentinel to sentinel to `into`; nothing, unless it is GOOD.

    `raw` holds the bits as they passed the head, most significant first.
    """
    if not any(raw):
        return Read.EMPTY
    mark, best = into.length, Read.NO_START
    for is_backwards in (False, True):
        read = _Track(raw, layout, is_backwards).decode(into)
        if read is Read.GOOD:
            return read
        into.truncate(mark)
        best = max(best, read, key=lambda each: each.value)
    return best


class _Track:
    """The bits in one direction, and where we are in them."""

    def __init__(self, raw: memoryview, layout: Layout, is_backwards: bool) -> None:
        self._raw, self._layout, self._is_backwards = raw, layout, is_backwards
        self._count, self._place = len(raw) * 8, 0

    def decode(self, into: LockedBuffer) -> Read:
        self._skip_clocking()
        lrc = 0
        for number in range(self._layout.longest - 1):
            value = self._character()
            if value is None:
                return Read.NO_START if number == 0 else self._why()
            character = value + self._layout.offset
            if number == 0 and character != self._layout.start:
                return Read.NO_START
            into.push(character)
            lrc ^= value
            if character == END:
                return self._check(lrc)
        return Read.TOO_LONG

    def _check(self, lrc: int) -> Read:
        """Behind the LRC come clocking zeros only: an LRC and an end sentinel read backwards, with
        the track behind them, may look like a track that is empty."""
        if self._character() != lrc:
            return Read.LRC
        return Read.GOOD if self._is_over() else Read.TOO_LONG

    def _why(self) -> Read:
        """Nothing but clocking zeros to the end: the rest never passed the head."""
        return Read.NO_END if self._is_over() else Read.PARITY

    def _is_over(self) -> bool:
        return not any(self._bit(place) for place in range(self._place, self._count))

    def _skip_clocking(self) -> None:
        """Zeros clock the reader in; the first one is the first bit of the start sentinel."""
        while self._place < self._count and not self._bit(self._place):
            self._place += 1

    def _character(self) -> int | None:
        """The next one, its parity odd; None where it is not, or the bits end."""
        width = self._layout.bits
        if self._place + width >= self._count:
            return None
        ones = value = 0
        for place in range(width + 1):
            bit = self._bit(self._place + place)
            ones += bit
            value |= bit << place
        if ones % 2 == 0:
            return None
        self._place += width + 1
        return value & ((1 << width) - 1)

    def _bit(self, place: int) -> int:
        if self._is_backwards:
            place = self._count - 1 - place
        return self._raw[place >> 3] >> (7 - (place & 7)) & 1


def encode(text: bytes, layout: Layout) -> list[int]:
    """The bits of a track with its LRC, as a card carries them; for the emulator and for tests."""
    values = [character - layout.offset for character in text]
    lrc = 0
    for value in values:
        lrc ^= value
    return [bit for value in [*values, lrc] for bit in _with_parity(value, layout.bits)]


def _with_parity(value: int, width: int) -> list[int]:
    bits = [value >> place & 1 for place in range(width)]
    return [*bits, 1 - sum(bits) % 2]


def pack(bits: list[int], clocking: int = 24) -> bytes:
    """Bits as the reader sends them: clocking zeros before and behind, whole bytes."""
    whole = [0] * clocking + bits + [0] * clocking
    whole += [0] * (-len(whole) % 8)
    return bytes(
        sum(bit << (7 - place) for place, bit in enumerate(whole[start : start + 8]))
        for start in range(0, len(whole), 8)
    )
