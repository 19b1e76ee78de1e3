"""The whole road of a USB reader: pyusb, a back end that plays libusb, the bench's socket."""

from __future__ import annotations

import asyncio
import errno
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import usb.core
import usb.util

from drivers.base.bench import EmulatedUsbDevice
from drivers.base.faults import LinkLost
from drivers.base.usb import UsbAddress, claim
from drivers.base.usb_bench import INTERRUPT_IN, BenchBackend, Plugged
from drivers.magnesafe.codec import PRODUCT, VENDOR
from drivers.magnesafe.emulator import MagneSafeEmulator
from firmware.contract.card import Arm, CardSwiped
from firmware.contract.device import Status
from tests.drivers.listener import Listener, running
from tests.drivers.magnesafe.stage import make_reader, opened
from tests.drivers.magstripe.stage import SESSION

ADDRESS = UsbAddress(VENDOR, PRODUCT)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the tests is not to be locked into memory; test_memory.py asks for that."""
    monkeypatch.setattr("drivers.magnesafe.driver.guard_process", lambda: None)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[EmulatedUsbDevice]:
    device = EmulatedUsbDevice(
        MagneSafeEmulator(speed=5.0, serial="B1A2"), tmp_path / "dev" / "card"
    )
    device.plug()
    yield device
    device.unplug()


@pytest.mark.usefixtures("unguarded")
async def test_unplugged_in_the_middle_of_a_visit_and_back(
    tmp_path: Path, bench: EmulatedUsbDevice
) -> None:
    device = make_reader(tmp_path, str(tmp_path / "dev" / "card"))
    async with running(Listener(device)) as listener:
        await listener.until_status(Status.READY)
        assert device.state().identity.serial == "B1A2"
        device.on_command(Arm(SESSION, 10.0))
        bench.hand("unplug", {})
        await listener.until_status(Status.GONE)
        assert not device.is_armed
        bench.hand("plug", {})
        await listener.until_status(Status.READY)
        device.on_command(Arm(SESSION, 10.0))
        bench.hand("swipe", {"card": "visa"})
        await listener.until(lambda: bool(listener.told))
    [card], [sealed] = listener.told, listener.sealed
    assert isinstance(card, CardSwiped) and card.masked_pan == "4111********1111"
    assert opened(sealed)["2"].startswith(b";4111111111111111=")


@pytest.mark.usefixtures("unguarded")
async def test_a_reader_that_never_was_there_is_gone_not_starting(tmp_path: Path) -> None:
    device = make_reader(tmp_path, str(tmp_path / "nothing"))
    async with running(Listener(device)) as listener:
        await listener.until_status(Status.GONE)
    assert [fault.code for fault in device.state().faults] == ["card.link.lost"]


async def test_the_kernel_holds_the_interface_until_it_is_taken_from_it(
    tmp_path: Path, bench: EmulatedUsbDevice
) -> None:
    backend = BenchBackend(tmp_path / "dev" / "card")

    def look() -> tuple[int, int]:
        device = usb.core.find(backend=backend, idVendor=VENDOR, idProduct=PRODUCT)
        with pytest.raises(usb.core.USBError) as busy:
            usb.util.claim_interface(device, 0)
        claimed = claim(ADDRESS, backend)
        with pytest.raises(usb.core.USBTimeoutError):
            claimed.device.read(claimed.endpoint, 64, 10)
        return int(busy.value.errno), claimed.endpoint

    assert await asyncio.to_thread(look) == (errno.EBUSY, INTERRUPT_IN)


class Nameless(BenchBackend):
    """A device whose strings nobody may read, as without the udev rule."""

    def ctrl_transfer(
        self, dev_handle: Plugged, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
        data: array[int], timeout: int,
    ) -> int:  # fmt: skip
        raise usb.core.USBError("Access denied", None, errno.EACCES)


@pytest.mark.parametrize("serial", ["", "B1A2"])
async def test_a_reader_whose_name_cannot_be_read(
    tmp_path: Path, bench: EmulatedUsbDevice, serial: str
) -> None:
    """Without a name it is the only one there is; with one, it is not it."""
    backend, address = Nameless(tmp_path / "dev" / "card"), UsbAddress(VENDOR, PRODUCT, serial)
    if serial:
        with pytest.raises(LinkLost):
            await asyncio.to_thread(claim, address, backend)
    else:
        await asyncio.to_thread(claim, address, backend)


async def test_a_pulled_cable_is_no_such_device(tmp_path: Path, bench: EmulatedUsbDevice) -> None:
    backend = BenchBackend(tmp_path / "dev" / "card")
    claimed = await asyncio.to_thread(claim, ADDRESS, backend)
    bench.hand("unplug", {})

    def read() -> int:
        with pytest.raises(usb.core.USBError) as gone:
            claimed.device.read(claimed.endpoint, 64, 5000)
        return int(gone.value.errno)

    assert await asyncio.to_thread(read) == errno.ENODEV


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (UsbAddress(VENDOR, PRODUCT, "B1A2"), ""),
        (UsbAddress(VENDOR, PRODUCT, "OTHER"), "USB 0801:0011 OTHER: not plugged in"),
        (UsbAddress(VENDOR, 0x0002), "USB 0801:0002: not plugged in"),
    ],
)
async def test_a_reader_is_found_by_its_numbers_and_its_serial(
    tmp_path: Path, bench: EmulatedUsbDevice, address: UsbAddress, expected: str
) -> None:
    backend, said = BenchBackend(tmp_path / "dev" / "card"), ""
    try:
        await asyncio.to_thread(claim, address, backend)
    except LinkLost as error:
        said = str(error)
    assert said == expected
