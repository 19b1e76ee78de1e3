"""The emulated printer's USB port: bulk transfers taken as there is room, and the port's status.

A real controller says NAK while it has no room, and the host waits: nothing overflows. What waits
stands in `_waiting`, in the host's controller, and is lost with the cable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drivers.base.emulator import Emulator
from drivers.base.transfers import LONGEST, Pipe, TransferReader, UsbIdentity, framed
from drivers.escpos.usb import PRODUCT, VENDOR, port_status

if TYPE_CHECKING:
    from drivers.escpos.emulator import ReceiptPrinterEmulator

DEVICE_ID = "MFG:Kiosk bench;CMD:ESC/POS;MDL:Emulated 80 mm;CLS:PRINTER;"


class UsbSide(Emulator):
    """`printer` with a USB cable instead of a serial one. Speaks `drivers/base/transfers.py`."""

    def __init__(self, printer: ReceiptPrinterEmulator) -> None:
        super().__init__(printer.speed)
        self.printer = printer
        self.usb = UsbIdentity(
            VENDOR, PRODUCT, "BENCH0001", "Kiosk bench", "Emulated 80 mm", device_id=DEVICE_ID
        )
        self._transfers = TransferReader()
        self._waiting = bytearray()

    def connected(self, now: float) -> None:
        self._transfers.clear()
        self._waiting.clear()

    def disconnected(self, now: float) -> None:
        self._waiting.clear()

    def receive_bytes(self, data: bytes, now: float) -> None:
        for transfer in self._transfers.feed(data, now):
            match transfer.pipe:
                case Pipe.OUTPUT:
                    self._waiting += transfer.data
                case Pipe.DROP:
                    self._waiting.clear()
                case Pipe.ASK_PORT if self.printer.has_power:
                    self._outgoing += framed(Pipe.PORT, bytes((self._port_status(),)))
        self._take(now)

    def _take(self, now: float) -> None:
        """What there is room for, while the printer takes anything."""
        while self._waiting and self.printer.takes and (room := self.printer.room):
            piece = bytes(self._waiting[:room])
            del self._waiting[:room]
            self.printer.receive_bytes(piece, now)

    def _port_status(self) -> int:
        now = self.printer.condition()
        return port_status(now.paper_end, has_error=now.has_error or now.cover_is_open)

    def bytes_to_send(self) -> bytes:
        said = self.printer.bytes_to_send()
        for at in range(0, len(said), LONGEST):
            self._outgoing += framed(Pipe.INPUT, said[at : at + LONGEST])
        return super().bytes_to_send()

    def tick(self, now: float) -> None:
        self.printer.tick(now)
        self._take(now)

    def next_deadline(self) -> float:
        return self.printer.next_deadline()

    def hand(self, action: str, now: float, **arguments: Any) -> None:
        self.printer.hand(action, now, **arguments)
        self._take(now)

    def physics(self) -> dict[str, Any]:
        return self.printer.physics()
