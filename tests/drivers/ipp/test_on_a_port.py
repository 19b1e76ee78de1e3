"""Driver and emulator on a TCP port, as kiosk-bench plays it."""

from __future__ import annotations

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
from tests.drivers.ipp.kiosk import Kiosk
from tests.drivers.ipp.stage import pages_out, pdf
from tests.drivers.listener import running


async def test_the_cable_is_pulled_while_two_pages_come_out(tmp_path: Path) -> None:
    """Of a printer that closes the connection after every answer, too."""
    emulator = PagePrinterEmulator(speed=8, keeps=False, out_folder=str(tmp_path / "paper"))
    cable = EmulatedNetworkDevice(emulator, "ipp://127.0.0.1:0/ipp/print")
    cable.plug()
    here = Kiosk(tmp_path, f"ipp://127.0.0.1:{cable.address[1]}/ipp/print")
    try:
        async with running(here):
            await here.until_ready()
            here.order("a", pdf("a page 1", "a page 2"), 2)
            await here.until(lambda: bool(emulator.mechanism.jobs))
            cable.hand("unplug", {})
            await here.until_status(Status.GONE)
            cable.hand("plug", {})
            await here.until_told(DocumentPrinted("a", 2))
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
