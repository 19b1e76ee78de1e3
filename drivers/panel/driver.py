"""The panel on the bus: switches become facts and events, commands become lights, a lamp and a fan.

gpiozero calls back from threads of its own, so nothing is done there but noting the edge with its
time and waking the loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero import LED

from drivers.base.device import Device
from drivers.base.faults import LinkLost
from drivers.base.protocol import NEVER
from drivers.panel.bench_pins import BenchFactory
from drivers.panel.debounce import Debouncer
from drivers.panel.fan import LOOK_EVERY, Thermostat, read_celsius
from drivers.panel.record import RECORDED, SwitchRecord
from drivers.panel.tower import TowerLamp
from drivers.panel.wiring import FAN, Lamp, nearest, panel_options
from firmware.contract.device import (
    Acknowledge,
    ClearTamper,
    DeviceCommand,
    DeviceState,
    Fault,
    Guide,
    Identity,
    Light,
    Outcome,
    Reply,
    Status,
    Switch,
    SwitchMoved,
)
from firmware.contract.panel import Tower
from firmware.runtime.config import ConfigError, DeviceSection

log = logging.getLogger("driver")

HEARD_WITHIN = 0.03  # seconds from an edge until we have it: nothing is concluded earlier


class Panel(Device):
    """Switches, lights, lamp and fan. Raises ConfigError for options that cannot be."""

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self._options = panel_options(section.options, f"[device.{name}.options]")
        self._record = SwitchRecord(name, folder)
        self._debouncer, self._tower, self._fan = Debouncer(), TowerLamp(), Thermostat()
        self._edges: deque[tuple[str, bool, float]] = deque()  # switch, its fact, when
        self._switches: dict[str, Any] = {}
        self._callbacks: list[Callable[[float, int], None]] = []  # a pin keeps a weak reference
        self._outputs: dict[str, LED] = {}
        self._status = Status.STARTING
        self._read_at = -LOOK_EVERY
        self._alarm: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for event in self._record.pending:
            self.host.tell(event)

        def on_link(is_up: bool) -> None:
            loop.call_soon_threadsafe(self._on_link, is_up)

        options = self._options
        factory = open_factory(options.pin_factory, options.bench, self.name, on_link)
        try:
            self._open(factory, loop)
            await asyncio.Event().wait()
        finally:
            self._close()
            await asyncio.to_thread(factory.close)  # it waits until the lights are off

    def state(self) -> DeviceState:
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._degraded_by_fan(),
            faults=self._faults(),
            identity=Identity(model=f"GPIO ({self._options.pin_factory})"),
            inputs=self._facts(),
            outputs=self._shown(),
        )

    def _degraded_by_fan(self) -> Status:
        has_fault = self._status is Status.READY and self._has_fan and self._fan.fault is not None
        return Status.DEGRADED if has_fault else self._status

    def _faults(self) -> list[Fault]:
        if self._status is Status.GONE:
            return [Fault(LinkLost.code, "the bench is away")]
        return [self._fan.fault] if self._has_fan and self._fan.fault is not None else []

    def _facts(self) -> dict[str, bool]:
        """What every switch tells; the tamper switch from a moment's opening until cleared."""
        facts = {str(name): fact for name, fact in self._debouncer.facts.items()}
        if Switch.TAMPER in facts:
            facts[Switch.TAMPER.value] |= self._record.tamper_is_latched
        return facts

    def _shown(self) -> dict[str, bool]:
        """A lamp that blinks counts as lit: its rhythm is nobody's business on the bus."""
        shown = {str(name): bool(output.value) for name, output in self._outputs.items()}
        return shown | {
            lamp.value: self._tower.lamp is lamp for lamp in Lamp if lamp in self._outputs
        }

    @property
    def _has_fan(self) -> bool:
        return FAN in self._options.outputs

    @property
    def _has_tower(self) -> bool:
        return any(lamp in self._options.outputs for lamp in Lamp)

    # --- the bus -------------------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Light():
                return self._switch(command)
            case Acknowledge(key=key):
                self._record.acknowledge(key)
                return Reply(Outcome.DONE)
            case ClearTamper():
                return self._clear_tamper()
            case _:
                return Reply(Outcome.REFUSED, f"a panel only has lights, got {command}")

    def on_tower(self, tower: Tower) -> None:
        self._tower.show(tower.signal, self.now())
        self._look()

    def _switch(self, command: Light) -> Reply:
        guides = tuple(guide.value for guide in Guide if guide in self._outputs)
        if command.output not in guides:
            hint = nearest(command.output, guides)
            return Reply(Outcome.REFUSED, f"no light {command.output!r}; {hint}")
        self._drive(command.output, command.is_on)
        return Reply(Outcome.DONE)

    def _clear_tamper(self) -> Reply:
        if self._debouncer.facts.get(Switch.TAMPER, False):
            return Reply(Outcome.REFUSED, "the tamper switch is open: shut it, or mend its wire")
        if (event := self._record.let_go_of_tamper()) is not None:
            self.host.tell(event)
        return Reply(Outcome.DONE)

    # --- pins ----------------------------------------------------------------------------------

    def _open(self, factory: Any, loop: asyncio.AbstractEventLoop) -> None:
        for name, number in self._options.outputs.items():
            is_fan = name == FAN  # low runs it, and so does a pin that nobody drives
            self._outputs[name] = LED(
                number, active_high=not is_fan, initial_value=is_fan, pin_factory=factory
            )
        for name, number in self._options.inputs.items():
            self._switches[name] = pin = factory.pin(number)
            pin.input_with_pull("up")
            pin.edges = "both"
            self._callbacks.append(on_edge := self._edge_of(name, loop))
            pin.when_changed = on_edge

    def _edge_of(self, name: str, loop: asyncio.AbstractEventLoop) -> Callable[[float, int], None]:
        def on_edge(ticks: float, level: int) -> None:
            """From a thread of gpiozero, with the kernel's time of the edge."""
            self._edges.append((name, self._fact(name, level), ticks))
            loop.call_soon_threadsafe(self._look)

        return on_edge

    def _fact(self, name: str, level: int) -> bool:
        return bool(level) is not (name in self._options.active_low)

    def _close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        for pin in (*self._outputs.values(), *self._switches.values()):
            pin.close()
        self._outputs.clear()
        self._switches.clear()
        self._status = Status.GONE

    def _on_link(self, is_up: bool) -> None:
        self._status = Status.READY if is_up else Status.GONE
        log.info("%s: pins are %s", self.name, "there" if is_up else "gone")
        self._edges.clear()  # of pins that nobody held yet
        self._read_at = -LOOK_EVERY
        self._look()
        self.host.changed()

    def _read_pins(self, now: float) -> None:
        """What they are now: at the start, and in case the kernel had no room for an edge."""
        for name, pin in self._switches.items():
            self._debouncer.see(name, self._fact(name, pin.state), now)

    # --- time ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Take the edges; tell what has settled; drive what is due; come back when more is."""
        if self._status is not Status.READY:
            self._edges.clear()
            return
        now = self.now()
        while self._edges:
            self._debouncer.see(*self._edges.popleft())
        if now - self._read_at >= LOOK_EVERY:
            self._read_at = now
            self._read_pins(now)
            self._measure()
        for name, value in self._debouncer.moved(now - HEARD_WITHIN):
            self._tell(name, value, now)
        for event in self._record.look(self._debouncer.facts, now):
            self.host.tell(event)
        self._drive_lamps(now)
        self._drive(FAN, self._fan.is_on)
        self._set_alarm(now)
        self.host.changed()

    def _tell(self, name: str, value: bool, now: float) -> None:
        if name not in RECORDED:
            self.host.tell(SwitchMoved(name, value))
        elif (event := self._record.note(name, value, now)) is not None:
            self.host.tell(event)

    def _drive_lamps(self, now: float) -> None:
        for lamp, is_on in self._tower.lit(now).items():
            self._drive(lamp, is_on)

    def _measure(self) -> None:
        if not self._has_fan:
            return
        try:
            self._fan.measured(read_celsius(Path(self._options.temperature_file)))
        except (OSError, ValueError) as error:
            self._fan.measured(None, str(error))

    def _drive(self, name: str, is_on: bool) -> None:
        output = self._outputs.get(name)
        if output is not None and bool(output.value) is not is_on:
            output.value = is_on

    def _set_alarm(self, now: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        deadline = min(
            self._debouncer.next_deadline() + HEARD_WITHIN,
            self._record.next_deadline(),
            self._tower.next_deadline(now) if self._has_tower else NEVER,
            self._read_at + LOOK_EVERY,
        )
        delay = max(0.0, deadline - now)
        self._alarm = asyncio.get_running_loop().call_later(delay, self._look)


def open_factory(kind: str, bench: str, name: str, on_link: Callable[[bool], None]) -> Any:
    """The pins of `bench` or `lgpio`; `on_link` is told once they can be read.

    Raises ConfigError without lgpio.
    """
    if kind == "bench":
        return BenchFactory(Path(bench) if bench else None, name, on_link)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # only there on a Raspberry Pi
    except ImportError as error:
        raise ConfigError(f"[device.{name}.options] pin_factory = lgpio: {error}") from None
    factory = LGPIOFactory()
    on_link(True)
    return factory
