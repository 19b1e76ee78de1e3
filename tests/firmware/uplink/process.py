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


async def tell(bus: Bus, topic: str, told: Told) -> Reply:
    await bus.connected()
    for _ in range(20):  # the uplink may not have joined yet: whoever tells, tells again
        try:
            raw = await bus.request(topic, "kiosk/k1/reply/core", told, 0.5)
        except TimeoutError:
            continue
        return msgspec.json.decode(raw, type=Reply)
    raise AssertionError("nobody answers")


def write_config(path: Path, section: object) -> Path:
    lines = [f"{name} = {msgspec.json.encode(value).decode()}"
             for name, value in msgspec.to_builtins(section).items()]  # fmt: skip
    path.write_text(path.read_text() + "\n[uplink]\n" + "\n".join(lines) + "\n")
    return path


def start(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "uplink.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "firmware.uplink", "--config", str(path)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ),
        )  # fmt: skip
