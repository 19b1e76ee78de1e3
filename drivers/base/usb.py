"""A device behind pyusb: found by its numbers, claimed, read in a thread, gone when it is gone.

pyusb blocks, so threads wait instead of the loop: one for what comes in, one for control requests,
and for a printer one for what goes out. What they bring is called back in the loop, as a view that
is wiped afterwards (M10). Of a device we want one interface: that of a card reader (HID), or that
of a printer with a way back (USB Printing Devices 1.1, class 7, subclass 1, protocol 2).
"""

from __future__ import annotations

import contextlib
import errno
import re
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.base.faults import LinkLost

READ_WAIT = 500  # ms; how long a closed transport may still hold the device
WRITE_WAIT = 500  # ms for one bulk transfer; a printer that is offline may take nothing at all
CONTROL_WAIT = 1000  # ms for one control request
EMPTY_PAUSE = 0.02  # seconds after a transfer without a byte: some printers answer so at once
HID_CLASS, PRINTER_CLASS = 3, 7
# HID 1.11, 7.2: Set_Report and Get_Report of feature report 0
SET_REPORT, GET_REPORT, FEATURE_REPORT = 0x09, 0x01, 0x0300
TO_INTERFACE, FROM_INTERFACE = 0x21, 0xA1
# USB Printing Devices 1.1, 4.2: class requests
GET_DEVICE_ID, GET_PORT_STATUS = 0x00, 0x01
LONGEST_ID = 1024  # bytes of a device id; real ones have two hundred


@dataclass(frozen=True)
class UsbAddress:
    """Which device: an empty serial is any, as long as there is but one."""

    vendor: int
    product: int
    serial: str = ""

    @classmethod
    def of(cls, port: str) -> UsbAddress | None:
        """From `usb:04b8:0202` or `usb:04b8:0202:SERIAL`; None for what is no such thing."""
        found = re.fullmatch(r"usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?", port, re.IGNORECASE)
        if found is None:
            return None
        return cls(int(found[1], 16), int(found[2], 16), found[3] or "")

    @property
    def port(self) -> str:
        return f"usb:{self.vendor:04x}:{self.product:04x}" + (self.serial and f":{self.serial}")

    def __str__(self) -> str:
        return f"USB {self.vendor:04x}:{self.product:04x}" + (self.serial and f" {self.serial}")


@dataclass(frozen=True)
class Wanted:
    """Which interface of a device we drive, as its descriptors name it; None is any."""

    words: str
    numbers: tuple[int, int | None, int | None]  # class, subclass, protocol
    reads_by: int  # kind of the endpoint in
    writes: bool  # whether there must be a bulk endpoint out

    def fits(self, interface: Any) -> bool:
        found = _numbers(interface)
        pairs = zip(self.numbers, found, strict=True)
        return all(wanted is None or wanted == number for wanted, number in pairs)


READER = Wanted(
    "a HID interface that sends reports",
    (HID_CLASS, None, None),
    usb.util.ENDPOINT_TYPE_INTR,
    writes=False,
)
PRINTER = Wanted(
    "a printer interface with a way back (7/1/2)",
    (PRINTER_CLASS, 1, 2),
    usb.util.ENDPOINT_TYPE_BULK,
    writes=True,
)


@dataclass(frozen=True)
class Claimed:
    """A device one interface of which is ours. `out` is 0 where nothing is written."""

    device: Any
    interface: int
    endpoint: int
    out: int = 0


def claim(address: UsbAddress, backend: Any = None, wanted: Wanted = READER) -> Claimed:
    """Find the device, take it from the kernel's driver, claim it. Blocks; raises LinkLost."""
    try:
        device = _find(address, backend)
        claimed = _interface(device, address, wanted)
        if device.is_kernel_driver_active(claimed.interface):
            device.detach_kernel_driver(claimed.interface)
        usb.util.claim_interface(device, claimed.interface)
    except usb.core.NoBackendError as error:
        raise LinkLost(f"{address}: {error}; is libusb-1.0-0 installed?") from None
    except usb.core.USBError as error:
        raise LinkLost(f"{address}: {error}") from None
    return claimed


def plugged(wanted: Wanted) -> list[UsbAddress]:
    """Every device with such an interface; none where there is no libusb. Blocks."""
    found = []
    with contextlib.suppress(usb.core.NoBackendError, usb.core.USBError):
        for device in usb.core.find(find_all=True):
            interfaces = device.get_active_configuration()
            if any(wanted.fits(interface) for interface in interfaces):
                found.append(UsbAddress(device.idVendor, device.idProduct))
    return list(dict.fromkeys(found))


def device_id(claimed: Claimed) -> dict[str, str]:
    """What a printer says of itself (IEEE 1284): MFG, MDL, CMD and more; empty if it does not.

    Blocks; raises LinkLost where the printer is gone meanwhile.
    """
    index = claimed.interface << 8  # and alternate setting 0
    try:
        raw = claimed.device.ctrl_transfer(
            FROM_INTERFACE, GET_DEVICE_ID, 0, index, LONGEST_ID, CONTROL_WAIT
        )
    except usb.core.USBError as error:
        if error.errno == errno.ENODEV:
            raise LinkLost(f"the printer is gone: {error}") from None
        return {}
    return read_device_id(bytes(raw))


def read_device_id(raw: bytes) -> dict[str, str]:
    """Two bytes of length, big endian and counted with them, then `KEY:value;` pairs."""
    fields = raw[2 : int.from_bytes(raw[:2])].decode("ascii", "replace").split(";")
    pairs = [field.partition(":") for field in fields if ":" in field]
    return {_KEYS.get(key.strip(), key.strip()): value.strip() for key, _, value in pairs}


_KEYS = {"MANUFACTURER": "MFG", "MODEL": "MDL", "COMMAND SET": "CMD", "SERN": "SN"}


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


def _interface(device: Any, address: UsbAddress, wanted: Wanted) -> Claimed:
    """The first one that fits and has the endpoints."""
    found = []
    for interface in device.get_active_configuration():
        found.append("/".join(map(str, _numbers(interface))))
        if not wanted.fits(interface):
            continue
        way_in = _endpoint(interface, usb.util.ENDPOINT_IN, wanted.reads_by)
        out = _endpoint(interface, usb.util.ENDPOINT_OUT, usb.util.ENDPOINT_TYPE_BULK)
        if way_in and (out or not wanted.writes):
            return Claimed(device, interface.bInterfaceNumber, way_in, out)
    raise LinkLost(
        f"{address}: expected {wanted.words}, got {_called(device)} with {', '.join(found)}"
    )


def _numbers(interface: Any) -> tuple[int, int, int]:
    return (
        interface.bInterfaceClass,
        interface.bInterfaceSubClass,
        interface.bInterfaceProtocol,
    )


def _endpoint(interface: Any, direction: int, kind: int) -> int:
    """The address of the first one of this sort; 0 for none."""
    for endpoint in interface:
        is_that = usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction
        if is_that and usb.util.endpoint_type(endpoint.bmAttributes) == kind:
            return int(endpoint.bEndpointAddress)
    return 0


def _called(device: Any) -> str:
    """Maker and model, where the device says them and may be asked."""
    words = []
    for index in (device.iManufacturer, device.iProduct):
        with contextlib.suppress(ValueError, usb.core.USBError):
            words.append(usb.util.get_string(device, index) or "")
    return " ".join(filter(None, words)) or "a device without a name"
