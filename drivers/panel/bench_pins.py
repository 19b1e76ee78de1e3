"""GPIO pins that live in another process: gpiozero's mock pins, wired to the bench.

The hand that opens the door is in the dock, the driver is a daemon of its own, and the pins between
them are in kiosk-bench. gpiozero finds this factory by its entry point:
`GPIOZERO_PIN_FACTORY=kiosk_bench KIOSK_BENCH=/run/kiosk/bench.sock`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin
from gpiozero.pins.pi import PiPin

from firmware.runtime.bench import Bench, BenchRefused

log = logging.getLogger("panel.bench")

RECONNECT_AFTER = 0.5  # seconds; a bench that is started again is back within two
LAST_ORDERS_WITHIN = 1.0  # seconds that closing may take to switch the lights off
DEFAULT_SOCKET = "/run/kiosk/bench.sock"


class BenchPin(MockPin):  # type: ignore[misc]  # gpiozero carries no types
    """One pin: as output it drives the bench, as input the bench drives it."""

    def _set_function(self, value: str) -> None:
        was_output = self._function == "output"
        super()._set_function(value)
        if was_output and value == "input":
            self.factory.order(self._number, 0)  # nobody drives the light any more

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self.factory.order(self._number, int(value))

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.factory.apply(self)

    _felt_at: float | None = None

    def feel(self, level: int, at: float | None = None) -> None:
        """Take the level that the bench puts on an input, now or `at` a time that it names."""
        if self._function == "input":
            self._felt_at = at
            if level:
                self.drive_high()
            else:
                self.drive_low()

    def _call_when_changed(self) -> None:
        at = self._last_change if self._felt_at is None else self._felt_at
        PiPin._call_when_changed(self, at, self._state)


class BenchFactory(MockFactory):  # type: ignore[misc]  # gpiozero carries no types
    """The pins of one emulated panel; comes back by itself when the bench was away.

    `on_link` is called with True after the bench's levels are on the pins, and with False when it
    is gone; from a thread of this factory, as are the callbacks of the pins.
    """

    def __init__(
        self,
        path: Path | None = None,
        device: str = "panel",
        on_link: Callable[[bool], None] = lambda is_up: None,
    ) -> None:
        super().__init__(pin_class=BenchPin)
        self._path = path or Path(os.environ.get("KIOSK_BENCH", DEFAULT_SOCKET))
        self._device, self._on_link = device, on_link
        self._pins_lock = threading.RLock()
        self._levels: dict[int, int] = {}
        self._edges_until = 0.0
        self._orders = threading.Condition()
        self._wanted: dict[int, int] = {}
        self._driven: dict[int, int] = {}
        self._is_linked = False
        self._closing = threading.Event()
        self._watching: Bench | None = None
        self._watcher = threading.Thread(target=self._stay_linked, daemon=True)
        self._carrier = threading.Thread(target=self._carry_orders, daemon=True)
        self._watcher.start()
        self._carrier.start()

    def pin(self, name: Any, pin_class: Any = None, **options: Any) -> Any:
        with self._pins_lock:
            return super().pin(name, pin_class, **options)

    def order(self, pin: int, level: int) -> None:
        """Ask the bench to put `level` on `pin`, now or as soon as it is there."""
        with self._orders:
            self._wanted[pin] = level
            self._orders.notify_all()

    def apply(self, pin: BenchPin) -> None:
        """Put the bench's level, if it is known, on an input."""
        with self._pins_lock:
            if (level := self._levels.get(pin._number)) is not None:
                pin.feel(level)

    def close(self) -> None:
        super().close()  # pins become inputs: lights go off
        self._closing.set()
        with self._orders:
            self._orders.notify_all()
        self._carrier.join(LAST_ORDERS_WITHIN)  # while the link is still there
        if (watching := self._watching) is not None:
            watching.hang_up()
        self._watcher.join(LAST_ORDERS_WITHIN)

    def _stay_linked(self) -> None:
        while not self._closing.is_set():
            try:
                self._follow(Bench(self._path))
            except BenchRefused as error:
                log.error("bench at %s: %s", self._path, error)
            except (OSError, ValueError) as error:  # not there, or gone in the middle of a line
                log.debug("bench at %s: %s", self._path, error)
            self._link(False)
            self._closing.wait(RECONNECT_AFTER)

    def _follow(self, bench: Bench) -> None:
        self._watching = bench
        try:
            if self._closing.is_set():
                return
            for physics in bench.watch(self._device):
                self._take(physics["inputs"], physics.get("edges", []))
                self._link(True)
        finally:
            self._watching = None
            bench.close()

    def _take(self, inputs: dict[str, int], edges: list[tuple[float, int, int]]) -> None:
        """Edges that came since the last time go first: two of them may leave the level as it was.

        Their times are of CLOCK_MONOTONIC, as the kernel's own on a board.
        """
        with self._pins_lock:
            for at, number, level in edges:
                if at > self._edges_until and self._is_linked:
                    self._levels[number] = level
                    for pin in self.pins.values():
                        if pin._number == number:
                            pin.feel(level, at)
            self._edges_until = max([self._edges_until, *(at for at, _, _ in edges)])
            self._levels = {int(pin): level for pin, level in inputs.items()}
            for pin in self.pins.values():
                self.apply(pin)

    def _link(self, is_up: bool) -> None:
        if is_up == self._is_linked:
            return
        with self._orders:
            self._is_linked = is_up
            self._driven.clear()  # who comes back knows nothing of our lights
            self._orders.notify_all()
        if not self._closing.is_set():
            self._on_link(is_up)

    def _carry_orders(self) -> None:
        bench: Bench | None = None
        while (orders := self._next_orders()) is not None:
            try:
                bench = bench or Bench(self._path)
                for pin, level in orders.items():
                    bench.do(self._device, "drive", pin=pin, level=level)
            except BenchRefused as error:
                log.error("bench at %s: %s", self._path, error)
            except (OSError, ValueError) as error:
                log.debug("bench at %s: %s", self._path, error)
                if bench is not None:
                    bench.close()
                bench = None
                self._not_carried(orders)
        if bench is not None:
            bench.close()

    def _next_orders(self) -> dict[int, int] | None:
        """The outputs that the bench does not show yet; None when all is done and we close."""
        with self._orders:
            self._orders.wait_for(lambda: self._closing.is_set() or self._missing())
            missing = self._missing()
            if self._closing.is_set() and not missing:
                return None
            self._driven |= missing
            return missing

    def _missing(self) -> dict[int, int]:
        if not self._is_linked:
            return {}
        return {pin: to for pin, to in self._wanted.items() if self._driven.get(pin) != to}

    def _not_carried(self, orders: dict[int, int]) -> None:
        """The bench did not hear these: give them again after a while."""
        with self._orders:
            for pin in orders:
                self._driven.pop(pin, None)
            if self._closing.is_set():
                self._is_linked = False
        self._closing.wait(RECONNECT_AFTER)
