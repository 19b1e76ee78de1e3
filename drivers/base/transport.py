"""A serial port as file descriptor: never blocks, keeps what does not fit, says when it is gone.

A port behind which cards are read takes `SecretSerialTransport`: nothing of what comes in is copied
out of locked memory, or logged, by whoever asks for it (M10).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any, Protocol

import serial

from drivers.base.faults import LinkLost
from drivers.base.secret import LockedBuffer

wire = logging.getLogger("wire")

READ_SIZE = 4096


class Transport(Protocol):
    """An open wire: what arrives is called back, what is written goes out, in the running loop."""

    def write(self, data: bytes) -> None:
        """Send now what fits, the rest as the device takes it."""

    def close(self) -> None: ...


class SerialTransport:
    """An open port in the running loop; calls `on_bytes` and `on_lost` from that loop.

    Raises LinkLost when the port cannot be opened.
    """

    def __init__(
        self,
        port: str,
        on_bytes: Callable[[bytes], None],
        on_lost: Callable[[LinkLost], None],
        **settings: Any,
    ) -> None:
        try:
            self._serial = serial.Serial(port, timeout=0, exclusive=True, **settings)
        except (serial.SerialException, OSError) as error:
            raise LinkLost(f"cannot open {port}: {error}") from None
        self._port, self._on_bytes, self._on_lost = port, on_bytes, on_lost
        self._fd = self._serial.fileno()
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._readable)

    def write(self, data: bytes) -> None:
        """Send now what fits, the rest as the device takes it."""
        if wire.isEnabledFor(logging.DEBUG):
            wire.debug("%s > %s", self._port, data.hex(" "))
        self._unsent += data
        self._writable()

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        with contextlib.suppress(serial.SerialException, OSError):
            self._serial.close()

    def _readable(self) -> None:
        try:
            has_more = self._take()
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error))
            return
        if not has_more:
            self._lose("end of file")

    def _take(self) -> bool:
        """Read once and call back; False at the end of the file."""
        data = os.read(self._fd, READ_SIZE)
        if not data:
            return False
        if wire.isEnabledFor(logging.DEBUG):
            wire.debug("%s < %s", self._port, data.hex(" "))
        self._on_bytes(data)
        return True

    def _writable(self) -> None:
        try:
            while self._unsent:
                sent = os.write(self._fd, self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            self._loop.add_writer(self._fd, self._writable)
            return
        except OSError as error:
            self._lose(str(error))
            return
        self._loop.remove_writer(self._fd)

    def _lose(self, reason: str) -> None:
        self.close()
        self._on_lost(LinkLost(f"{self._port}: {reason}"))


class SecretSerialTransport(SerialTransport):
    """`on_secret` gets a view of locked memory, which is wiped when it returns."""

    def __init__(
        self,
        port: str,
        on_secret: Callable[[memoryview], None],
        on_lost: Callable[[LinkLost], None],
        **settings: Any,
    ) -> None:
        self._incoming, self._on_secret = LockedBuffer(READ_SIZE), on_secret
        super().__init__(port, _nothing_in_clear, on_lost, **settings)

    def _take(self) -> bool:
        count = os.readv(self._fd, [self._incoming.free])
        self._incoming.took(count)
        if wire.isEnabledFor(logging.DEBUG):
            wire.debug("%s < %d bytes, not shown", self._port, count)
        try:
            if count:
                self._on_secret(self._incoming.view)
        finally:
            self._incoming.wipe()
        return bool(count)


def _nothing_in_clear(data: bytes) -> None:
    raise TypeError("expected no bytes outside of locked memory")
