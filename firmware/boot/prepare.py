"""`kiosk-prepare`: what must be there before the daemons start.

At a first start it makes what no two kiosks share: `kiosk.toml` with an id of its own, passwords of
the bus, the key that SSH knows the machine by. At every start it writes the access list of the bus
and the list of drivers anew, because `kiosk.toml` may have changed. Runs as root, once a boot.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from firmware.boot.bus_files import BrokerError, BusFiles
from firmware.meeting.policy import FILE as POLICY
from firmware.meeting.policy import policy
from firmware.runtime.config import Config, ConfigError, load
from firmware.runtime.durable import sync_folder

FACTORY = Path("/usr/share/kiosk/factory.toml")
MACHINE_ID = Path("/etc/machine-id")
UNITS = Path("prepare/units")  # below [paths] run: what kiosk-devices.service starts
BUS_READS_FROM = Path("/run/credentials/kiosk-bus.service")  # systemd.exec(5), LoadCredential=
ID_LENGTH = 8  # hexadecimal digits of the machine's id: enough for a fleet until a person names it
GROUP, TECHNICIAN, TILL = "kiosk", "technician", "kiosk-core"


def first_config(path: Path, factory: Path, machine_id: str) -> bool:
    """Make `kiosk.toml` out of the factory's, unless there is one; True when it was made."""
    if path.exists():
        return False
    fresh = path.with_suffix(".new")
    text = factory.read_text(encoding="utf-8").replace("@ID@", machine_id[:ID_LENGTH])
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
    return True


def units_of(config: Config) -> list[str]:
    """The instances that this kiosk needs, wires before those who share them."""
    wires = [f"kiosk-party-line@{name}.service" for name in sorted(config.party)]
    return wires + [f"kiosk-driver@{name}.service" for name in sorted(config.device)]


def host_key(folder: Path) -> None:
    """The key by which SSH clients know this machine; made once."""
    key = folder / "host_ed25519"
    folder.mkdir(parents=True, exist_ok=True)
    if not key.exists():
        making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "kiosk", "-f", str(key)]
        subprocess.run(making, check=True)


def open_to_sshd(folder: Path) -> None:
    """sshd reads keys as the one who comes in, and they were made under a umask for secrets."""
    give(folder, 0o755)
    give(folder / "authorized_keys", 0o644)


def give(path: Path, mode: int, user: str = "root", group: str = "root") -> None:
    """Owner and mode, where the file is there and the users of the image are."""
    if path.exists():
        shutil.chown(path, user, group)
        path.chmod(mode)


def write_policy(config: Config) -> None:
    """What a meeting's browser may: read by Chromium as another user, written by nobody else."""
    path = config.run_folder / POLICY
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(policy(config.meeting.origins)))
    fresh.chmod(0o644)
    fresh.replace(path)


def prepare(config_path: Path) -> None:
    """All of it, in the order in which a power cut does least harm. Raises ConfigError."""
    folder = config_path.parent
    if first_config(config_path, FACTORY, MACHINE_ID.read_text().strip()):
        print(f"kiosk-prepare: first start, wrote {config_path}")  # noqa: T201
    give(config_path, 0o640, group=GROUP)
    config = load(config_path)
    credentials = Path(config.bus.credentials)
    credentials.mkdir(parents=True, exist_ok=True)
    BusFiles(config, credentials, credentials, BUS_READS_FROM).write()
    credentials.chmod(0o711)
    give(credentials / TECHNICIAN, 0o640, group=TECHNICIAN)
    give(Path(config.paths.operators), 0o640, group=TILL)
    host_key(folder / "ssh")
    open_to_sshd(folder / "ssh")
    write_policy(config)
    units = config.run_folder / UNITS
    units.parent.mkdir(parents=True, exist_ok=True)
    units.write_text("".join(f"{unit}\n" for unit in units_of(config)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk-prepare")
    parser.add_argument("--config", type=Path, default=Path("/etc/kiosk/kiosk.toml"))
    try:
        prepare(parser.parse_args().config)
    except (ConfigError, BrokerError) as error:
        print(f"kiosk-prepare: {error}", file=sys.stderr)  # noqa: T201
        return 78  # EX_CONFIG, as every daemon
    return 0


if __name__ == "__main__":
    sys.exit(main())
