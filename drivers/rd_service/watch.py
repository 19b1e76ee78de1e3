"""Is the RD service one that UIDAI still takes: its version, and until when its certificate holds.

UIDAI refuses a print that is encrypted for a certificate that has expired, and old versions of a
service (error 501 and others of the authentication API). Nobody at the kiosk would see it come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from drivers.base.ledger import Ledger
from drivers.rd_service.codec import DeviceInfo
from drivers.rd_service.events import Fault
from firmware.contract.device import Fault as DeviceFault

SOON_DAYS = 30  # a new version comes from the vendor through the district: weeks
EARLIEST = date(2026, 1, 1)  # a clock that says less is not believed, as in the journal


class Seen(msgspec.Struct, frozen=True):
    """On disk: the certificate is told with a print only, and a restart must not forget it."""

    version: str  # rdsVer, of the service that told
    valid_until: date


@dataclass(frozen=True)
class Wanted:
    """What the options say: versions that are known to work, and a date where no print told one."""

    versions: tuple[str, ...] = ()
    valid_until: date | None = None


class Watch:
    """Days are those of the kiosk's own clock, as far as it is believed."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._ledger, self._wanted = Ledger(path, Seen), wanted
        self._seen = self._ledger.load()

    def captured(self, info: DeviceInfo, valid_until: date | None) -> None:
        """What a print told of the service that made it."""
        if valid_until is None:
            return
        seen = Seen(info.version, valid_until)
        if seen != self._seen:
            self._ledger.save(seen)
            self._seen = seen

    def faults(self, info: DeviceInfo, today: date) -> list[DeviceFault]:
        return [*self._of_version(info), *self._of_certificate(info, today)]

    def _of_version(self, info: DeviceInfo) -> list[DeviceFault]:
        known = self._wanted.versions
        if not known or not info.version or info.version in known:
            return []
        return [DeviceFault(Fault.VERSION, f"expected {' or '.join(known)}, got {info.version}")]

    def _of_certificate(self, info: DeviceInfo, today: date) -> list[DeviceFault]:
        until = self._until(info)
        if until is None or today < EARLIEST:
            return []
        days = (until - today).days
        if days < 0:
            return [DeviceFault(Fault.EXPIRED, f"since {until}")]
        if days <= SOON_DAYS:
            return [DeviceFault(Fault.EXPIRING, f"in {days} days, on {until}")]
        return []

    def _until(self, info: DeviceInfo) -> date | None:
        """What a service of another version said counts no more."""
        if self._seen is not None and info.version in ("", self._seen.version):
            return self._seen.valid_until
        return self._wanted.valid_until
