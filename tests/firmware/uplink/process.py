"""kiosk-uplink as a process of its own, to be killed; and whoever tells it something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from firmware.contract.device import Reply
from firmware.contract.fleet import Told
from firmware.runtime.bus import Bus
from firmware.runtime.uplink_section import UplinkSection


async def tell(bus: Bus, topic: str, told: Told) -> Reply:
    await bus.connected()
    for _ in range(20):  # the uplink may not have joined yet: whoever tells, tells again
        try:
            raw = await bus.request(topic, "kiosk/k1/reply/core", told, 0.5)
        except TimeoutError:
            continue
        return msgspec.json.decode(raw, type=Reply)
    raise AssertionError("nobody answers")


def lines_of(section: UplinkSection) -> str:
    """What stands below `[uplink]`."""
    written = msgspec.to_builtins(section).items()
    return "\n".join(f"{name} = {msgspec.json.encode(value).decode()}" for name, value in written)


def write_config(path: Path, section: UplinkSection) -> Path:
    path.write_text(f"{path.read_text()}\n[uplink]\n{lines_of(section)}\n")
    return path


def start(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "uplink.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "firmware.uplink", "--config", str(path)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ),
        )  # fmt: skip
