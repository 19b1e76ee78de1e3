"""The roll in the emulated printer: what is printed on it, how much is left, what was cut off."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from drivers.escpos.codec import DOTS_PER_MM

TICKETS_REMEMBERED = 50
LONGEST_PIECE = 16_000  # rows, 2 m: nobody prints that, and memory must have an end


@dataclass
class PrintedTicket:
    """A piece of paper with ink on it. `is_whole`: nothing interrupted it between two cuts."""

    rows: int
    is_cut: bool
    is_whole: bool
    taken: bool = False


class Roll:
    """Paper, in rows of dots."""

    def __init__(self, width_dots: int, roll_mm: int, out_folder: Path | None) -> None:
        self.row_bytes = width_dots // 8
        self.rows_left = roll_mm * DOTS_PER_MM
        self.tickets: deque[PrintedTicket] = deque(maxlen=TICKETS_REMEMBERED)
        self.printed = 0
        self.last_picture: Image.Image | None = None
        self._out_folder = out_folder
        self._dots = bytearray()
        self._is_spoilt = False  # something interrupted what is on the piece in the printer
        self._is_open = False  # the host has begun a ticket and not cut or cleared it

    @property
    def mm_left(self) -> int:
        return self.rows_left // DOTS_PER_MM

    @property
    def rows_out(self) -> int:
        """Rows since the last cut: what hangs out of the printer."""
        return len(self._dots) // self.row_bytes

    def print_row(self, dots: bytes = b"") -> None:
        """Move by one row; `dots` longer than the paper is wide are lost."""
        assert self.rows_left > 0
        self.rows_left -= 1
        if self.rows_out < LONGEST_PIECE:
            self._dots += dots[: self.row_bytes].ljust(self.row_bytes, b"\0")
        self._is_open = self._is_open or any(dots)

    def cut(self) -> None:
        self._finish(is_cut=True)
        self._is_open = self._is_spoilt = False

    def run_out(self) -> None:
        """The end of the roll falls out, with what is on it."""
        self.rows_left = 0
        self._is_spoilt = self._is_spoilt or self._is_open
        self._finish(is_cut=False)
        self._is_spoilt = self._is_open  # what still comes of that ticket is a second half

    def load(self, mm: int) -> None:
        self.rows_left = mm * DOTS_PER_MM

    def interrupt(self) -> None:
        """The host's ticket ends here, without a cut: cleared, or the power went."""
        self._is_spoilt = any(self._dots)
        self._is_open = False

    def tear(self) -> bool:
        """Take every ticket that is cut; False when there is none."""
        waiting = [ticket for ticket in self.tickets if ticket.is_cut and not ticket.taken]
        for ticket in waiting:
            ticket.taken = True
        return bool(waiting)

    def account(self) -> list[dict[str, object]]:
        return [asdict(ticket) for ticket in self.tickets]

    def _finish(self, is_cut: bool) -> None:
        if any(self._dots):  # blank paper is no ticket
            self.printed += 1
            self.tickets.append(PrintedTicket(self.rows_out, is_cut, not self._is_spoilt))
            self._keep_picture()
        self._dots.clear()

    def _keep_picture(self) -> None:
        size = (self.row_bytes * 8, self.rows_out)
        inverted = bytes(byte ^ 0xFF for byte in self._dots)
        self.last_picture = Image.frombytes("1", size, inverted)
        if self._out_folder is not None:
            self._out_folder.mkdir(parents=True, exist_ok=True)
            self.last_picture.save(self._out_folder / f"ticket-{self.printed:04d}.png")
