"""Commissioning as the demo does it: a fleet of one and its operator, made at the first start.

On a real kiosk the fleet's private key never comes near the machine; docs/claims.md has the
ceremony. Here it is forgotten as soon as the kiosk has its certificate.
"""

from __future__ import annotations

import time
from pathlib import Path

from firmware.till.access import Operator, hash_pin, to_toml
from firmware.till.commission import answer, install, make_key, request
from firmware.till.signing import CERTIFICATE, keys_folder, new_seed

YEAR = 365 * 86_400  # seconds
VALID_FOR = 5 * YEAR
CLOCK_MAY_DIFFER = 86_400  # seconds
DEMO_PIN = "2468"


def commission(kiosk: str, state_folder: Path, fleet_seed: bytes | None = None) -> None:
    """Give this kiosk a key and certificate, unless it has one. Without a seed: a new fleet."""
    folder = keys_folder(state_folder)
    if (folder / CERTIFICATE).exists():
        return
    fleet, now = fleet_seed or new_seed(), int(time.time())
    asked = request(kiosk, make_key(folder))
    word = answer(fleet, asked, 1, now - CLOCK_MAY_DIFFER, now + VALID_FOR)
    install(folder, kiosk, word)


def enrol(path: Path) -> None:
    """One operator, whose PIN everybody knows: for a stage, where the money is emulated, too."""
    operator = Operator("Demo operator", "operator", hash_pin(DEMO_PIN.encode()))
    path.write_text(to_toml([operator]))
