"""A coin acceptor of pulses on a kiosk in memory: pins of gpiozero, soldered to its emulator."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

from gpiozero.pins.mock import MockFactory

from drivers.base.emulator import Emulator
from drivers.panel.bench_pins import BenchPin
from tests.chaos.virtual import VirtualLoop
from tests.chaos.wiring import Wire


class Pins(MockFactory):  # type: ignore[misc]  # gpiozero carries no types
    """The board's, of the process that opened them."""

    def __init__(self, wire: PinWire) -> None:
        super().__init__(pin_class=BenchPin)
        self._wire = wire
        self.context = contextvars.copy_context()

    def order(self, pin: int, level: int) -> None:
        if self._wire.pins is self:
            self._wire.hand("drive", pin=pin, level=level)

    def apply(self, pin: BenchPin) -> None:
        level = self._wire.emulator.physics()["inputs"].get(str(pin._number))
        if level is not None:
            pin.feel(level)


class PinWire(Wire):
    """Levels in the place of bytes."""

    pins: Pins | None = None

    def __init__(self, emulator: Emulator, loop: VirtualLoop) -> None:
        self._carried = 0.0
        super().__init__(emulator, loop)

    def open(self, kind: str, bench: str, name: str, on_link: Callable[[bool], None]) -> Pins:
        """In the place of `open_factory`."""
        self.pins = Pins(self)
        on_link(True)
        return self.pins

    def let_go(self) -> None:
        """The process that drove the lines is dead: they fall."""
        self.pins = None
        self.hand("release")

    def pump(self) -> None:
        super().pump()
        for at, number, level in self.emulator.physics()["edges"]:
            if at > self._carried:
                self._carried = at
                self._feel(number, level, at)

    def _feel(self, number: int, level: int, at: float) -> None:
        pins: dict[Any, BenchPin] = self.pins.pins if self.pins is not None else {}
        for pin in pins.values():
            if pin._number == number and self.pins is not None:
                self.pins.context.copy().run(pin.feel, level, at)
