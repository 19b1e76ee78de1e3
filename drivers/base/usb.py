"""A HID device behind pyusb: found by its numbers, claimed, read in a thread, gone when it is gone.

pyusb blocks, so two threads wait instead of the loop: one for input reports, one for feature
reports. What they bring is called back in the loop, as a view that is wiped afterwards (M10).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.base.faults import LinkLost
from drivers.base.transfers import LONGEST, Pipe, TransferReader, header

READ_WAIT = 500  # ms; how long a closed transport may still hold the device
CONTROL_WAIT = 1000  # ms for one feature report
HID_CLASS = 3
# HID 1.11, 7.2: Set_Report and Get_Report of feature report 0
SET_REPORT, GET_REPORT, FEATURE_REPORT = 0x09, 0x01, 0x0300
TO_INTERFACE, FROM_INTERFACE = 0x21, 0xA1


@dataclass(frozen=True)
class UsbAddress:
    """Which device: an empty serial is any, as long as there is but one."""

    vendor: int
    product: int
    serial: str = ""

    def __str__(self) -> str:
        return f"USB {self.vendor:04x}:{self.product:04x}" + (self.serial and f" {self.serial}")


@dataclass(frozen=True)
class Claimed:
    """A device whose HID interface is ours."""

    device: Any
    interface: int
    endpoint: int


def claim(address: UsbAddress, backend: Any = None) -> Claimed:
    """Find the device, take it from the kernel's driver, claim it. Blocks; raises LinkLost."""
    try:
        device = _find(address, backend)
        claimed = _hid_interface(device, address)
        if device.is_kernel_driver_active(claimed.interface):
            device.detach_kernel_driver(claimed.interface)
        usb.util.claim_interface(device, claimed.interface)
    except usb.core.NoBackendError as error:
        raise LinkLost(f"{address}: {error}; is libusb-1.0-0 installed?") from None
    except usb.core.USBError as error:
        raise LinkLost(f"{address}: {error}") from None
    return claimed


def _find(address: UsbAddress, backend: Any) -> Any:
    found = usb.core.find(
        find_all=True, idVendor=address.vendor, idProduct=address.product, backend=backend
    )
    named = [each for each in found if _is_called(each, address.serial)]
    if not named:
        raise LinkLost(f"{address}: not plugged in")
    if len(named) > 1:
        raise LinkLost(f"{address}: {len(named)} of them; name one by its serial number")
    return named[0]


def _is_called(device: Any, serial: str) -> bool:
    """A device whose strings cannot be read (no permission, or it has none) has no name."""
    if not serial:
        return True
    try:
        return bool(usb.util.get_string(device, device.iSerialNumber) == serial)
    except ValueError:
        return False


def _hid_interface(device: Any, address: UsbAddress) -> Claimed:
    """The first HID interface with an interrupt endpoint in."""
    for interface in device.get_active_configuration():
        if interface.bInterfaceClass != HID_CLASS:
            continue
        for endpoint in interface:
            is_in = usb.util.endpoint_direction(endpoint.bEndpointAddress) == usb.util.ENDPOINT_IN
            kind = usb.util.endpoint_type(endpoint.bmAttributes)
            if is_in and kind == usb.util.ENDPOINT_TYPE_INTR:
                return Claimed(device, interface.bInterfaceNumber, endpoint.bEndpointAddress)
    raise LinkLost(f"{address}: expected a HID interface that sends reports, found none")


class UsbTransport:
    """A claimed device in the running loop. Speaks `transfers.py` with its protocol."""

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
        self._orders: queue.SimpleQueue[tuple[Pipe, bytes] | None] = queue.SimpleQueue()
        self._outgoing = TransferReader()
        self._reader = threading.Thread(target=self._read_reports, daemon=True)
        self._controller = threading.Thread(target=self._carry_orders, daemon=True)
        self._reader.start()
        self._controller.start()

    def write(self, data: bytes) -> None:
        """Feature reports, framed, and whole: a protocol writes no half ones."""
        for transfer in self._outgoing.feed(data, self._loop.time()):
            self._orders.put((transfer.pipe, bytes(transfer.data)))

    def close(self) -> None:
        """At once; the device is let go by the threads, within READ_WAIT."""
        self._closing.set()
        self._orders.put(None)

    # --- in threads ------------------------------------------------------------------------

    def _read_reports(self) -> None:
        device, endpoint = self._claimed.device, self._claimed.endpoint
        while not self._closing.is_set():
            room = array("B", bytes(LONGEST))
            try:
                count = device.read(endpoint, room, READ_WAIT)
            except usb.core.USBTimeoutError:
                continue
            except usb.core.USBError as error:
                self._lose(error)
            else:
                self._hand_in(Pipe.INPUT, room, count)
        self._controller.join()
        usb.util.dispose_resources(device)

    def _carry_orders(self) -> None:
        while (order := self._orders.get()) is not None and not self._closing.is_set():
            try:
                self._carry(*order)
            except usb.core.USBError as error:
                self._lose(error)

    def _carry(self, pipe: Pipe, data: bytes) -> None:
        device, interface = self._claimed.device, self._claimed.interface
        if pipe is Pipe.SET_FEATURE:
            device.ctrl_transfer(
                TO_INTERFACE, SET_REPORT, FEATURE_REPORT, interface, data, CONTROL_WAIT
            )
        elif pipe is Pipe.GET_FEATURE:
            room = array("B", bytes(int.from_bytes(data)))
            count = device.ctrl_transfer(
                FROM_INTERFACE, GET_REPORT, FEATURE_REPORT, interface, room, CONTROL_WAIT
            )
            self._hand_in(Pipe.FEATURE, room, count)

    def _hand_in(self, pipe: Pipe, room: array[int], count: int) -> None:
        if not self._closing.is_set():
            self._loop.call_soon_threadsafe(self._arrived, pipe, room, count)

    def _lose(self, error: usb.core.USBError) -> None:
        if not self._closing.is_set():
            self._closing.set()
            self._orders.put(None)
            self._loop.call_soon_threadsafe(self._on_lost, LinkLost(f"{self._name}: {error}"))

    # --- in the loop -----------------------------------------------------------------------

    def _arrived(self, pipe: Pipe, room: array[int], count: int) -> None:
        try:
            if not self._closing.is_set():
                self._on_secret(memoryview(header(pipe, count)))
                self._on_secret(memoryview(room)[:count])
        finally:
            room[:] = array("B", bytes(len(room)))
