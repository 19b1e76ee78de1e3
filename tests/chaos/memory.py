"""A kiosk in memory: the real daemons, drivers and ledgers in one process, on virtual time.

Only the broker, the serial ports, the network and the clock are stand-ins (wiring.py). So a visit
takes a fraction of a second, and any process can die at any of its points (points.py).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
from PIL import Image

import drivers.base.__main__
import drivers.base.device
import drivers.magnesafe.driver
import drivers.magstripe.driver
import drivers.pulse.driver
import firmware.core.__main__
import firmware.core.closed
import firmware.demo.citizen
import firmware.gateway.__main__
import firmware.gateway.connectors
import firmware.runtime.bus
from drivers.base.emulator import Emulator
from drivers.base.registry import find
from drivers.escpos.raster import Rasteriser
from firmware.contract.device import USABLE, DeviceState
from firmware.contract.topics import Topics
from firmware.demo.keys import commission, enrol
from firmware.demo.stage import Stage
from firmware.demo.template import TEMPLATE
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.office import Office
from firmware.gateway.sandbox.signature import OFFICE_KEY
from firmware.gateway.sandbox.unsealing import PUBLIC_KEY
from firmware.gateway.sandbox.upi import UpiOffice
from firmware.journal.journal import Journal
from firmware.runtime.bench import BenchRefused
from firmware.runtime.config import load
from tests.chaos import plastic
from tests.chaos.acceptors import AS_BUILT, Fitting, fitted
from tests.chaos.pins import Pins, PinWire
from tests.chaos.plastic import Slot
from tests.chaos.points import Point, installed
from tests.chaos.shared import SharedPort
from tests.chaos.virtual import PROCESS, Killed, LoopClock, Process, VirtualLoop
from tests.chaos.wiring import (
    WORLD,
    Bench,
    Broker,
    Client,
    OfficeLine,
    SecretTransport,
    Transport,
    UsbTransport,
    Wire,
)

DRIVERS = ("notes", "coins", "receipt")
ON_A_BUS = ("coins", "notes")  # where they share one
PROCESSES = ("core", *DRIVERS, "gateway")
SPEED = 6.0  # of the devices
RESTARTS_AFTER = 0.3  # seconds, as systemd's RestartSec and a Python start, about
DARK_FOR = 1.5  # seconds that the mains are away
OFFICE = "sandbox"
FOUND = functools.cache(find)  # no rows are added to setup.cfg while the tests run
DEEDS = {
    "process": ("journal", "ledger", "sent", "received", "wire", "read", "http"),
    "broker": ("sent.after", "received.before"),
    "mains": ("journal", "ledger", "wire"),
}  # at which points each is done
DISK = ("journal.after", "ledger.after")  # each is a state of the disk of its own

# No coroutine of a dead process may be finalised: its `finally` would run, which no SIGKILL lets
# happen. So kiosks are kept until their operating-system process ends (runs.py).
GRAVEYARD: list[object] = []


class Kiosk:
    """One kiosk in one folder; what Citizen and account() ask of a Stage, and the fail points."""

    def __init__(
        self, folder: Path, loop: VirtualLoop, at: Point | None, deed: str, fitting: Fitting
    ) -> None:
        self.folder, self.loop, self.fitting = folder, loop, fitting
        self.config = load(self._write_config())
        enrol(Path(self.config.paths.operators))
        commission(self.config.kiosk.id, self.config.state_folder)
        self.broker = Client.broker = Broker()
        books = self.config.state_folder / "sandbox"
        self.office = OfficeLine.office = Office(books / "office.db")
        self.upi = OfficeLine.upi = UpiOffice(books / "upi.db")
        self.cards = OfficeLine.cards = CardOffice(books / "cards.db")
        self.slot, self.programs = Slot(), list(PROCESSES)
        self._at, self._deed = at, deed
        self.counts: Counter[tuple[str, str]] = Counter()
        self.points: list[Point] = []  # all that were passed
        self.deaths: list[tuple[str, Point]] = []  # deed and place: those that are worth a run
        self._seen: set[tuple[object, ...]] = set()
        self.is_watching = self.has_struck = self.is_over = False
        self.running: dict[str, Process] = {}
        self.dead: list[Process] = []
        self.bugs: list[str] = []
        self.is_dark = False
        self.wires = self._wires()
        Transport.wires = {self.config.device[name].port: wire for name, wire in self.wires.items()}
        for name in PROCESSES:
            self._start(name)

    # --- what a Stage offers ---------------------------------------------------------------

    def bench(self) -> Bench:
        return Bench(self.wires)

    def hold(self, name: str) -> None:
        assert name == OFFICE
        OfficeLine.office = None

    def release(self, name: str) -> None:
        assert name == OFFICE
        OfficeLine.office = self.office

    @property
    def as_stage(self) -> Stage:
        return cast(Stage, self)

    # --- fail points -----------------------------------------------------------------------

    def pass_by(self, kind: str) -> None:
        if self.is_over:
            raise Killed
        process = PROCESS.get()
        if process is None or not self.is_watching:
            return
        if not process.is_alive:
            raise Killed
        self.counts[process.name, kind] += 1
        point = Point(process.name, kind, self.counts[process.name, kind])
        if self._at is None:
            self._note(point)
        elif self._at == point:
            self.has_struck = True
            self._strike(process)

    def _note(self, point: Point) -> None:
        """Keep it for each deed that meets a state here which it met nowhere before."""
        self.points.append(point)
        for deed, kinds in DEEDS.items():
            if point.kind.startswith(kinds):
                state = (deed, point.kind == "wire.half", *self._left_by(deed, point.process))
                if state not in self._seen:
                    self._seen.add(state)
                    self.deaths.append((deed, point))

    def _left_by(self, deed: str, process: str) -> tuple[object, ...]:
        """All that is left of the kiosk, but the time: deaths that leave the same are one.

        Disk, office, devices and wires; and where not everybody dies, who does, what is retained
        and what is unread. What the dead had in mind is gone, so it makes no difference.
        """
        writes = sum(count for (_, kind), count in self.counts.items() if kind in DISK)
        left: list[object] = [writes, len(self.office.payments()), OfficeLine.office is None]
        left += [str(self.upi.payments()), str(self.cards.payments())]
        for wire in self.wires.values():
            left += [str(wire.emulator.physics()), *wire.unread()]
        if deed != "mains":
            left += [process, *(bytes(each.payload) for each in self.broker.retained.values())]
            left += [str(client.unread()) for client in self.broker.clients]
        return tuple(left)

    def splits(self) -> bool:
        process = PROCESS.get()
        return self._at is not None and process is not None and (
            self._at.process == process.name and self._at.kind == "wire.half"
        )  # fmt: skip

    def _strike(self, process: Process) -> None:
        match self._deed:
            case "broker":
                self.kill_broker()
                return
            case "mains":
                self.power_cut()
            case _:
                self.kill(process.name)
        raise Killed

    def kill_broker(self) -> None:
        """It keeps nothing on disk, so a fresh one knows nothing."""
        self.broker.die()
        self.loop.call_later(RESTARTS_AFTER, self._revive_broker, context=WORLD.copy())

    def _revive_broker(self) -> None:
        self.broker.is_up = not self.is_dark

    # --- life and death --------------------------------------------------------------------

    def _start(self, name: str) -> None:
        if self.is_dark or self.is_over or name in self.running:
            return
        process = self.running[name] = Process(name)
        process.dies_of = functools.partial(self._died, process)
        task = self.loop.spawn(process, self._serve(name))
        task.add_done_callback(lambda task: self._ended(process, task))

    async def _serve(self, name: str) -> None:
        if name == plastic.NAME and not self.fitting.card:
            await plastic.serve(self.config, self.slot)
            return
        options = argparse.Namespace(device=name)
        serve = {"core": firmware.core.__main__.serve, "gateway": firmware.gateway.__main__.serve}
        await serve.get(name, drivers.base.__main__.serve)(self.config, options)

    def _ended(self, process: Process, task: asyncio.Task[None]) -> None:
        """A daemon ended by itself: a bug. It is started again as systemd would."""
        if process.is_alive and not self.is_over:
            self.bugs.append(f"{process.name} ended: {task.exception()!r}")
            self.kill(process.name)

    def _died(self, process: Process, error: Exception) -> None:
        self.bugs.append(f"{process.name} died: {error!r}")
        self.kill(process.name)

    def kill(self, name: str, away: float = RESTARTS_AFTER) -> None:
        """SIGKILL, and a fresh process `away` seconds later."""
        if (process := self.running.pop(name, None)) is not None:
            process.is_alive = False
            self.dead.append(process)
            if (wire := self.wires.get(name)) is not None:
                wire.port = None
            if isinstance(wire, PinWire):
                wire.let_go()
            if name == plastic.NAME:
                self.slot.driver = None
            for close in process.on_death:
                close()
            self._later(away, name)

    def _later(self, seconds: float, name: str) -> None:
        self.loop.call_later(seconds, self._start, name, context=WORLD.copy())

    def power_cut(self) -> None:
        """Everything stops at once, the devices too; what was only in RAM is gone."""
        self.is_dark = True
        for name in list(self.running):
            self.kill(name)
        self.broker.die()
        for wire in self.wires.values():
            wire.hand("power_cut")
        (self.config.run_folder / "core" / "visit.json").unlink(missing_ok=True)
        self.loop.call_later(DARK_FOR, self.power_on, context=WORLD.copy())

    def plug_reader(self) -> None:
        """A card reader, for the stories that need one."""
        self.programs.append(plastic.NAME)
        self._later(0.0, plastic.NAME)

    @property
    def has_reader(self) -> bool:
        """It says that it works."""
        topic = Topics(self.config.kiosk.id).device_state(plastic.NAME)
        if (told := self.broker.retained.get(topic)) is None:
            return False
        return msgspec.json.decode(bytes(told.payload), type=DeviceState).status in USABLE

    def swipe(self) -> None:
        if self.fitting.card:
            with contextlib.suppress(BenchRefused):
                self.wires[plastic.NAME].hand("swipe", card="visa")
        else:
            self.slot.swipe()

    def power_on(self) -> None:
        self.is_dark, self.broker.is_up = False, True
        for wire in self.wires.values():
            wire.hand("power_on")
        for name in self.programs:
            self._start(name)

    # --- what it is made of ----------------------------------------------------------------

    def _wires(self) -> dict[str, Wire]:
        names = [*DRIVERS, *([plastic.NAME] if self.fitting.card else [])]
        made = {name: self._emulator(name) for name in names}
        if not self.fitting.wire:
            return {name: self._wire(emulator) for name, emulator in made.items()}
        bus = FOUND("kiosk.emulated_wires", self.fitting.wire)([made.pop(n) for n in ON_A_BUS])
        shared = SharedPort(bus, FOUND("kiosk.wires", self.fitting.wire)(), self.loop)
        alone = {name: self._wire(emulator) for name, emulator in made.items()}
        return alone | dict(zip(ON_A_BUS, shared.wires, strict=True))

    def _wire(self, emulator: Emulator) -> Wire:
        return (Wire if emulator.has_wire else PinWire)(emulator, self.loop)

    def _emulator(self, name: str) -> Emulator:
        family = self.config.device[name].family
        emulator: Emulator = FOUND("kiosk.emulators", family)(speed=SPEED)
        return emulator

    def _write_config(self) -> Path:
        for name in ("run", "state", "broker/credentials"):
            (self.folder / name).mkdir(parents=True)
        of_drivers = (f"driver-{name}" for name in (plastic.NAME, *DRIVERS))
        for user in ("core", "gateway", "finger", *of_drivers):
            (self.folder / "broker/credentials" / user).write_text("secret")
        path = self.folder / "kiosk.toml"
        screen = {"width": 480, "height": 800, "speaks": "false", "screen": 45, "cash": 60}
        rest = {"warning": 5, "done": 20, "speed": SPEED, "port": 1, "folder": self.folder}
        rest |= {"public_key": PUBLIC_KEY, "office_key": OFFICE_KEY, "has_practice": "false"}
        path.write_text(fitted(TEMPLATE.format(**screen, **rest), self.fitting))
        return path


@contextlib.contextmanager
def kiosk_in(
    folder: Path, at: Point | None = None, deed: str = "", fitting: Fitting = AS_BUILT
) -> Iterator[Kiosk]:
    """A running kiosk. `at` is where `deed` is done: kills the process, the broker or the mains."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    with contextlib.ExitStack() as undo:
        for owner, name, stand_in in _stand_ins(loop):
            undo.callback(setattr, owner, name, owner.__dict__[name])
            setattr(owner, name, stand_in)
        kiosk = Kiosk(folder, loop, at, deed, fitting)
        undo.enter_context(installed(kiosk, Client, Transport))
        try:
            yield kiosk
        finally:
            kiosk.is_over = True
            for process in kiosk.running.values():
                process.is_alive = False
                for close in process.on_death:
                    close()
            GRAVEYARD.append(kiosk)
            kiosk.bugs += loop.accidents
            loop.close()
            asyncio.set_event_loop(None)


def _stand_ins(loop: VirtualLoop) -> list[tuple[Any, str, Any]]:
    """Who is replaced, by whom. Everything else is the product."""
    clock = LoopClock(loop)
    return [
        (firmware.runtime.bus, "Connection", Client),
        (firmware.core.__main__, "SystemClock", lambda: clock),
        (firmware.core.closed, "time", clock),
        (firmware.gateway.connectors, "BackEnd", OfficeLine),
        (firmware.demo.citizen, "time", clock),
        (drivers.base.__main__, "find", FOUND),
        (drivers.base.device, "SerialTransport", Transport),
        (drivers.magstripe.driver, "SecretSerialTransport", SecretTransport),
        (drivers.magstripe.driver, "guard_process", lambda: None),  # of this process, for ever
        (drivers.magnesafe.driver, "UsbTransport", UsbTransport),
        (drivers.magnesafe.driver, "claim", lambda address, backend: _usb_port()),
        (drivers.magnesafe.driver, "guard_process", lambda: None),
        (drivers.pulse.driver, "open_factory", _open_pins),
        (drivers.base.device.Device, "now", staticmethod(clock.monotonic)),
        (Rasteriser, "draw", lambda self, ticket: _small_picture()),
        (Journal, "__init__", _closed_by_the_kernel(Journal.__init__)),
    ]


def _open_pins(*arguments: Any) -> Pins:
    """Of the only device with pins."""
    (wire,) = (wire for wire in Transport.wires.values() if isinstance(wire, PinWire))
    return wire.open(*arguments)


def _usb_port() -> str:
    """Of the only USB device."""
    return next(port for port in Transport.wires if port.endswith(f"/{plastic.NAME}"))


def _small_picture() -> Image.Image:
    return Image.new("1", (576, 48), 0)


def _closed_by_the_kernel(inner: Any) -> Any:
    """A dead process holds neither its files nor their locks."""

    def init(journal: Journal, path: Path) -> None:
        inner(journal, path)
        if (process := PROCESS.get()) is not None:
            process.on_death.append(journal.close)

    return init
