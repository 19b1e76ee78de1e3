"""`kioskctl device scan PORT`: which known device is at a serial port, or at `usb:04b8:0202`, or
behind a service of this machine, `http://127.0.0.1`.

Each family's own driver is started on the port, without a lease and with an empty folder: it takes
no money and prints nothing. Who answers as itself is found. Printers are tried first, because what
is a frame to an acceptor would be letters to them.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import usb.util
from serial.tools import list_ports

from drivers.base.device import WireDevice
from drivers.base.faults import LinkLost
from drivers.base.transport import SerialTransport
from drivers.base.usb import PRINTER, UsbAddress, claim, plugged
from firmware.contract.device import DeviceEvent, DeviceState, Kind, Status
from firmware.runtime.config import DeviceSection

PATIENCE = 4.0  # seconds a family; the slowest start-up takes three
LINKS = (Path("/dev/kiosk"), Path("/dev/serial/by-path"), Path("/dev/serial/by-id"))
EXIT_NOTHING = 1


@dataclass(frozen=True)
class Found:
    """Who answered at `port`."""

    family: str
    port: str
    kind: Kind
    options: dict[str, Any]
    state: DeviceState

    def section(self) -> str:
        """For `kiosk.toml`."""
        who = self.state.identity
        words = " ".join(word for word in (who.maker, who.model, who.firmware) if word)
        lines = [
            f"# {words}, serial {who.serial or 'unknown'}",
            f"[device.{self.kind}]",
            f'family = "{self.family}"',
            f'kind = "{self.kind}"',
            f'port = "{"" if UsbAddress.of(self.port) else stable_name(self.port)}"',
        ]
        if self.options:
            lines += ["", f"[device.{self.kind}.options]"]
            lines += [f"{key} = {_toml(value)}" for key, value in self.options.items()]
        return "\n".join(lines)


class Onlooker:
    """The host of a driver that is only looked at."""

    def __init__(self) -> None:
        self.moved = asyncio.Event()

    def tell(self, event: DeviceEvent) -> None:
        """Nobody takes money here."""

    def changed(self) -> None:
        self.moved.set()


def families() -> list[tuple[str, type[WireDevice[Any, Any]]]]:
    """Every family with a serial wire, the printers first."""
    wired = [(name, each) for name, each in _known() if not each.usual_uri]
    return sorted(wired, key=lambda pair: (pair[1].kind is not Kind.RECEIPT, pair[0]))


def _known() -> list[tuple[str, type[WireDevice[Any, Any]]]]:
    """Every family that can be found by a scan."""
    found = [(point.name, point.load()) for point in entry_points(group="kiosk.drivers")]
    return [(name, each) for name, each in found if getattr(each, "kind", None) is not None]


async def scan(port: str) -> Found | None:
    """The first family whose device answers at `port`; raises LinkLost when it cannot be opened."""
    if (address := UsbAddress.of(port)) is not None:
        return await _scan_usb(address)
    if "://" in port:
        return await _scan_uri(port)
    SerialTransport(port, lambda data: None, lambda error: None).close()
    for name, family in families():
        section = DeviceSection(name, family.kind, port, family.usual_options)
        if (state := await _try(family, section)) is not None:
            return Found(name, port, family.kind, family.usual_options, state)
    return None


async def _scan_uri(uri: str) -> Found | None:
    """The same behind a service; without a port in it, at whichever the family's services use."""
    asked = urlsplit(uri)
    for name, family in _known():
        usual = urlsplit(family.usual_uri)
        if not family.usual_uri or (asked.scheme, asked.hostname) != (usual.scheme, usual.hostname):
            continue
        port = uri if asked.port is not None else ""
        section = DeviceSection(name, family.kind, port, family.usual_options)
        if (state := await _try(family, section)) is not None:
            return Found(name, port, family.kind, family.usual_options, state)
    return None


async def _scan_usb(address: UsbAddress) -> Found | None:
    """The same on USB; raises LinkLost, which names what is there, where no family wants it."""
    problem = LinkLost(f"{address}: expected a printer, found no family for it")
    for name, family in families():
        if family.usb_interface is None:
            continue
        numbers = {"vendor": address.vendor, "product": address.product}
        options = {"usb": "libusb", **numbers, "serial": address.serial}
        section = DeviceSection(name, family.kind, "", options)
        try:
            claimed = await asyncio.to_thread(claim, address, None, family.usb_interface)
        except LinkLost as error:
            problem = error
            continue
        usb.util.dispose_resources(claimed.device)
        state = await _try(family, section)
        if state is not None:
            return Found(name, address.port, family.kind, options, state)
        return None
    raise problem


async def _try(family: type[WireDevice[Any, Any]], section: DeviceSection) -> DeviceState | None:
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        device = family("scan", section, Path(folder))
        device.host = onlooker = Onlooker()
        running = asyncio.create_task(device.run())
        try:
            async with asyncio.timeout(PATIENCE):
                while not is_itself(state := device.state()):
                    onlooker.moved.clear()
                    await onlooker.moved.wait()
                return state
        except TimeoutError:
            return None
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            device.close()


def is_itself(state: DeviceState) -> bool:
    """It answered as this family does, and its start-up is over; it may still be in trouble."""
    wrong = any(fault.code.endswith(".device.wrong") for fault in state.faults)
    return state.status not in (Status.STARTING, Status.GONE) and not wrong


def stable_name(port: str) -> str:
    """A name that stays with the socket or the device, when udev made one; else `port`."""
    there = Path(port).resolve()
    for folder in LINKS:
        for link in sorted(folder.glob("*")) if folder.is_dir() else []:
            if link.resolve() == there:
                return str(link)
    return port


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


async def _scan_all(ports: list[str]) -> int:
    is_any = False
    for port in ports:
        try:
            found = await scan(port)
        except LinkLost as error:
            say(f"# {error}; is its kiosk-driver still running?\n")
            continue
        is_any |= found is not None
        say(f"# {port}: nobody answered\n" if found is None else found.section() + "\n")
    return 0 if is_any else EXIT_NOTHING


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk-scan", description=__doc__.split("\n")[0])
    parser.add_argument("port", nargs="*", help="default: every serial port and USB printer here")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    ports = options.port or every_port()
    if not ports:
        say("no serial ports and no USB printers here")
    return asyncio.run(_scan_all(ports))


def every_port() -> list[str]:
    """The serial ports, and the printers on USB."""
    serial_ports = sorted(each.device for each in list_ports.comports())
    return serial_ports + [address.port for address in plugged(PRINTER)]


def say(line: str) -> None:
    print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
