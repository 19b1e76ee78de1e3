"""A claimed USB device in the running loop: its transfers come and go as those of `transfers.py`.

pyusb blocks, so each direction has a thread. A printer that takes nothing (it is offline, or its
buffer is full) keeps only the writing thread waiting: its port can be asked all the while.
"""

from __future__ import annotations

import asyncio
import errno
import queue
import threading
from array import array
from collections.abc import Callable

import usb.core
import usb.util

from drivers.base.faults import LinkLost
from drivers.base.transfers import LONGEST, Pipe, TransferReader, header
from drivers.base.usb import (
    CONTROL_WAIT,
    EMPTY_PAUSE,
    FEATURE_REPORT,
    FROM_INTERFACE,
    GET_PORT_STATUS,
    GET_REPORT,
    READ_WAIT,
    SET_REPORT,
    TO_INTERFACE,
    WRITE_WAIT,
    Claimed,
)

Orders = queue.SimpleQueue[tuple[Pipe, bytes] | None]


class UsbTransport:
    """Speaks `transfers.py` with its protocol."""

    def __init__(
        self,
        claimed: Claimed,
        name: str,
        on_secret: Callable[[memoryview], None],
        on_lost: Callable[[LinkLost], None],
    ) -> None:
        self._claimed, self._name = claimed, name
        self._on_secret, self._on_lost = on_secret, on_lost
        self._loop = asyncio.get_running_loop()
        self._closing = threading.Event()
        self._dropping = threading.Event()  # what the writer holds is not wanted any more
        self._controls: Orders = queue.SimpleQueue()
        self._writes: Orders = queue.SimpleQueue()
        self._outgoing = TransferReader()
        self._others = [self._thread(self._carry_orders, self._controls)]
        if claimed.out:
            self._others.append(self._thread(self._carry_orders, self._writes))
        self._thread(self._read)

    def _thread(self, work: Callable[..., None], *arguments: Orders) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        return thread

    def write(self, data: bytes) -> None:
        """Transfers, framed, and whole: a protocol writes no half ones."""
        for transfer in self._outgoing.feed(data, self._loop.time()):
            if transfer.pipe is Pipe.DROP:
                self._drop()
            else:
                orders = self._writes if transfer.pipe is Pipe.OUTPUT else self._controls
                orders.put((transfer.pipe, bytes(transfer.data)))

    def close(self) -> None:
        """At once; the device is let go by the threads, within READ_WAIT."""
        self._closing.set()
        self._controls.put(None)
        self._writes.put(None)

    def _drop(self) -> None:
        self._dropping.set()
        self._writes.put((Pipe.DROP, b""))

    # --- in threads ------------------------------------------------------------------------

    def _read(self) -> None:
        device, endpoint = self._claimed.device, self._claimed.endpoint
        while not self._closing.is_set():
            room = array("B", bytes(LONGEST))
            try:
                count = device.read(endpoint, room, READ_WAIT)
            except usb.core.USBTimeoutError:
                continue
            except usb.core.USBError as error:
                self._lose(error)
                continue
            if count:
                self._hand_in(Pipe.INPUT, room, count)
            else:
                self._closing.wait(EMPTY_PAUSE)
        for thread in self._others:
            thread.join()
        usb.util.dispose_resources(device)

    def _carry_orders(self, orders: Orders) -> None:
        while (order := orders.get()) is not None and not self._closing.is_set():
            try:
                self._carry(*order)
            except usb.core.USBError as error:
                self._lose(error)

    def _carry(self, pipe: Pipe, data: bytes) -> None:
        device, interface = self._claimed.device, self._claimed.interface
        match pipe:
            case Pipe.SET_FEATURE:
                device.ctrl_transfer(
                    TO_INTERFACE, SET_REPORT, FEATURE_REPORT, interface, data, CONTROL_WAIT
                )
            case Pipe.GET_FEATURE:
                room = array("B", bytes(int.from_bytes(data)))
                count = device.ctrl_transfer(
                    FROM_INTERFACE, GET_REPORT, FEATURE_REPORT, interface, room, CONTROL_WAIT
                )
                self._hand_in(Pipe.FEATURE, room, count)
            case Pipe.ASK_PORT:
                self._ask_port()
            case Pipe.OUTPUT:
                self._write_out(data)
            case _:
                self._dropping.clear()  # all that was asked before it is forgotten

    def _ask_port(self) -> None:
        """A printer that does not know the request stalls it, or is too busy: it says nothing."""
        room, count = array("B", bytes(1)), 0
        try:
            count = self._claimed.device.ctrl_transfer(
                FROM_INTERFACE, GET_PORT_STATUS, 0, self._claimed.interface, room, CONTROL_WAIT
            )
        except usb.core.USBError as error:
            if error.errno == errno.ENODEV:
                raise
        self._hand_in(Pipe.PORT, room, count)

    def _write_out(self, data: bytes) -> None:
        """As much at a time as the printer takes: a transfer may be short, or wait for paper."""
        while data and not self._closing.is_set() and not self._dropping.is_set():
            try:
                sent = self._claimed.device.write(self._claimed.out, data, WRITE_WAIT)
            except usb.core.USBTimeoutError:
                continue
            data = data[sent:]

    def _hand_in(self, pipe: Pipe, room: array[int], count: int) -> None:
        if not self._closing.is_set():
            self._loop.call_soon_threadsafe(self._arrived, pipe, room, count)

    def _lose(self, error: usb.core.USBError) -> None:
        """The first thread that finds out says so, and the others end, too."""
        if not self._closing.is_set():
            self.close()
            self._loop.call_soon_threadsafe(self._on_lost, LinkLost(f"{self._name}: {error}"))

    # --- in the loop -----------------------------------------------------------------------

    def _arrived(self, pipe: Pipe, room: array[int], count: int) -> None:
        try:
            if not self._closing.is_set():
                self._on_secret(memoryview(header(pipe, count)))
                self._on_secret(memoryview(room)[:count])
        finally:
            room[:] = array("B", bytes(len(room)))
