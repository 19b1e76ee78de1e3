"""The panel on the bus: switches become facts and events, commands become lights.

gpiozero calls back from threads of its own, so nothing is done there but waking the loop, which
then reads the pins itself.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero import LED, DigitalInputDevice

from drivers.base.device import Device
from drivers.base.faults import LinkLost
from drivers.base.protocol import NEVER
from drivers.panel.bench_pins import BenchFactory
from drivers.panel.debounce import Debouncer
from drivers.panel.wiring import panel_options
from firmware.contract.device import (
    Acknowledge,
    DeviceCommand,
    DeviceState,
    Fault,
    Identity,
    Light,
    Outcome,
    Reply,
    Status,
    SwitchMoved,
)
from firmware.runtime.config import ConfigError, DeviceSection

log = logging.getLogger("driver")


class Panel(Device):
    """Switches and lights. Raises ConfigError for options that cannot be."""

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        self._options = panel_options(section.options, f"[device.{name}.options]")
        self._switches: dict[str, DigitalInputDevice] = {}
        self._lights: dict[str, LED] = {}
        self._debouncer = Debouncer()
        self._status = Status.STARTING
        self._alarm: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()

        def on_link(is_up: bool) -> None:
            loop.call_soon_threadsafe(self._on_link, is_up)

        def on_edge() -> None:
            loop.call_soon_threadsafe(self._look)

        options = self._options
        factory = open_factory(options.pin_factory, options.bench, self.name, on_link)
        try:
            self._open(factory, on_edge)
            await asyncio.Event().wait()
        finally:
            self._close()
            await asyncio.to_thread(factory.close)  # it waits until the lights are off

    def state(self) -> DeviceState:
        is_gone = self._status is Status.GONE
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status,
            faults=[Fault(LinkLost.code, "the bench is away")] if is_gone else [],
            identity=Identity(model=f"GPIO ({self._options.pin_factory})"),
            inputs=dict(self._debouncer.facts),
            outputs={name: bool(light.value) for name, light in self._lights.items()},
        )

    def on_command(self, command: DeviceCommand) -> Reply:
        match command:
            case Light():
                return self._switch(command)
            case Acknowledge():
                return Reply(Outcome.DONE)
            case _:
                return Reply(Outcome.REFUSED, f"a panel only has lights, got {command}")

    def _switch(self, command: Light) -> Reply:
        light = self._lights.get(command.output)
        if light is None:
            near = difflib.get_close_matches(command.output, sorted(self._lights), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return Reply(Outcome.REFUSED, f"no light {command.output!r}{hint}")
        if command.is_on:
            light.on()
        else:
            light.off()
        return Reply(Outcome.DONE)

    def _open(self, factory: Any, on_edge: Callable[[], None]) -> None:
        for name, pin in self._options.outputs.items():
            self._lights[name] = LED(pin, pin_factory=factory)
        for name, pin in self._options.inputs.items():
            switch = DigitalInputDevice(pin, pull_up=True, pin_factory=factory)
            switch.when_activated = switch.when_deactivated = on_edge
            self._switches[name] = switch

    def _close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        for light in self._lights.values():
            light.close()
        for switch in self._switches.values():
            switch.close()
        self._lights.clear()
        self._switches.clear()
        self._status = Status.GONE

    def _on_link(self, is_up: bool) -> None:
        self._status = Status.READY if is_up else Status.GONE
        log.info("%s: pins are %s", self.name, "there" if is_up else "gone")
        self._look()
        self.host.changed()

    def _look(self) -> None:
        """Read every pin; tell what has settled, and come back when more will."""
        if self._status is not Status.READY:
            return
        now = time.monotonic()
        # The pull-up holds an open contact high, which gpiozero calls inactive.
        self._debouncer.see({name: not pin.value for name, pin in self._switches.items()}, now)
        for name, value in self._debouncer.moved(now).items():
            self.host.tell(SwitchMoved(switch=name, value=value))
        self._set_alarm(now)
        self.host.changed()

    def _set_alarm(self, now: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        deadline = self._debouncer.next_deadline()
        if deadline != NEVER:
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
