"""`kiosk-restart`: starts one program of the kiosk anew, or the machine; asked by core, by a file.

It runs as root because only root may, once for each file, without network, capability or D-Bus
policy: what is not a word that it knows it does not do. Core has decided that nobody's money is
under way (firmware/core/restarting.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from firmware.contract.desk import DAEMONS, MACHINE
from firmware.core.starting import asked_at

RUN = Path("/run/kiosk")
DRIVER = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST = 64  # bytes; a word and a newline
SYSTEMCTL = "/usr/bin/systemctl"


class NotAsked(ValueError):
    """What stands in the file is no word of ours."""


def command_of(what: str) -> Sequence[str]:
    """What systemd is told; raises NotAsked."""
    if what == MACHINE:
        return (SYSTEMCTL, "--no-block", "reboot")
    if what in DAEMONS:
        return (SYSTEMCTL, "--no-block", "restart", f"kiosk-{what}.service")
    if DRIVER.fullmatch(what):
        return (SYSTEMCTL, "--no-block", "restart", f"kiosk-driver@{what}.service")
    raise NotAsked(f"expected a program, a device or {MACHINE}, got {what!r}")


def main() -> int:
    what = asked_at(RUN).read_bytes()[:LONGEST].decode("ascii", "replace").strip()
    return subprocess.run(command_of(what), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
