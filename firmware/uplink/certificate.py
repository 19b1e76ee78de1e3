"""The kiosk's own certificate, read before it is shown to anybody: whose it is, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from firmware.uplink.enrolment import EnrolmentRefused, common_name, read_certificate

Trouble = tuple[str, str]  # the code of a finding, and the same in plain words


@dataclass(frozen=True)
class Certificate:
    name: str  # common name
    begins: datetime
    ends: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; below zero after."""
        return (self.ends - now).days

    def trouble(self, kiosk: str, now: datetime, clock_is_set: bool) -> Trouble | None:
        """None where nothing is wrong with it. An expiry is not judged by a clock that may be
        wrong."""
        if self.name != kiosk:
            return (
                "uplink.certificate_wrong",
                f"the certificate is of {self.name}, not of {kiosk}",
            )
        if clock_is_set and now > self.ends:
            return ("uplink.certificate_expired", f"it ended on {self.ends:%Y-%m-%d}")
        if now < self.begins:
            since = f"the certificate begins on {self.begins:%Y-%m-%d}, and it is {now:%Y-%m-%d}"
            return ("uplink.clock_unset", f"{since}: is the clock set?")
        return None


def read(path: Path) -> Certificate | Trouble:
    """The first one of a PEM file, or what is wrong with that."""
    try:
        found = read_certificate(path.read_bytes(), str(path))
    except OSError as error:
        return ("uplink.certificate_wrong", f"{error}: kioskctl enrol")
    except EnrolmentRefused as error:
        return ("uplink.certificate_wrong", str(error))
    return Certificate(common_name(found), found.not_valid_before_utc, found.not_valid_after_utc)
