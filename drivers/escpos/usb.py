"""ESC/POS on a USB cable: the same bytes in bulk transfers, and the port's own word beside them.

A printer that is offline may take no byte at all, not even a question. Then GET_PORT_STATUS, which
goes past the data, says why (USB Printing Devices 1.1, 4.2.2; protocols/escpos.md 7.1). It is
believed only while the printer is mute: many answer it with a constant.
"""

from __future__ import annotations

from enum import IntFlag

from drivers.base.transfers import LONGEST, Pipe, TransferReader, framed
from drivers.escpos.codec import CLEAR_BUFFERS
from drivers.escpos.events import Fault
from drivers.escpos.logo import Logo
from drivers.escpos.protocol import HostProtocol
from drivers.escpos.states import State

VENDOR, PRODUCT = 0x04B8, 0x0202  # as Epson's TM series says of itself
BITS_A_SECOND = 8_000_000  # full speed, 12 Mbit/s, less what the bus itself needs


class PortBit(IntFlag):
    """The byte of GET_PORT_STATUS."""

    NOT_ERROR = 0x08
    SELECTED = 0x10
    PAPER_EMPTY = 0x20


def port_status(paper_is_out: bool, has_error: bool) -> int:
    """0x18 all is well, 0x38 paper is out, 0x10 another error (7.1)."""
    return (
        PortBit.SELECTED | PortBit.NOT_ERROR * (not has_error) | PortBit.PAPER_EMPTY * paper_is_out
    )


def read_port_status(status: int) -> Fault | None:
    """Why a mute printer is mute, as far as its port says it."""
    if status & PortBit.PAPER_EMPTY:
        return Fault.PAPER_END
    return None if status & PortBit.NOT_ERROR else Fault.STOPPED


class UsbHostProtocol(HostProtocol):
    """Speaks `drivers/base/transfers.py`."""

    def __init__(self, half_is_inside: bool = False, logo: Logo | None = None) -> None:
        super().__init__(BITS_A_SECOND, half_is_inside, logo)
        self._transfers = TransferReader()
        self._asides: list[Pipe] = []  # what goes past the data

    def connected(self, now: float) -> None:
        self._transfers.clear()
        self._asides.clear()
        super().connected(now)

    def receive_bytes(self, data: bytes, now: float) -> None:
        for transfer in self._transfers.feed(data, now):
            if transfer.pipe is Pipe.INPUT:
                super().receive_bytes(bytes(transfer.data), now)
            elif transfer.pipe is Pipe.PORT and len(transfer.data) == 1:
                self._on_port_status(transfer.data[0])

    def bytes_to_send(self) -> bytes:
        """Asides first: a question to the port does not wait for the data."""
        data = super().bytes_to_send()
        asides, self._asides = self._asides, []
        pieces = [data[at : at + LONGEST] for at in range(0, len(data), LONGEST)]
        frames = [framed(pipe, b"") for pipe in asides]
        return b"".join(frames + [framed(Pipe.OUTPUT, piece) for piece in pieces])

    def _on_enter_silent(self, now: float) -> None:
        """What the printer has not taken, it must not take when it wakes up."""
        super()._on_enter_silent(now)
        self._asides += [Pipe.DROP, Pipe.ASK_PORT]

    def _poll(self, now: float) -> None:
        """At a mute printer's door waits one question, no queue, and before it the order to clear:
        what stands in its own buffer must not come out when paper is put in."""
        if self.state is State.SILENT:
            self._asides += [Pipe.DROP, Pipe.ASK_PORT]
            self._outgoing += CLEAR_BUFFERS
        super()._poll(now)

    def _on_port_status(self, status: int) -> None:
        if self.state is State.SILENT:
            self.mute_because = read_port_status(status)
