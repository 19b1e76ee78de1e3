"""The device's side of a wire, with its physics, and the hands and faults that act on it.

An emulator is the same protocol played from the other side. A hand is a method `hand_<action>`:
`hand_insert(now, paise=50000)`. What `physics()` returns is the truth about paper and metal, which
the journal must agree with.
"""

from __future__ import annotations

import difflib
from abc import abstractmethod
from typing import Any, Never

from drivers.base.protocol import Protocol
from drivers.base.transfers import UsbIdentity
from firmware.runtime.bench import BenchRefused


class Emulator(Protocol[Never, Never]):
    """One emulated device. Options come from `[bench.<name>]`; `speed` makes its time run faster.

    `has_wire` is false for a device that is no serial port (GPIO).
    """

    has_wire = True
    is_network = False  # `port` is a URI, and kiosk-bench listens there
    usb: UsbIdentity | None = None  # who it is on a USB bus; None for a serial port

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__()
        self.speed = speed

    @abstractmethod
    def physics(self) -> dict[str, Any]:
        """What is where: notes by value, coins, paper, lights. JSON-ready."""

    def on_usb(self) -> Emulator:
        """The same device behind a USB cable; itself, where it has no other."""
        return self

    def connected(self, now: float) -> None:
        """A cable makes no difference to the device."""

    def disconnected(self, now: float) -> None:
        """A device that loses its host carries on until its own time-outs."""

    def send(self, command: Never, now: float) -> None:
        raise TypeError("an emulated device takes no commands but those of its wire and hands")

    def hand(self, action: str, now: float, **arguments: Any) -> None:
        """Do what a hand, a fault or the mains does; raises BenchRefused for what it cannot."""
        known = [name[5:] for name in dir(self) if name.startswith("hand_")]
        if action not in known:
            near = difflib.get_close_matches(action, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise BenchRefused(f"no action {action!r}; {hint}")
        getattr(self, f"hand_{action}")(now, **arguments)
