"""The kiosk's own certificate, read before it is shown to anybody: whose it is, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID


class BadCertificate(ValueError):
    """`code` is a finding; the text says which file and what is wrong with it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Certificate:
    name: str  # common name
    begins: datetime
    ends: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; below zero after."""
        return (self.ends - now).days

    def trouble(self, kiosk: str, now: datetime, clock_is_set: bool) -> tuple[str, str] | None:
        """Code and plain words; None where nothing is wrong with it. An expiry is not judged by a
        clock that may be wrong."""
        if self.name != kiosk:
            return ("uplink.certificate_name", f"the certificate is of {self.name}, not of {kiosk}")
        if clock_is_set and now > self.ends:
            return ("uplink.certificate_expired", f"it ended on {self.ends:%Y-%m-%d}")
        if now < self.begins:
            since = f"the certificate begins on {self.begins:%Y-%m-%d}, and it is {now:%Y-%m-%d}"
            return ("uplink.clock_unset", f"{since}: is the clock set?")
        return None


def read(path: Path) -> Certificate:
    """The first one of a PEM file; raises BadCertificate."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except OSError as error:
        raise BadCertificate("uplink.certificate_missing", str(error)) from None
    except ValueError as error:
        raise BadCertificate("uplink.certificate_unreadable", f"{path}: {error}") from None
    name = str(names[0].value) if names else ""
    return Certificate(name, found.not_valid_before_utc, found.not_valid_after_utc)
