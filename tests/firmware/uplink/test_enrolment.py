"""Joining the fleet: a CA that the code does not name is nobody, whoever brings it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firmware.uplink.enrolment import (
    CA,
    CERTIFICATE,
    KEY,
    EnrolmentRefused,
    Invitation,
    begin,
    install,
    request,
    sign,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
COMMANDS = "cd" * 32


class Office:
    """A fleet's CA."""

    def __init__(self, name: str = "Fleet of Tonk") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - YEAR)
            .not_valid_after(NOW + 10 * YEAR)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.pem = made.public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        fingerprint = made.fingerprint(hashes.SHA256()).hex()
        self.invitation = Invitation("fleet.tonk.example", 8883, fingerprint, COMMANDS)

    def answer(self, asked: bytes, valid: timedelta = YEAR, now: datetime = NOW) -> bytes:
        return sign(self.pem, self.key, asked, now, valid)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_kiosk_joins_and_openssl_agrees(office: Office, tmp_path: Path) -> None:
    begin(tmp_path, Invitation.read(office.invitation.text), office.pem)
    install(tmp_path, "k1", office.answer(request(tmp_path, "k1")), NOW)
    checked = subprocess.run(
        ["openssl", "verify", "-purpose", "sslclient", "-attime", str(int(NOW.timestamp())),
         "-CAfile", CA, CERTIFICATE],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout == f"{CERTIFICATE}: OK\n"
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600


def test_a_ca_that_somebody_put_on_the_wire_is_refused(office: Office, tmp_path: Path) -> None:
    thief = Office()
    with pytest.raises(EnrolmentRefused, match=r"CA certificate: expected .*, got"):
        begin(tmp_path, office.invitation, thief.pem)
    assert list(tmp_path.iterdir()) == []


def test_a_second_beginning_keeps_the_key(office: Office, tmp_path: Path) -> None:
    begin(tmp_path, office.invitation, office.pem)
    before = (tmp_path / KEY).read_bytes()
    begin(tmp_path, office.invitation, office.pem)
    assert (tmp_path / KEY).read_bytes() == before


def _of_another_kiosk(office: Office, folder: Path) -> bytes:
    return office.answer(request(folder, "k2"))


def _of_another_key(office: Office, folder: Path) -> bytes:
    other = folder / "other"
    begin(other, office.invitation, office.pem)
    return office.answer(request(other, "k1"))


def _of_another_fleet(office: Office, folder: Path) -> bytes:
    return Office().answer(request(folder, "k1"))


def _that_has_ended(office: Office, folder: Path) -> bytes:
    return office.answer(request(folder, "k1"), YEAR, NOW - 2 * YEAR)


def _that_is_none(office: Office, folder: Path) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (_of_another_kiosk, "common name k1, got k2"),
        (_of_another_key, "own key"),
        (_of_another_fleet, "expected one by"),
        (_that_has_ended, "ended on 2025-11-22"),
        (_that_is_none, "PEM"),
    ],
)
def test_a_certificate_is_refused_and_the_one_that_works_stays(
    certificate: Callable[[Office, Path], bytes], why: str, office: Office, tmp_path: Path
) -> None:
    begin(tmp_path, office.invitation, office.pem)
    install(tmp_path, "k1", office.answer(request(tmp_path, "k1")), NOW)
    before = (tmp_path / CERTIFICATE).read_bytes()
    with pytest.raises(EnrolmentRefused, match=why):
        install(tmp_path, "k1", certificate(office, tmp_path), NOW)
    assert (tmp_path / CERTIFICATE).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    ["", "https://fleet.example", f"KIOSK-FLEET/1 host:99999 {'a' * 64} {COMMANDS}",
     f"KIOSK-FLEET/2 host:8883 {'a' * 64} {COMMANDS}", f"KIOSK-FLEET/1 host:8883 abc {COMMANDS}"],
)  # fmt: skip
def test_a_code_that_is_no_invitation_is_said(text: str) -> None:
    with pytest.raises(EnrolmentRefused, match="invitation: expected"):
        Invitation.read(text)


def test_a_scanner_may_break_the_line(office: Office) -> None:
    assert Invitation.read(office.invitation.text.replace(" ", "\n") + "\r\n") == office.invitation


def test_the_request_of_a_key_that_is_not_there_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentRefused, match=r"kiosk\.key"):
        request(tmp_path, "k1")
