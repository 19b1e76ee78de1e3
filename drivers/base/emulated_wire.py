"""Several emulated devices at one port, as a party line has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drivers.base.emulator import Emulator


class EmulatedWire(Emulator):
    """What is behind the real port; hands act on `devices`."""

    def __init__(self, devices: Sequence[Emulator]) -> None:
        super().__init__()
        self.devices = devices

    def next_deadline(self) -> float:
        return min(device.next_deadline() for device in self.devices)

    def physics(self) -> dict[str, Any]:
        return {str(number): device.physics() for number, device in enumerate(self.devices)}


class OneWire(EmulatedWire):
    """A bus of one wire (ccTalk): each device hears the host and the others, the host itself."""

    def __init__(self, devices: Sequence[Emulator], has_echo: bool = True) -> None:
        super().__init__(devices)
        self._has_echo = has_echo

    def receive_bytes(self, data: bytes, now: float) -> None:
        if self._has_echo:
            self._outgoing += data
        for device in self.devices:
            device.receive_bytes(data, now)
        self._gather(now)

    def tick(self, now: float) -> None:
        for device in self.devices:
            device.tick(now)
        self._gather(now)

    def _gather(self, now: float) -> None:
        for number, device in enumerate(self.devices):
            if said := device.bytes_to_send():
                self.carry(number, said, now)

    def carry(self, number: int, said: bytes, now: float) -> None:
        """What device `number` said, to the host and to the others."""
        self._outgoing += said
        for other in self.devices:
            if other is not self.devices[number]:
                other.receive_bytes(said, now)
