"""How a kiosk joins its fleet: whom it believes, its own key, and the fleet's word for it.

The office gives the technician a QR code, the invitation: which broker, the SHA-256 of the fleet's
CA certificate, and the key that signs commands. The code came by hand, so what comes by wire can be
held against it: a CA certificate of another hash is refused whoever brought it. The kiosk makes its
own key (ECDSA P-256), which never leaves it; a certificate request goes to the office, a
certificate comes back. RFC 2986 and RFC 5280, by `cryptography`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware.runtime.durable import sync_folder

CA, CERTIFICATE, KEY = "fleet.pem", "kiosk.pem", "kiosk.key"
INVITATION = re.compile(
    r"KIOSK-FLEET/1 (?P<broker>[A-Za-z0-9.-]{1,253}):(?P<port>\d{1,5})"
    r" (?P<ca>[0-9a-f]{64}) (?P<commands>[0-9a-f]{64})"
)
FEW_DAYS = 30  # a certificate that ends sooner is worth a visit


class EnrolmentRefused(ValueError):
    """What was brought is not of this fleet or not of this kiosk: says expected and got."""


@dataclass(frozen=True)
class Invitation:
    """The text of the QR code. `ca` is SHA-256 of the CA certificate (DER, hex); `commands` the
    Ed25519 public key of the fleet's commands (hex)."""

    broker: str
    port: int
    ca: str
    commands: str

    @property
    def text(self) -> str:
        return f"KIOSK-FLEET/1 {self.broker}:{self.port} {self.ca} {self.commands}"

    @classmethod
    def read(cls, text: str) -> Invitation:
        """Raises EnrolmentRefused."""
        found = INVITATION.fullmatch(" ".join(text.split()))
        if found is None or not 0 < int(found["port"]) < 65536:
            raise EnrolmentRefused(
                "invitation: expected `KIOSK-FLEET/1 HOST:PORT CA-HASH COMMAND-KEY`,"
                f" got {text.strip()[:80]!r}"
            )
        return cls(found["broker"], int(found["port"]), found["ca"], found["commands"])

    @property
    def section(self) -> str:
        """What belongs into kiosk.toml."""
        return (
            f'[uplink]\nbroker = "{self.broker}"\nport = {self.port}\n'
            f'fleet_keys = ["{self.commands}"]\n'
        )


def begin(folder: Path, invitation: Invitation, ca_pem: bytes) -> None:
    """Believe this CA, and make this kiosk's key. Raises EnrolmentRefused for another CA.

    A key that is there stays; a CA that is there is replaced only by one of the invitation.
    """
    ca = read_certificate(ca_pem, "CA certificate")
    found = ca.fingerprint(hashes.SHA256()).hex()
    if found != invitation.ca:
        raise EnrolmentRefused(f"CA certificate: expected {invitation.ca}, got {found}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    _put(folder / CA, ca_pem, 0o644)
    if not (folder / KEY).exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _put(folder / KEY, pem, 0o600)


def request(folder: Path, kiosk: str) -> bytes:
    """The certificate request, PEM: common name is the kiosk's id. Raises EnrolmentRefused."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kiosk)])
    made = x509.CertificateSigningRequestBuilder().subject_name(name)
    signed = made.sign(_key(folder), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def install(folder: Path, kiosk: str, pem: bytes, now: datetime) -> x509.Certificate:
    """Take the fleet's word for this kiosk; `now` is aware. Raises EnrolmentRefused, and then what
    was there stays."""
    certificate = read_certificate(pem, "certificate")
    ca = read_certificate((folder / CA).read_bytes(), str(folder / CA))
    if (name := common_name(certificate)) != kiosk:
        raise EnrolmentRefused(f"certificate: expected the common name {kiosk}, got {name}")
    if certificate.public_key() != _key(folder).public_key():
        raise EnrolmentRefused("certificate: expected one of this kiosk's own key, got another's")
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        raise EnrolmentRefused(
            f"certificate: expected one by {ca.subject.rfc4514_string()},"
            f" got one by {certificate.issuer.rfc4514_string()}"
        ) from None
    if now > certificate.not_valid_after_utc:
        raise EnrolmentRefused(f"certificate: ended on {certificate.not_valid_after_utc:%Y-%m-%d}")
    _put(folder / CERTIFICATE, pem, 0o644)
    return certificate


def sign(ca_pem: bytes, ca_key_pem: bytes, request_pem: bytes, now: datetime,
         valid: timedelta) -> bytes:  # fmt: skip
    """The office's answer to a request: a certificate for a client, and for nothing else.

    Raises EnrolmentRefused for a request that is not signed by the key in it.
    """
    try:
        asked = x509.load_pem_x509_csr(request_pem)
    except ValueError as error:
        raise EnrolmentRefused(f"request: {error}") from None
    if not asked.is_signature_valid:
        raise EnrolmentRefused("request: expected one signed by its own key")
    ca = read_certificate(ca_pem, "CA certificate")
    key = serialization.load_pem_private_key(ca_key_pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise EnrolmentRefused(f"CA key: expected an elliptic curve, got {type(key).__name__}")
    made = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(ca.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks of kiosks go after
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def read_certificate(pem: bytes, what: str) -> x509.Certificate:
    """Raises EnrolmentRefused for what is none."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise EnrolmentRefused(f"{what}: expected a certificate in PEM, got none") from None


def common_name(certificate: x509.Certificate) -> str:
    """Empty where there is none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _key(folder: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError) as error:
        raise EnrolmentRefused(f"{folder / KEY}: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise EnrolmentRefused(f"{folder / KEY}: expected an elliptic curve key")
    return key


def _put(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all; a private key is nobody else's for no moment."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync_folder(path.parent)
