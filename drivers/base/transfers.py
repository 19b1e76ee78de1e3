"""USB transfers as a stream of bytes, so that a USB protocol is driven as a serial one is.

A transfer is one byte of kind, two of length (big endian) and its data. `drivers/base/usb.py` makes
real transfers of what a protocol sends, and this of what comes in; an emulated device speaks it
over a socket to a back end of pyusb (`usb_bench.py`). On a real bus nothing is lost or split; in
the conformance suite the framing finds its feet again after a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import msgspec

from drivers.base.secret import LockedBuffer

HEADER = 3  # bytes
LONGEST = 2048  # bytes of one transfer; the longest report of our devices has 888
GAP = 0.25  # seconds; a transfer that pauses for longer was broken off


class Pipe(IntEnum):
    DESCRIBED = 0  # device to host: who it is, as JSON; only on the socket of the bench
    INPUT = 1  # device to host: a whole HID input report, or a bulk transfer
    SET_FEATURE = 2  # host to device: HID Set_Report of a feature report
    GET_FEATURE = 3  # host to device: HID Get_Report; two bytes say how long
    FEATURE = 4  # device to host: what Get_Report brought
    OUTPUT = 5  # host to device: a bulk transfer, taken as the device has room
    ASK_PORT = 6  # host to device: GET_PORT_STATUS of a printer
    PORT = 7  # device to host: its one byte; none where the printer does not know the request
    DROP = 8  # host to its own controller: forget what of OUTPUT the device has not taken yet


class UsbIdentity(msgspec.Struct, frozen=True):
    """What an emulated device says of itself when it is plugged in.

    `device_id` is that of IEEE 1284: only a printer has one, and what has one is a printer.
    """

    vendor: int
    product: int
    serial: str
    maker: str = ""
    model: str = ""
    report_size: int = 64
    device_id: str = ""


@dataclass(frozen=True)
class Transfer:
    """`data` is a view of locked memory, good until the next one is asked for."""

    pipe: Pipe
    data: memoryview

    def __repr__(self) -> str:
        return f"Transfer({self.pipe.name}, {len(self.data)} bytes)"


def framed(pipe: Pipe, data: bytes | bytearray | memoryview) -> bytes:
    """Raises ValueError for what is too long."""
    return header(pipe, len(data)) + bytes(data)


def header(pipe: Pipe, length: int) -> bytes:
    if length > LONGEST:
        raise ValueError(f"expected at most {LONGEST} bytes, got {length}")
    return bytes((pipe,)) + length.to_bytes(2)


class TransferReader:
    """Bytes, split anywhere, to whole transfers."""

    def __init__(self) -> None:
        self._buffer = LockedBuffer(2 * (LONGEST + HEADER))
        self._heard_at = 0.0

    def clear(self) -> None:
        self._buffer.wipe()

    def feed(self, data: memoryview | bytes, now: float) -> Iterator[Transfer]:
        """What cannot be a transfer, and what was broken off, is forgotten whole."""
        if now > self._heard_at + GAP:
            self._buffer.wipe()
        self._heard_at = now
        for at in range(0, len(data), LONGEST):  # after each, less than one transfer remains
            yield from self._take(data[at : at + LONGEST])

    def _take(self, data: memoryview | bytes) -> Iterator[Transfer]:
        self._buffer.append(data)
        while len(self._buffer) >= HEADER:
            length = self._buffer[1] << 8 | self._buffer[2]
            if self._buffer[0] > max(Pipe) or length > LONGEST:
                self._buffer.wipe()
                return
            if len(self._buffer) < HEADER + length:
                return
            yield Transfer(Pipe(self._buffer[0]), self._buffer.view[HEADER : HEADER + length])
            self._buffer.consume(min(HEADER + length, len(self._buffer)))
