"""The printer's side of ESC/POS, with its physics: paper moves, ends, jams, and is torn off.

It keeps 4 KB of what it has not printed yet (mechanism.py). Real-time commands are obeyed as they
arrive, also where they are dots of a picture.
"""

from __future__ import annotations

import random
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.escpos.codec import DC4, ENQ, EOT, About, status_byte
from drivers.escpos.mechanism import NEAR_END_MM, Mechanism
from drivers.escpos.stream import RealTime
from drivers.escpos.usb_side import UsbSide
from firmware.runtime.bench import BenchRefused

BUFFER_BYTES = 4096
BOOT_SECONDS = 0.5
CLEAR_BUFFERS_FUNCTION = 8


class ReceiptPrinterEmulator(Mechanism):
    """One printer with a cutter. `roll_mm` is the paper in it at the start.

    `takes_offline`: whether its USB port takes bytes while it cannot print; some take none.
    With `out_folder`, every piece of paper with ink on it is kept there as `ticket-0001.png`.
    """

    def __init__(
        self,
        speed: float = 1.0,
        width_dots: int = 576,
        roll_mm: int = 50_000,
        out_folder: str = "",
        seed: int = 1,
        takes_offline: bool = True,
    ) -> None:
        super().__init__(speed, width_dots, roll_mm, out_folder)
        self._takes_offline = takes_offline
        self._noise = random.Random(seed)
        self._deaf_until = 0.0
        self._overflow = 0

    def on_usb(self) -> Emulator:
        return UsbSide(self)

    @property
    def room(self) -> int:
        """Bytes that still fit into the receive buffer."""
        return max(0, BUFFER_BYTES - len(self._buffer))

    @property
    def has_power(self) -> bool:
        return self._has_power

    @property
    def takes(self) -> bool:
        """Whether its USB port takes anything now."""
        return self._has_power and (self._takes_offline or not self.condition().is_offline)

    # --- the wire ---------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._work(now)
        if not self._has_power or now < self._ready_at or now < self._deaf_until:
            return
        commands, rest = self._filter.feed(data)
        fits = rest[: self.room]
        self._overflow += len(rest) - len(fits)
        self._buffer += fits
        for command in commands:
            self._on_real_time(command)
        self._work(now)

    def bytes_to_send(self) -> bytes:
        data = super().bytes_to_send()
        is_heard = self._has_power and self._looked_at >= self._deaf_until
        return data if is_heard else b""

    def tick(self, now: float) -> None:
        self._work(now)

    def next_deadline(self) -> float:
        if not self._has_power or not self._can_move() or not self._has_work():
            return NEVER
        return max(self._free_at, self._looked_at + self._look)

    def _on_real_time(self, command: RealTime) -> None:
        match command.kind, command.parameters[0]:
            case (kind, number) if kind == EOT and number in list(About):
                self._say(bytes((status_byte(About(number), self.condition()),)))
            case (kind, 2) if kind == ENQ and not self._cutter_is_jammed:
                self._cutter_error = False
                self._clear()
            case (kind, 1) if kind == ENQ and not self._cutter_is_jammed:
                self._cutter_error = False
            case (kind, function) if kind == DC4 and function == CLEAR_BUFFERS_FUNCTION:
                self._clear()
        self._report()

    # --- hands ------------------------------------------------------------------------------

    def hand_pull_paper(self, now: float) -> None:
        """The roll ends here and now."""
        self._work(now)
        self.roll.run_out()
        self._report()

    def hand_load_paper(self, now: float, mm: int = 50_000) -> None:
        self.roll.load(mm)
        self._resume(now)

    def hand_near_end(self, now: float) -> None:
        """Little is left: the sensor sees it."""
        self.hand_load_paper(now, NEAR_END_MM - 1000)

    def hand_open_cover(self, now: float) -> None:
        self._work(now)
        self._cover_is_open = True
        self._report()

    def hand_close_cover(self, now: float) -> None:
        self._cover_is_open = False
        self._resume(now)

    def hand_jam_cutter(self, now: float) -> None:
        """The next cut fails."""
        self._cutter_is_jammed = True

    def hand_clear_cutter(self, now: float) -> None:
        """Nothing is in its way any more; the error stays until the host recovers from it."""
        self._cutter_is_jammed = False

    def hand_overheat(self, now: float) -> None:
        self._work(now)
        self._is_hot = True
        self._report()

    def hand_cool(self, now: float) -> None:
        self._is_hot = False
        self._resume(now)

    def hand_break_down(self, now: float) -> None:
        """An unrecoverable error: until the power was off."""
        self._work(now)
        self._is_broken = True
        self._report()

    def hand_tear(self, now: float) -> None:
        """Take the tickets that wait in the mouth."""
        if not self.roll.tear():
            raise BenchRefused("no ticket waits to be torn off")

    def hand_power_cut(self, now: float) -> None:
        self._work(now)
        self._outgoing.clear()
        self._has_power = False
        self._is_broken = False
        self._forget()

    def hand_power_on(self, now: float) -> None:
        if not self._has_power:
            self._has_power = True
            self._ready_at = now + BOOT_SECONDS / self.speed

    def hand_power_cycle(self, now: float) -> None:
        self.hand_power_cut(now)
        self.hand_power_on(now)

    def hand_link_drop(self, now: float, seconds: float = 2.0) -> None:
        """What either side sends in that time is lost on the way."""
        self._deaf_until = now + seconds

    def hand_noise(self, now: float, count: int = 16) -> None:
        """A bad contact: bytes that nobody sent arrive at the host."""
        self._say(self._noise.randbytes(count))

    def _resume(self, now: float) -> None:
        self._report()
        self._free_at = max(self._free_at, now)
        self._work(now)

    def physics(self) -> dict[str, Any]:
        return {
            "tickets": self.roll.account(),
            "printed": self.roll.printed,
            "paper_mm": self.roll.mm_left,
            "faults": self._fault_names(),
            "has_power": self._has_power,
            "overflow": self._overflow,
            "stores": self._stores,
        }

    def _fault_names(self) -> list[str]:
        text = str(self.condition())
        known = [name for name in text.split(", ") if name not in ("all clear", "is_offline")]
        return [*known, "cutter_is_jammed"] if self._cutter_is_jammed else known
