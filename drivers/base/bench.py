"""`kiosk-bench`: every device of `kiosk.toml` emulated, each where its driver looks for it.

A serial device is a pty, one of the network a TCP port of the loopback. A USB device is a socket,
behind which `usb_bench.py` plays libusb. Devices that share a wire are behind the one pty that
`kiosk-party-line` opens.
Ships with the product: the demo, the training mode and the tests use the same emulators. One
socket takes the hands (firmware/runtime/bench.py has the other end). `unplug` and `plug` act on
the cable of any device that has one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import socket
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec

from drivers.base.emulated_wire import EmulatedWire
from drivers.base.emulator import Emulator
from drivers.base.network import host_and_port
from drivers.base.protocol import NEVER
from drivers.base.pty_port import READ_SIZE, PtyPort
from drivers.base.registry import find
from drivers.base.transfers import Pipe, framed
from firmware.runtime.bench import BenchRefused
from firmware.runtime.config import Config, DeviceSection
from firmware.runtime.daemon import notify, start

log = logging.getLogger("bench")


class EmulatedDevice:
    """An emulator on a pty, and those who watch it."""

    def __init__(self, emulator: Emulator, port: Path) -> None:
        self.emulator, self._port = emulator, port
        self.watchers: set[asyncio.StreamWriter] = set()
        self._pty = PtyPort(port, self._hear)
        self._timer: asyncio.TimerHandle | None = None
        self._shown = ""

    def plug(self) -> None:
        """Make the port appear."""
        if self.emulator.has_wire:
            self._pty.open()
        self.emulator.connected(time.monotonic())
        self.pump()

    def unplug(self) -> None:
        """Pull the cable: the driver's port goes away under it."""
        if self._pty.is_open:
            self._pty.close()
            self.emulator.disconnected(time.monotonic())

    def hand(self, action: str, arguments: dict[str, Any]) -> None:
        match action:
            case "look" | "watch":
                pass
            case "plug":
                self.plug()
            case "unplug":
                self.unplug()
            case _:
                self.emulator.hand(action, time.monotonic(), **arguments)
        self.pump()

    def pump(self) -> None:
        if data := self.emulator.bytes_to_send():
            self._send(data)
        self._set_alarm()
        self.show()

    def show(self) -> None:
        """To those who watch, if anything moved."""
        shown = json.dumps(self.emulator.physics())
        if shown != self._shown:
            self._shown = shown
            for writer in self.watchers:
                writer.write(shown.encode() + b"\n")

    def _set_alarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = self.emulator.next_deadline()
        if deadline != NEVER:
            delay = max(0.0, deadline - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self.emulator.tick(time.monotonic())
        self.pump()

    def _send(self, data: bytes) -> None:
        self._pty.write(data)

    def _hear(self, data: bytes) -> None:
        self.emulator.receive_bytes(data, time.monotonic())
        self.pump()


class EmulatedCable(EmulatedDevice):
    """One port with several devices at its end."""

    def __init__(self, wire: EmulatedWire, port: Path) -> None:
        super().__init__(wire, port)
        self.shares = [EmulatedShare(emulator, self) for emulator in wire.devices]

    def show(self) -> None:
        for share in self.shares:
            share.show()


class EmulatedShare(EmulatedDevice):
    """A device behind the port of several: whoever pulls its cable pulls the others', too."""

    def __init__(self, emulator: Emulator, cable: EmulatedCable) -> None:
        super().__init__(emulator, Path())
        self._cable = cable

    def plug(self) -> None:
        self._cable.plug()

    def unplug(self) -> None:
        self._cable.unplug()

    def pump(self) -> None:
        self._cable.pump()


class EmulatedSocketDevice(EmulatedDevice, ABC):
    """One host at a time, at a socket where the driver looks for its port."""

    def __init__(self, emulator: Emulator, port: Path) -> None:
        super().__init__(emulator, port)
        self._listener: socket.socket | None = None
        self._master: int | None = None
        self._unsent = bytearray()

    def plug(self) -> None:
        if self._listener is None:
            self._listener = self._listen()
            self._listener.listen()
            self._listener.setblocking(False)
            asyncio.get_running_loop().add_reader(self._listener, self._accept)
        self.emulator.connected(time.monotonic())
        self.pump()

    def unplug(self) -> None:
        if self._listener is None:
            return
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        self._listener = None
        self._hang_up()
        self.emulator.disconnected(time.monotonic())

    @abstractmethod
    def _listen(self) -> socket.socket:
        """A bound socket."""

    def _greet(self) -> None:
        """Somebody is connected."""

    def _accept(self) -> None:
        """A driver that was started again takes the place of the one before."""
        assert self._listener is not None
        connection, _ = self._listener.accept()
        self._hang_up()
        self._master = connection.detach()
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._readable)
        self._greet()
        self._writable()

    def _readable(self) -> None:
        assert self._master is not None
        data = b""
        with contextlib.suppress(ConnectionError):
            data = os.read(self._master, READ_SIZE)
        if not data:
            self._hang_up()
            return
        self._hear(data)

    def _send(self, data: bytes) -> None:
        if self._master is not None:
            self._unsent += data
            self._writable()

    def _writable(self) -> None:
        assert self._master is not None
        loop = asyncio.get_running_loop()
        try:
            while self._unsent:
                del self._unsent[: os.write(self._master, self._unsent)]
        except BlockingIOError:
            loop.add_writer(self._master, self._writable)
        except ConnectionError:
            self._hang_up()
        else:
            loop.remove_writer(self._master)

    def _hang_up(self) -> None:
        if self._master is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._master)
            loop.remove_writer(self._master)
            os.close(self._master)
            self._master = None
        self._unsent.clear()


class EmulatedUsbDevice(EmulatedSocketDevice):
    """Behind the socket, the back end of pyusb in the driver (usb_bench.py)."""

    def unplug(self) -> None:
        super().unplug()
        self._port.unlink(missing_ok=True)

    def _listen(self) -> socket.socket:
        self._port.parent.mkdir(parents=True, exist_ok=True)
        self._port.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._port))
        return listener

    def _greet(self) -> None:
        assert self.emulator.usb is not None
        self._unsent += framed(Pipe.DESCRIBED, msgspec.json.encode(self.emulator.usb))


class EmulatedNetworkDevice(EmulatedSocketDevice):
    """A TCP port of the loopback, at the URI where the driver looks for it.

    Port 0 is any that is free when it is first plugged; from then on `address` says which.
    """

    def __init__(self, emulator: Emulator, uri: str) -> None:
        super().__init__(emulator, Path())
        self.address = host_and_port(uri, 0)

    def pump(self) -> None:
        super().pump()
        if self.emulator.is_over and not self._unsent:
            self._hang_up()

    def _listen(self) -> socket.socket:
        listener = socket.create_server(self.address, family=socket.AF_INET)
        self.address = listener.getsockname()
        return listener

    def _accept(self) -> None:
        super()._accept()
        self.emulator.connected(time.monotonic())

    def _hang_up(self) -> None:
        super()._hang_up()
        self.emulator.disconnected(time.monotonic())


class BenchServer:
    """The socket for the hands."""

    def __init__(self, devices: dict[str, EmulatedDevice]) -> None:
        self._devices = devices

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        driven: set[str] = set()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while line := await reader.readline():
                order = json.loads(line)
                if order["do"] == "drive":
                    driven.add(order["device"])
                answer = self._obey(order, writer)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        for device in self._devices.values():
            device.watchers.discard(writer)
        for name in driven & self._devices.keys():
            self._devices[name].hand("release", {})  # pins that a dead process drove fall
        writer.close()

    def _obey(self, order: dict[str, Any], writer: asyncio.StreamWriter) -> dict[str, Any]:
        name, action = order["device"], order["do"]
        if name not in self._devices:
            return {"refused": f"no device {name!r}; known: {', '.join(sorted(self._devices))}"}
        device = self._devices[name]
        try:
            device.hand(action, order.get("with", {}))
        except (BenchRefused, TypeError) as error:
            return {"refused": f"{name}: {error}"}
        if action not in ("look", "watch", "drive"):
            log.info("%s: %s %s", name, action, order.get("with", {}))
        if action == "watch":
            device.watchers.add(writer)
        return device.emulator.physics()


def device_at(emulator: Emulator, port: str) -> EmulatedDevice:
    """Where its driver looks for it, not plugged in yet."""
    if emulator.is_network:
        return EmulatedNetworkDevice(emulator, port)
    if emulator.usb is not None:
        return EmulatedUsbDevice(emulator, Path(port))
    return EmulatedDevice(emulator, Path(port))


def _emulator(section: DeviceSection, options: dict[str, Any]) -> Emulator:
    """With the cable that its driver expects."""
    emulator: Emulator = find("kiosk.emulators", section.family)(**options)
    return emulator.on_usb() if section.options.get("usb") == "bench" else emulator


def devices_of(config: Config) -> dict[str, EmulatedDevice]:
    """By name; the ports of a party line are its own to make."""
    emulators = {
        name: _emulator(section, config.bench.get(name, {}))
        for name, section in config.device.items()
    }
    found: dict[str, EmulatedDevice] = {}
    for party in config.party.values():
        names = [name for name, each in config.device.items() if each.port in party.ports]
        wire = find("kiosk.emulated_wires", party.wire)([emulators[name] for name in names])
        found |= zip(names, EmulatedCable(wire, Path(party.port)).shares, strict=True)
    alone = emulators.keys() - found.keys()
    return found | {name: device_at(emulators[name], config.device[name].port) for name in alone}


async def serve(config: Config, options: argparse.Namespace) -> None:
    devices = devices_of(config)
    for device in devices.values():
        device.plug()
    path = config.run_folder / "bench.sock"
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(BenchServer(devices).serve, path)
    notify("READY=1")
    async with server:
        await server.serve_forever()


def main() -> int:
    return start("kiosk-bench", serve)


if __name__ == "__main__":
    sys.exit(main())
