"""A serial port as file descriptor: never blocks, keeps what does not fit, says when it is gone.

A port behind which cards are read takes `SecretSerialTransport`: what comes in stays in locked
memory, unless whoever is called takes it out (M10).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Any, Protocol

import serial

from drivers.base.faults import LinkLost
from drivers.base.secret import LockedBuffer

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
        self._is_full = False  # the loop says when there is room
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._readable)

    def write(self, data: bytes) -> None:
        """Send now what fits, the rest as the device takes it."""
        self._unsent += data
        if not self._is_full:
            self._writable()

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        with contextlib.suppress(serial.SerialException, OSError):
            self._serial.close()

    def _readable(self) -> None:
        try:
            data = self._read()
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error))
            return
        if not data:
            self._lose("end of file")
            return
        self._hand_in(data)

    def _read(self) -> bytes | memoryview:
        return os.read(self._fd, READ_SIZE)

    def _hand_in(self, data: bytes | memoryview) -> None:
        assert isinstance(data, bytes)
        self._on_bytes(data)

    def _writable(self) -> None:
        try:
            while self._unsent:
                sent = os.write(self._fd, self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            self._is_full = True
            self._loop.add_writer(self._fd, self._writable)
            return
        except OSError as error:
            self._lose(str(error))
            return
        if self._is_full:
            self._is_full = False
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

    def _read(self) -> memoryview:
        self._incoming.took(os.readv(self._fd, [self._incoming.free]))
        return self._incoming.view

    def _hand_in(self, data: bytes | memoryview) -> None:
        try:
            self._on_secret(self._incoming.view)
        finally:
            self._incoming.wipe()


def _nothing_in_clear(data: bytes) -> None:
    raise TypeError("expected no bytes outside of locked memory")
