"""The files of the broker: passwords, access list, settings.

The demo and the tests write them for a Mosquitto of their own, the image at each start for the
kiosk's. Options are those of mosquitto.conf(5), version 2.0.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from firmware.contract.topics import access_list, users
from firmware.runtime.config import Config

SYSTEM_FOLDER = "/usr/sbin"  # where Debian puts it, and not in every user's PATH


class BrokerError(RuntimeError):
    """The broker cannot be started; the text says what is missing or what it said itself."""


@dataclass(frozen=True)
class BusFiles:
    """Where they lie: one file a user in `credentials`, the three of the broker in `folder`.

    `read_from` is the folder in which the broker finds them: the same one, or the one of its
    systemd credentials. `guests` are users beside the kiosk's own, each with lines of the list.
    """

    config: Config
    folder: Path
    credentials: Path
    read_from: Path
    guests: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extra: Sequence[str] = ()  # lines of mosquitto.conf

    @property
    def settings(self) -> Path:
        return self.folder / "mosquitto.conf"

    @property
    def names(self) -> list[str]:
        """Every user of this bus."""
        return [*users(sorted(self.config.device)), *self.guests]

    def write(self) -> None:
        """Write all three anew; a user's password stays. Raises BrokerError without Mosquitto."""
        self.credentials.mkdir(parents=True, exist_ok=True)
        write_secret(self.folder / "acl", self._access_list())
        self._write_passwords(self.names)
        write_secret(self.settings, self._mosquitto_conf())

    def _access_list(self) -> str:
        rules = [f"user {user}\n" + "\n".join(lines) for user, lines in self.guests.items()]
        own = access_list(self.config.kiosk.id, sorted(self.config.device))
        return "\n\n".join([own, *rules, ""])

    def _write_passwords(self, names: Iterable[str]) -> None:
        """Passwords stay from one start to the next: the daemons have read theirs already."""
        lines = []
        for name in names:
            path = self.credentials / name
            if not path.exists():
                write_secret(path, secrets.token_urlsafe(24) + "\n")
            lines.append(f"{name}:{path.read_text().strip()}\n")
        fresh = self.folder / "passwords.new"
        write_secret(fresh, "".join(lines))
        hashing = [binary("mosquitto_passwd"), "-U", str(fresh)]
        subprocess.run(hashing, check=True, capture_output=True)
        fresh.replace(self.folder / "passwords")

    def _mosquitto_conf(self) -> str:
        lines = [
            f"listener 0 {Path(self.config.bus.socket).absolute()}",
            "allow_anonymous false",
            f"password_file {self.read_from / 'passwords'}",
            f"acl_file {self.read_from / 'acl'}",
            "persistence false",
            "log_dest stdout",
            *self.extra,
        ]
        return "\n".join(lines) + "\n"


def binary(name: str) -> str:
    """Where Debian has `name`; raises BrokerError that says what to install."""
    path = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDER}"
    found = shutil.which(name, path=path)
    if found is None:
        raise BrokerError(f"{name} is not installed: apt-get install mosquitto")
    return found


def write_secret(path: Path, content: str, mode: int = 0o600) -> None:
    """Write a file that only its owner reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
