"""Driver and emulator on a TCP port, as kiosk-bench plays it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from PIL import Image

from drivers.base.bench import EmulatedNetworkDevice
from drivers.base.network import host_and_port
from drivers.ipp.driver import PagePrinter
from drivers.ipp.emulator import PagePrinterEmulator
from firmware.contract.device import Kind, Status
from firmware.contract.document import DocumentPrinted
from firmware.runtime.config import ConfigError, DeviceSection
from tests.drivers.ipp.kiosk import kiosk
from tests.drivers.ipp.stage import pages_out, pdf


def bench(folder: Path) -> tuple[PagePrinterEmulator, EmulatedNetworkDevice, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        uri = f"ipp://127.0.0.1:{free.getsockname()[1]}/ipp/print"
    emulator = PagePrinterEmulator(speed=8, keeps=False, out_folder=str(folder / "paper"))
    return emulator, EmulatedNetworkDevice(emulator, uri), uri


async def test_the_cable_is_pulled_while_two_pages_come_out(tmp_path: Path) -> None:
    """Of a printer that closes the connection after every answer, too."""
    emulator, cable, uri = bench(tmp_path)
    cable.plug()
    try:
        async with kiosk(tmp_path, uri) as here:
            await here.until_ready()
            here.order("a", pdf("a page 1", "a page 2"), 2)
            await here.until(lambda state: bool(emulator.mechanism.jobs))
            cable.hand("unplug", {})
            await here.until(lambda state: state.status is Status.GONE)
            cable.hand("plug", {})
            await here.until(lambda state: DocumentPrinted("a", 2) in here.events)
        assert pages_out(emulator) == ["a page 1", "a page 2"]
    finally:
        cable.unplug()
    with Image.open(tmp_path / "paper" / "page-0001.png") as picture:
        assert min(picture.convert("L").tobytes()) < 64, "there is ink on it"


@pytest.mark.parametrize("port", ["", "/dev/usb/lp0", "192.168.7.2"])
def test_a_port_that_is_no_uri_is_an_error_of_the_configuration(tmp_path: Path, port: str) -> None:
    with pytest.raises(ConfigError, match=r"device\.page\.port: expected a URI"):
        PagePrinter("page", DeviceSection("ipp", Kind.PAGE, port), tmp_path)


def test_a_uri_without_a_port_is_that_of_ipp() -> None:
    assert host_and_port("ipp://printer.local/ipp/print", 631) == ("printer.local", 631)
    assert host_and_port("ipp://localhost:60000/ipp/print", 631) == ("localhost", 60000)
