"""`collector.toml`: typed, bounded, unknown keys are errors (docs/fleet.md shows one)."""

from __future__ import annotations

import os
import ssl
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from firmware.collector.link import Dial
from firmware.runtime.config import ConfigError, convert

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
DSN = "KIOSK_DATABASE"  # in the environment, before `[database] dsn`: it may have a password


class BrokerSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    client: Annotated[str, msgspec.Meta(pattern="^[a-zA-Z0-9-]{1,64}$")]  # one of its own each
    port: Port = 8883
    share: Annotated[str, msgspec.Meta(pattern="^[^/+#]*$")] = ""  # of `$share`; see docs/fleet.md
    filter: str = "kiosk/v1/+/up/#"
    ca: str = ""  # files, PEM; without `ca` no TLS, which is for tests
    certificate: str = ""
    key: str = ""
    user: str = ""
    password: str = ""
    # Seconds that the broker keeps messages for this collector while it is away; not with `share`,
    # where the others of the group take them.
    session: Annotated[int, msgspec.Meta(ge=0, le=7 * 86400)] = 0
    # Messages without PUBACK, and the most that wait here: what a collector's memory hangs on.
    in_flight: Annotated[int, msgspec.Meta(ge=20, le=65535)] = 2000

    @property
    def dial(self) -> Dial:
        """Raises ConfigError for certificates that cannot be read."""
        return Dial(
            self.host, self.port, self.client, tls_of(self.ca, self.certificate, self.key),
            user=self.user, password=self.password, receive_maximum=self.in_flight,
            session=self.session,
        )  # fmt: skip

    @property
    def filters(self) -> list[str]:
        return [f"$share/{self.share}/{self.filter}" if self.share else self.filter]


class DatabaseSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dsn: str = ""  # postgresql://user@host/name


class MetricsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 9464  # 0: none


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    broker: BrokerSection
    database: DatabaseSection = DatabaseSection()
    metrics: MetricsSection = MetricsSection()

    @property
    def dsn(self) -> str:
        """Raises ConfigError where nobody says it."""
        if found := os.environ.get(DSN) or self.database.dsn:
            return found
        raise ConfigError(f"[database] dsn or {DSN}: expected postgresql://..., got nothing")


def load(path: Path) -> Settings:
    """Raises ConfigError."""
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return convert(document, Settings, where=str(path))


def tls_of(ca: str, certificate: str, key: str) -> ssl.SSLContext | None:
    """TLS 1.3 with both sides' certificates; None without `ca`. Raises ConfigError."""
    if not ca:
        return None
    try:
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if certificate:
            context.load_cert_chain(certificate, key or None)
    except OSError as error:
        raise ConfigError(f"{ca}, {certificate}, {key}: {error}") from None
    return context
