"""A machine that nobody has set up: what a technician who stands before it needs to begin.

`kiosk-prepare` gives it an id of its own, which begins with `new-`, until a person names the kiosk.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path

from firmware.contract.screen import Commissioning
from firmware.runtime.config import Config

NEW = "new-"
LOOK_EVERY = 5.0  # seconds; an address is given within ten of a cable's being pushed in
LEASES = Path("/run/systemd/netif/leases")  # systemd-networkd's, one file a link
HOST_KEY = Path("/etc/kiosk/ssh/host_ed25519.pub")
NO_OFFICE = "127.0.0.1:9"  # of the factory: the port on which nobody ever listens


class Newcomer:
    """Looks at the machine; a kiosk that has its name is none. `now` is monotonic seconds."""

    def __init__(
        self,
        config: Config,
        has_certificate: bool,
        leases: Path = LEASES,
        host_key: Path = HOST_KEY,
    ) -> None:
        self._config, self._has_certificate = config, has_certificate
        self._leases, self._host_key = leases, host_key
        self._looked_at: float | None = None
        self._seen: Commissioning | None = None

    def look(self, now: float) -> Commissioning | None:
        """What the screen says; None once the kiosk has an id that a person gave it."""
        if not self._config.kiosk.id.startswith(NEW):
            return None
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self._looked_at, self._seen = now, self._facts()
        return self._seen

    def _facts(self) -> Commissioning:
        return Commissioning(
            self._config.kiosk.id,
            addresses(self._leases),
            fingerprint(self._host_key),
            self._todo(),
        )

    def _todo(self) -> list[str]:
        config = self._config
        is_there = {
            "commissioning.todo.name": False,
            "commissioning.todo.devices": bool(config.device),
            "commissioning.todo.office": NO_OFFICE not in config.gateway.url,
            "commissioning.todo.office_key": bool(config.gateway.office_key),
            "commissioning.todo.certificate": self._has_certificate,
        }
        return [key for key, is_done in is_there.items() if not is_done]


def addresses(leases: Path) -> list[str]:
    """The IPv4 addresses that the network gave this machine, by the files of systemd-networkd."""
    found: list[str] = []
    for lease in sorted(leases.glob("*")):
        try:
            lines = lease.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:  # given back while we looked
            continue
        found += [line.removeprefix("ADDRESS=") for line in lines if line.startswith("ADDRESS=")]
    return found


def fingerprint(public_key: Path) -> str:
    """Of an SSH public key, as `ssh` shows it at a first connection; empty where there is none."""
    try:
        blob = base64.b64decode(public_key.read_text(encoding="ascii").split()[1], validate=True)
    except (OSError, UnicodeDecodeError, IndexError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
