"""A broken wire or device, as exceptions.

    DeviceFault
    ├── LinkLost(ConnectionError)      the port went away: unplugged, adapter gone
    ├── LinkCorrupt                    bytes that follow no rule of the document
    ├── DeviceTimeout(TimeoutError)    the port is there and nobody answers
    └── DeviceRefused                  the device said no, with its own code

Expected outcomes (a refused note, paper end) are events, not exceptions; bugs are ordinary
exceptions and are not caught.
"""

from __future__ import annotations


class DeviceFault(Exception):
    """`code` is stable and dotted; `raw` holds the bytes that tell why."""

    code = "device.fault"

    def __init__(self, detail: str, raw: bytes = b"") -> None:
        super().__init__(f"{detail} [{raw.hex(' ')}]" if raw else detail)
        self.raw = raw


class LinkLost(DeviceFault, ConnectionError):
    code = "link.lost"


class LinkCorrupt(DeviceFault):
    code = "link.corrupt"


class DeviceTimeout(DeviceFault, TimeoutError):
    code = "link.silent"


class DeviceRefused(DeviceFault):
    code = "device.refused"
