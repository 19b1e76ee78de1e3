"""A fleet of one kiosk: a certificate authority, a real broker with mutual TLS, and a receiver.

The kiosk's certificate is made as in the field, by a request that the office signs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiomqtt
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from firmware.boot.bus_files import binary
from firmware.contract.uplink import UpReply, UpStatus, topic
from firmware.demo.stage import free_port
from firmware.runtime.uplink_section import UplinkSection
from firmware.uplink.enrolment import sign
from tests.firmware.uplink.signing import FLEET_PUBLIC
from tests.firmware.uplink.world import Collector

KIOSK = "k1"
YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)
STARTS_WITHIN = 10.0  # seconds
ALL_OF_IT = "kiosk/v1/+/up/#"


@dataclass(frozen=True)
class Signer:
    """Who signs certificates."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, folder: Path, name: str = "fleet", begins: datetime | None = None) -> Signer:
        """`begins` is of its own certificate; an hour ago where it is left out."""
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        ca = x509.BasicConstraints(ca=True, path_length=0)
        certificate = (
            _builder(subject, subject, key, YEAR, begins)
            .add_extension(ca, critical=True)
            .sign(key, hashes.SHA256())
        )
        (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        return cls(folder, key, certificate)

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def serve(self, names: tuple[str, ...] = ("localhost", "127.0.0.1")) -> tuple[Path, Path]:
        """Certificate and key of a broker."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [_alternative(name) for name in names]
        made = (
            _builder(_name(names[0]), self.certificate.subject, key, YEAR)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return self._files("broker", key, made.public_bytes(Encoding.PEM))

    def client(self, name: str, now: datetime | None = None, valid: timedelta = YEAR
    ) -> tuple[Path, Path]:  # fmt: skip
        """Certificate and key of one that may come in, by its request."""
        key = ec.generate_private_key(ec.SECP256R1())
        asked = x509.CertificateSigningRequestBuilder().subject_name(_name(name))
        request = asked.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        word = sign(self.ca.read_bytes(), _pem(self.key), request, now or datetime.now(UTC), valid)
        return self._files(name, key, word)

    def _files(self, name: str, key: ec.EllipticCurvePrivateKey, word: bytes) -> tuple[Path, Path]:
        paths = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        paths[0].write_bytes(word)
        paths[1].write_bytes(_pem(key))
        return paths


class FleetBroker:
    """A Mosquitto as docs/fleet.md has it: client certificates, and one's own topics."""

    def __init__(self, folder: Path, signer: Signer, names: tuple[str, ...] = ("localhost",)):
        self.folder, self.signer, self.port = folder, signer, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        certificate, key = signer.serve(names)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "acl").write_text(
            "pattern write kiosk/v1/%u/up/#\npattern read kiosk/v1/%u/down/#\n"
            "pattern read kiosk/v1/all/down/#\n"
            "user collector\ntopic readwrite kiosk/#\n"
        )
        lines = [
            f"listener {self.port} 127.0.0.1", f"cafile {signer.ca}", f"certfile {certificate}",
            f"keyfile {key}", "require_certificate true", "use_identity_as_username true",
            f"acl_file {folder / 'acl'}", "persistence false", "log_dest stdout",
            *(["user root"] if os.geteuid() == 0 else []),
        ]  # fmt: skip
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary("mosquitto"), "-c", str(self.folder / "mosquitto.conf")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Receiver:
    """The collector's half of the contract, as little as there can be: keeps, then acknowledges.

    `keeps` of a message says whether it is committed; what is not is not acknowledged either.
    Where it `is_late` it listens to nothing before `comes`: it was never there.
    """

    broker: FleetBroker
    kiosk: str = KIOSK
    keeps: Callable[[str], bool] = lambda name: True
    said: list[tuple[str, bytes]] = field(default_factory=list)
    kept: Collector = field(default_factory=Collector)
    doubles: int = 0
    client: aiomqtt.Client | None = None
    is_late: bool = False

    async def comes(self, share: str = "") -> None:
        """For the first time, with others of its group or alone."""
        self.is_late = False
        assert self.client is not None
        await self.client.subscribe(f"$share/{share}/{ALL_OF_IT}" if share else ALL_OF_IT, qos=1)

    async def run(self) -> None:
        """For as long as the test lasts; the broker may be killed."""
        certificate, key = self.broker.signer.client("collector")
        context = ssl.create_default_context(cafile=str(self.broker.signer.ca))
        context.load_cert_chain(certificate, key)
        while True:
            with suppress(aiomqtt.MqttError):
                await self._session(context)
            self.client = None
            await asyncio.sleep(0.05)

    async def _session(self, context: ssl.SSLContext) -> None:
        async with aiomqtt.Client(
            "localhost", self.broker.port, tls_context=context, identifier="collector",
            protocol=aiomqtt.ProtocolVersion.V5,
        ) as self.client:  # fmt: skip
            if not self.is_late:
                await self.client.subscribe(ALL_OF_IT, qos=1)
            async for message in self.client.messages:
                await self._take(self.client, str(message.topic), bytes(message.payload))

    async def _take(self, client: aiomqtt.Client, name: str, payload: bytes) -> None:
        rest = name.partition(f"/{self.kiosk}/")[2]
        self.said.append((rest, payload))
        if rest in ("up/event", "up/journal") and self.keeps(rest):
            before = len(self.kept.rows) + len(self.kept.events)
            ack = self.kept.commit(payload, rest)
            self.doubles += len(self.kept.rows) + len(self.kept.events) == before
            if self.keeps("down/ack"):
                await self.send("down/ack", ack)

    async def send(self, rest: str, message: object, retain: bool = False) -> None:
        assert self.client is not None
        payload = message if isinstance(message, bytes) else msgspec.json.encode(message)
        await self.client.publish(topic(self.kiosk, rest), payload, qos=1, retain=retain)

    async def to_all(self, rest: str, message: object) -> None:
        """Retained, to every kiosk."""
        assert self.client is not None
        payload = msgspec.json.encode(message)
        await self.client.publish(topic("all", rest), payload, qos=1, retain=True)

    def of(self, rest: str) -> list[bytes]:
        return [payload for name, payload in self.said if name == rest]

    def statuses(self) -> list[UpStatus]:
        return [msgspec.json.decode(each, type=UpStatus) for each in self.of("up/status") if each]

    def replies(self) -> list[UpReply]:
        return [msgspec.json.decode(each, type=UpReply) for each in self.of("up/reply")]

    async def until(self, is_so: Callable[[], bool], seconds: float = 20.0) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.02)


def section_of(
    broker: FleetBroker, signer: Signer, kiosk: str = KIOSK, **changes: object
) -> UplinkSection:
    """As kiosk.toml has it, with the kiosk's certificate by `signer`."""
    certificate, key = signer.client(kiosk)
    made = UplinkSection(
        broker="localhost", port=broker.port, ca=str(broker.signer.ca),
        certificate=str(certificate), key=str(key), fleet_keys=[FLEET_PUBLIC],
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    valid: timedelta,
    begins: datetime | None = None,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now - HOUR)
        .not_valid_after(now + valid)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
