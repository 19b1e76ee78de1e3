"""The second machine: core, gateway, sandbox, emulated devices and their drivers, in one process.

One process and one broker, because a small board has no memory for nine: the daemons are those of
the units, each with its own place on the bus of practice, in one loop. What dies of them takes all
with it, and then the real machine is back; there is nothing here that must survive.

It knows neither `kiosk.toml` nor the real bus: its configuration is its own, and its receipts are
of a kiosk named `practice`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

from firmware.demo.broker import Broker
from firmware.demo.stage import free_port
from firmware.gateway.sandbox.signature import OFFICE_KEY
from firmware.runtime.config import Config, load

KIOSK = "practice"  # its id on its own bus
UI = "ui"  # the user whose password the screen reads
WARDEN = {"warden": [f"topic read kiosk/{KIOSK}/#"]}
OUTSIDE = ("kiosk-bench", "kiosk-sandbox")  # devices and office: there before who asks them
DAEMONS = ("kiosk-gateway", "kiosk-core")
LOOK_EVERY = 0.05  # seconds

TEMPLATE = """\
[kiosk]
id = "practice"
place = {{ hi = "अभ्यास - असली नहीं", en = "Practice - not real" }}
receipt_prefix = "PLAY 0000"

[paths]
state = "{folder}/state"
run = "{folder}/run"
operators = "{folder}/operators.toml"
places = "{folder}/places.toml"

[bus]
socket = "{folder}/bus.sock"
credentials = "{folder}/broker/credentials"

[gateway]
url = "http://127.0.0.1:{port}"
office_key = "{office_key}"

[limits]
free_mib = 1

[device.notes]
family = "itl_ssp"
kind = "notes"
port = "{folder}/dev/notes"

[device.coins]
family = "cctalk"
kind = "coins"
port = "{folder}/dev/coins"

[device.coins.options]
coins = {{ IN100A = 100, IN200A = 200, IN500A = 500, IN1K0A = 1000, IN2K0A = 2000 }}

[device.receipt]
family = "escpos"
kind = "receipt"
port = "{folder}/dev/receipt"

[bench.notes]
speed = 2.0

[bench.coins]
speed = 2.0

[bench.receipt]
speed = 2.0
out_folder = "{folder}/paper"
"""

Serve = Callable[[Config, argparse.Namespace], Awaitable[None]]


def write_config(folder: Path) -> Config:
    """The `kiosk.toml` of practice, in its own folder."""
    for name in ("state", "run", "dev", "paper", "broker"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    path = folder / "kiosk.toml"
    facts = {"folder": folder, "port": free_port(), "office_key": OFFICE_KEY}
    path.write_text(TEMPLATE.format(**facts), encoding="utf-8")
    return load(path)


class Machine:
    """Use as a context for the broker; `run` is everything else."""

    def __init__(self, folder: Path) -> None:
        self.config = write_config(folder)
        # As a unit all of it ends with us, and setpriv may not even look at capabilities there.
        is_unit = "NOTIFY_SOCKET" in os.environ
        self._broker = Broker(self.config, folder / "broker", WARDEN, dies_with_us=not is_unit)

    def __enter__(self) -> Machine:
        """Start the bus, and let the screen in. Raises BrokerError."""
        self._broker.start()
        own = Path(self.config.bus.credentials)
        (own / UI).chmod(0o640)  # for the screen, which is in this group
        return self

    def __exit__(self, *_: object) -> None:
        self._broker.stop()

    async def run(self) -> None:
        """For ever; what one daemon dies of ends them all."""
        async with asyncio.TaskGroup() as group:
            for program in OUTSIDE:
                group.create_task(_run(program, self.config))
            await self._answers()
            for program in DAEMONS:
                group.create_task(_run(program, self.config))
            for device in self.config.device:
                group.create_task(_run("kiosk-driver", self.config, device))

    async def _answers(self) -> None:
        """Until the office is open: a gateway that asks too early asks again after seconds."""
        url = urlsplit(self.config.gateway.url)
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(url.hostname, url.port)
                writer.close()
                return
            await asyncio.sleep(LOOK_EVERY)


async def _run(program: str, config: Config, device: str = "") -> None:
    """The daemon behind an entry point, as its unit starts it."""
    (point,) = entry_points(group="console_scripts", name=program)
    serve: Serve = import_module(point.module).serve
    await serve(config, argparse.Namespace(device=device))
