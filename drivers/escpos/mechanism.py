"""The inside of the emulated printer: a buffer, commands in their order, and paper that moves.

It prints 150 mm a second and does with its buffer what real ones do: paper end and an open cover
stop the mechanism and keep the buffer, which goes on printing as soon as it can.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from drivers.base.emulator import Emulator
from drivers.escpos import logo
from drivers.escpos.codec import (
    DOTS_PER_MM,
    Condition,
    IdentityItem,
    asb_bytes,
    identity_reply,
    keys_reply,
    process_reply,
)
from drivers.escpos.paper import Roll
from drivers.escpos.stream import (
    Block,
    Characters,
    NewLine,
    PrinterCommand,
    RasterStart,
    RealTimeFilter,
    Simple,
    Unknown,
    take_command,
)
from drivers.escpos.typewriter import LINE_ROWS, Typewriter

ROWS_A_SECOND = 150 * DOTS_PER_MM
CUT_SECONDS = 0.3
CUTTER_AT = 12 * DOTS_PER_MM  # rows from the head to the cutter
NEAR_END_MM = 5000  # where the sensor sees the core of the roll
LOOK_EVERY = 0.02  # seconds between two looks at the moving paper
SHORTEST_LOOK = 0.01  # seconds, however fast the emulated time runs: looking costs real work
IDENTITY = {
    IdentityItem.FIRMWARE: "1.04 ESC/POS",
    IdentityItem.MAKER: "Kiosk bench",
    IdentityItem.MODEL: "Emulated 80 mm",
    IdentityItem.SERIAL: "BENCH0001",
}


class Mechanism(Emulator):
    """What moves; `roll_mm` is the paper in it at the start."""

    def __init__(self, speed: float, width_dots: int, roll_mm: int, out_folder: str) -> None:
        super().__init__(speed)
        self.roll = Roll(width_dots, roll_mm, Path(out_folder) if out_folder else None)
        self._typewriter = Typewriter(width_dots)
        self._look = max(LOOK_EVERY / speed, SHORTEST_LOOK)
        self._pictures: dict[bytes, tuple[int, bytes]] = {}  # in NV memory: row bytes, dots
        self._stores = 0  # how often it was written: it wears
        self._has_power = True
        self._ready_at = 0.0  # after power-on
        self._looked_at = 0.0
        self._cover_is_open = self._cutter_is_jammed = self._is_hot = self._is_broken = False
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
        elif letter == "L" and len(content) >= 4:
            self._obey_graphics(content[1], content[2:])
        elif letter == "k":
            self._rows.extend(self._typewriter.on_code(content))

    def _obey_graphics(self, function: int, content: bytes) -> None:
        """GS ( L: which pictures there are, store one, print one."""
        match function:
            case logo.KEYS:
                self._say(keys_reply(self._pictures))
            case logo.DEFINE if len(content) > 9:
                row_bytes = (int.from_bytes(content[4:6], "little") + 7) // 8
                self._pictures[content[1:3]] = (row_bytes, content[9:])
                self._stores += 1
            case logo.PRINT if content[:2] in self._pictures:
                row_bytes, dots = self._pictures[content[:2]]
                before = (self.roll.row_bytes - row_bytes) // 2 * (self._typewriter.alignment == 1)
                for at in range(0, len(dots), row_bytes):
                    self._rows.append(bytes(before) + dots[at : at + row_bytes])

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


def blank(rows: int) -> Iterable[bytes]:
    return [b""] * rows
