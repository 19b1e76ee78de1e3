"""The printer's side of ESC/POS, with its physics: paper moves, ends, jams, and is torn off.

It prints 150 mm a second, keeps 4 KB of what it has not printed yet, and does with it what real
ones do: paper end and an open cover stop the mechanism and keep the buffer, which goes on printing
as soon as it can. Real-time commands are obeyed as they arrive, also where they are dots of a
picture.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from drivers.base.emulator import Emulator
from drivers.base.protocol import NEVER
from drivers.escpos.codec import (
    DC4,
    DOTS_PER_MM,
    ENQ,
    EOT,
    About,
    Condition,
    IdentityItem,
    asb_bytes,
    identity_reply,
    process_reply,
    status_byte,
)
from drivers.escpos.paper import Roll
from drivers.escpos.stream import (
    Block,
    Characters,
    NewLine,
    PrinterCommand,
    RasterStart,
    RealTime,
    RealTimeFilter,
    Simple,
    Unknown,
    take_command,
)
from drivers.escpos.typewriter import LINE_ROWS, Typewriter
from firmware.runtime.bench import BenchRefused

ROWS_A_SECOND = 150 * DOTS_PER_MM
BUFFER_BYTES = 4096
CUT_SECONDS = 0.3
CUTTER_AT = 12 * DOTS_PER_MM  # rows from the head to the cutter
NEAR_END_MM = 5000  # where the sensor sees the core of the roll
LOOK_EVERY = 0.02  # seconds between two looks at the moving paper
SHORTEST_LOOK = 0.01  # seconds, however fast the emulated time runs: looking costs real work
BOOT_SECONDS = 0.5
CLEAR_BUFFERS_FUNCTION = 8
IDENTITY = {
    IdentityItem.FIRMWARE: "1.04 ESC/POS",
    IdentityItem.MAKER: "Kiosk bench",
    IdentityItem.MODEL: "Emulated 80 mm",
    IdentityItem.SERIAL: "BENCH0001",
}


class ReceiptPrinterEmulator(Emulator):
    """One printer with a cutter. `roll_mm` is the paper in it at the start.

    With `out_folder`, every piece of paper with ink on it is kept there as `ticket-0001.png`.
    """

    def __init__(
        self,
        speed: float = 1.0,
        width_dots: int = 576,
        roll_mm: int = 50_000,
        out_folder: str = "",
        seed: int = 1,
    ) -> None:
        super().__init__(speed)
        self.roll = Roll(width_dots, roll_mm, Path(out_folder) if out_folder else None)
        self._typewriter = Typewriter(width_dots)
        self._look = max(LOOK_EVERY / speed, SHORTEST_LOOK)
        self._noise = random.Random(seed)
        self._has_power = True
        self._ready_at = 0.0  # after power-on
        self._looked_at = self._deaf_until = 0.0
        self._cover_is_open = self._cutter_is_jammed = self._is_hot = self._is_broken = False
        self._overflow = 0
        self._forget()

    def _forget(self) -> None:
        """What RAM holds goes with the power."""
        self._filter = RealTimeFilter()
        self._asb_mask = 0
        self._told: Condition | None = None
        self._cutter_error = False
        self._clear()

    def _clear(self) -> None:
        """Drop everything that is not on paper yet."""
        self._buffer = bytearray()
        self._rows: deque[bytes] = deque()
        self._raster: RasterStart | None = None
        self._cuts_next = False
        self._is_starved = False  # the buffer holds the beginning of something
        self._free_at = 0.0  # when the mechanism has done what it does now
        self._typewriter.reset()
        self.roll.interrupt()

    # --- the wire ---------------------------------------------------------------------------

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._work(now)
        if not self._has_power or now < self._ready_at or now < self._deaf_until:
            return
        commands, rest = self._filter.feed(data)
        room = max(0, BUFFER_BYTES - len(self._buffer))
        self._overflow += len(rest) - len(rest[:room])
        self._buffer += rest[:room]
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

    def _say(self, data: bytes) -> None:
        self._outgoing += data

    def condition(self) -> Condition:
        """What the sensors say now."""
        stops = self._cover_is_open or not self.roll.rows_left or self._has_error()
        return Condition(
            is_offline=stops,
            cover_is_open=self._cover_is_open,
            cutter_error=self._cutter_error,
            unrecoverable=self._is_broken,
            is_hot=self._is_hot,
            paper_near_end=self.roll.mm_left < NEAR_END_MM,
            paper_end=not self.roll.rows_left,
        )

    def _has_error(self) -> bool:
        return self._cutter_error or self._is_broken or self._is_hot

    def _report(self) -> None:
        """Automatic status back, after every change."""
        now = self.condition()
        if self._asb_mask and now != self._told:
            self._told = now
            self._say(asb_bytes(now))

    # --- the mechanism ----------------------------------------------------------------------

    def _can_move(self) -> bool:
        return not self.condition().is_offline

    def _has_work(self) -> bool:
        return bool(self._rows or self._cuts_next or (self._buffer and not self._is_starved))

    def _work(self, now: float) -> None:
        """Do everything that the mechanism has had time for."""
        self._looked_at = now
        if not self._has_power or now < self._ready_at:
            return
        self._free_at = max(self._free_at, self._idle_since(now))
        self._is_starved = False
        while self._free_at <= now and self._can_move() and not self._is_starved:
            self._is_starved = not self._step()
        self._report()

    def _idle_since(self, now: float) -> float:
        """A mechanism that had nothing to do or could not move does not work in the past."""
        return self._free_at if self._free_at >= now - 2 * self._look else now

    def _step(self) -> bool:
        """One row, one cut or one command; False when there is nothing to do."""
        if self._rows:
            self._print(self._rows.popleft())
            return True
        if self._cuts_next:
            self._cut()
            return True
        if self._raster is not None:
            return self._next_raster_row()
        command = take_command(self._buffer)
        if command is None:
            return False
        self._obey(command)
        return True

    def _print(self, dots: bytes) -> None:
        self.roll.print_row(dots)
        self._free_at += 1 / (ROWS_A_SECOND * self.speed)
        if not self.roll.rows_left:
            self.roll.run_out()

    def _next_raster_row(self) -> bool:
        assert self._raster is not None
        width, rows = self._raster.row_bytes, self._raster.rows
        if not rows:
            self._raster = None
            return True
        if len(self._buffer) < width:
            return False
        dots = bytes(self._buffer[:width])
        del self._buffer[:width]
        self._raster = RasterStart(width, rows - 1)
        self._rows.append(dots)
        return True

    def _cut(self) -> None:
        self._cuts_next = False
        self._free_at += CUT_SECONDS / self.speed
        if self._cutter_is_jammed:
            self._cutter_error = True
        else:
            self.roll.cut()

    def _obey(self, command: PrinterCommand) -> None:
        match command:
            case RasterStart():
                self._raster = command
            case Characters(text):
                self._typewriter.type(text)
            case NewLine():
                self._rows.extend(self._typewriter.feed())
            case Block(letter, content):
                self._obey_block(letter, content)
            case Simple(name, parameters):
                self._obey_simple(name, parameters)
            case Unknown():
                pass  # a printer does not complain either

    def _obey_block(self, letter: str, content: bytes) -> None:
        if letter == "H" and len(content) == 6:
            self._say(process_reply(content[2:]))
        elif letter == "k":
            self._rows.extend(self._typewriter.on_code(content))

    def _obey_simple(self, name: str, parameters: bytes) -> None:
        match name:
            case "ESC @":
                self._typewriter.reset()
            case "ESC J":
                self._feed(parameters[0])
            case "ESC d":
                self._feed(parameters[0] * LINE_ROWS)
            case "ESC a":
                self._typewriter.alignment = parameters[0] % 48
            case "GS V":
                self._feed(CUTTER_AT + parameters[1] if len(parameters) > 1 else 0)
                self._cuts_next = True
            case "ESC i" | "ESC m":
                self._cuts_next = True
            case "GS a":
                self._asb_mask, self._told = parameters[0], None
            case "GS I" if parameters[0] in list(IdentityItem):
                self._say(identity_reply(IDENTITY[IdentityItem(parameters[0])]))
            case "GS r":
                self._say(asb_bytes(self.condition())[2:3])  # the same bits as in 7.3

    def _feed(self, rows: int) -> None:
        self._rows.extend(blank(rows))

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
        }

    def _fault_names(self) -> list[str]:
        text = str(self.condition())
        known = [name for name in text.split(", ") if name not in ("all clear", "is_offline")]
        return [*known, "cutter_is_jammed"] if self._cutter_is_jammed else known


def blank(rows: int) -> Iterable[bytes]:
    return [b""] * rows
