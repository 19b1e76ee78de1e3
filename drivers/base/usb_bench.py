"""USB devices that live in another process: a back end of pyusb on the socket of kiosk-bench.

The driver is a process of its own and finds its device through pyusb as ever; only the back end
below is ours instead of libusb. It plays what the kernel and libusb do: descriptors, a kernel
driver that holds the interface, interrupt transfers with time-outs, and ENODEV when the cable is
pulled. What goes through the socket are the transfers of `transfers.py`.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import socket
import threading
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from drivers.base.transfers import LONGEST, Pipe, TransferReader, UsbIdentity, framed
from drivers.base.usb import (
    GET_DEVICE_ID,
    GET_PORT_STATUS,
    GET_REPORT,
    HID_CLASS,
    PRINTER_CLASS,
    SET_REPORT,
)

INTERRUPT_IN, BULK_OUT, BULK_IN = 0x81, 0x01, 0x82
BULK, INTERRUPT = 2, 3  # endpoint types
READER_ENDPOINTS = ((INTERRUPT_IN, INTERRUPT),)
PRINTER_ENDPOINTS = ((BULK_OUT, BULK), (BULK_IN, BULK))
PACKET = 64  # bytes; full speed
DESCRIBES_WITHIN = 2.0  # seconds
GET_DESCRIPTOR, STRING = 0x06, 0x03  # USB 2.0, 9.4.3
ENGLISH = bytes((4, STRING, 0x09, 0x04))  # the one language a device speaks
MAKER, MODEL, SERIAL = 1, 2, 3  # string indices
READ_SIZE = 4096


class Plugged:
    """The host's end of one plugged-in device."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when nothing is plugged in there."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self.is_gone = threading.Event()
        self._inbox: dict[Pipe, queue.Queue[bytes | None]] = {pipe: queue.Queue() for pipe in Pipe}
        threading.Thread(target=self._listen, daemon=True).start()
        self.identity = msgspec.json.decode(
            self.take(Pipe.DESCRIBED, DESCRIBES_WITHIN), type=UsbIdentity
        )
        self.is_printer = bool(self.identity.device_id)
        # Who has the interface: the kernel takes every reader and every printer.
        self.holder = "usblp" if self.is_printer else "usbhid"

    @property
    def endpoints(self) -> tuple[tuple[int, int], ...]:
        """Address and type of each."""
        return PRINTER_ENDPOINTS if self.is_printer else READER_ENDPOINTS

    def send(self, pipe: Pipe, data: bytes) -> None:
        try:
            self._socket.sendall(framed(pipe, data))
        except OSError:
            raise no_such_device() from None

    def take(self, pipe: Pipe, seconds: float) -> bytes:
        """Raises USBTimeoutError, and USBError ENODEV once the cable is pulled."""
        try:
            data = self._inbox[pipe].get(timeout=seconds)
        except queue.Empty:
            raise USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT) from None
        if data is None:
            self._inbox[pipe].put(None)
            raise no_such_device()
        return data

    def close(self) -> None:
        self.is_gone.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        reader = TransferReader()
        with contextlib.suppress(OSError):
            while data := self._socket.recv(READ_SIZE):
                for transfer in reader.feed(data, time.monotonic()):
                    self._inbox[transfer.pipe].put(bytes(transfer.data))
        self.is_gone.set()
        for inbox in self._inbox.values():
            inbox.put(None)


def no_such_device() -> USBError:
    return USBError("No such device (it may have been disconnected)", None, errno.ENODEV)


class BenchBackend(IBackend):  # type: ignore[misc]  # pyusb carries no types
    """pyusb's back end for the one device at `path`. Names and shapes are pyusb's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._plugged: Plugged | None = None

    # --- the bus -------------------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[Plugged]:
        if self._plugged is None or self._plugged.is_gone.is_set():
            self._plugged = None
            with contextlib.suppress(OSError):
                self._plugged = Plugged(self._path)
        if self._plugged is not None:
            yield self._plugged

    def get_device_descriptor(self, dev: Plugged) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=PACKET, idVendor=dev.identity.vendor,
            idProduct=dev.identity.product, bcdDevice=0x0100, iManufacturer=MAKER, iProduct=MODEL,
            iSerialNumber=SERIAL, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Plugged, config: int) -> Any:
        _only(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=34, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Plugged, intf: int, alt: int, config: int) -> Any:
        _only(intf, alt, config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=len(dev.endpoints), iInterface=0, extra_descriptors=[],
            bInterfaceClass=PRINTER_CLASS if dev.is_printer else HID_CLASS,
            bInterfaceSubClass=1 if dev.is_printer else 0,
            bInterfaceProtocol=2 if dev.is_printer else 0,
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: Plugged, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        _only(intf, alt, config)
        address, kind = dev.endpoints[ep]  # IndexError ends pyusb's counting
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=kind,
            wMaxPacketSize=PACKET, bInterval=1, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # --- one device ----------------------------------------------------------------------------

    def open_device(self, dev: Plugged) -> Plugged:
        if dev.is_gone.is_set():
            raise no_such_device()
        return dev

    def close_device(self, dev_handle: Plugged) -> None:
        """As libusb: another may open it again."""
        dev_handle.close()

    def get_configuration(self, dev_handle: Plugged) -> int:
        return 1

    def set_configuration(self, dev_handle: Plugged, config_value: int) -> None: ...

    def is_kernel_driver_active(self, dev_handle: Plugged, intf: int) -> bool:
        return dev_handle.holder.startswith("usb")

    def detach_kernel_driver(self, dev_handle: Plugged, intf: int) -> None:
        dev_handle.holder = ""

    def claim_interface(self, dev_handle: Plugged, intf: int) -> None:
        if dev_handle.holder:
            raise USBError("Resource busy", None, errno.EBUSY)
        dev_handle.holder = "us"

    def release_interface(self, dev_handle: Plugged, intf: int) -> None:
        dev_handle.holder = ""

    # --- transfers -----------------------------------------------------------------------------

    def intr_read(
        self, dev_handle: Plugged, ep: int, intf: int, buff: array[int], timeout: int
    ) -> int:
        _claimed(dev_handle)
        return _fill(buff, dev_handle.take(Pipe.INPUT, timeout / 1000))

    bulk_read = intr_read

    def bulk_write(
        self, dev_handle: Plugged, ep: int, intf: int, data: array[int], timeout: int
    ) -> int:
        """At most one of our transfers at a time: the rest is a short write."""
        _claimed(dev_handle)
        taken = data[:LONGEST].tobytes()
        dev_handle.send(Pipe.OUTPUT, taken)
        return len(taken)

    def ctrl_transfer(
        self, dev_handle: Plugged, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
        data: array[int], timeout: int,
    ) -> int:  # fmt: skip
        """Strings, feature reports of readers, questions to printers; anything else stalls."""
        if bRequest == GET_DESCRIPTOR and wValue >> 8 == STRING:
            return _fill(data, _string(dev_handle.identity, wValue & 0xFF))
        if bRequest == SET_REPORT and not dev_handle.is_printer:
            _claimed(dev_handle)
            dev_handle.send(Pipe.SET_FEATURE, data.tobytes())
            return len(data)
        if bRequest == GET_REPORT and not dev_handle.is_printer:
            _claimed(dev_handle)
            dev_handle.send(Pipe.GET_FEATURE, len(data).to_bytes(2))
            return _fill(data, dev_handle.take(Pipe.FEATURE, timeout / 1000))
        if dev_handle.is_printer and bRequest == GET_PORT_STATUS:
            dev_handle.send(Pipe.ASK_PORT, b"")
            return _fill(data, dev_handle.take(Pipe.PORT, timeout / 1000))
        if dev_handle.is_printer and bRequest == GET_DEVICE_ID:
            text = dev_handle.identity.device_id.encode("ascii")
            return _fill(data, (len(text) + 2).to_bytes(2) + text)
        raise USBError("Pipe error", None, errno.EPIPE)


def _only(*indices: int) -> None:
    """pyusb counts until it is told that there is no more."""
    if any(indices):
        raise IndexError(f"expected 0, got {indices}")


def _claimed(device: Plugged) -> None:
    if device.holder != "us":
        raise USBError("Access denied: claim the interface first", None, errno.EACCES)


def _fill(room: array[int], data: bytes) -> int:
    count = min(len(room), len(data))
    room[:count] = array("B", data[:count])
    return count


def _string(identity: UsbIdentity, index: int) -> bytes:
    """A string descriptor: length, type, UTF-16."""
    texts = {MAKER: identity.maker, MODEL: identity.model, SERIAL: identity.serial}
    if index == 0:
        return ENGLISH
    text = texts.get(index, "").encode("utf-16-le")
    return bytes((len(text) + 2, STRING)) + text
