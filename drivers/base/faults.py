"""A broken wire or device, as exceptions.

    DeviceFault
    └── LinkLost(ConnectionError)      the port went away: unplugged, adapter gone

Expected outcomes (a refused note, paper end) are events, not exceptions, and so are a device that
is silent or says no: its protocol tells them. Bugs are ordinary exceptions and are not caught.
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
