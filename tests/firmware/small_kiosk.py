"""The configuration of a kiosk whose daemons meet on a broker of the test's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from firmware.contract.device import Kind
from firmware.runtime.config import Config, load


def config_in(folder: Path, devices: Mapping[str, Kind]) -> Config:
    """As read from `folder/kiosk.toml`; the socket is `folder/bus.sock`, nobody the back end."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = "".join(
        f'[device.{name}]\nfamily = "any"\nkind = "{kind}"\n' for name, kind in devices.items()
    )
    path = folder / "kiosk.toml"
    path.write_text(
        f"""
        [kiosk]
        id = "k1"
        place = {{ en = "Todaraisingh", hi = "टोडारायसिंह" }}
        receipt_prefix = "TD 0001"
        [gateway]
        url = "http://localhost:1"
        [paths]
        state = "{folder}/state"
        run = "{folder}"
        [bus]
        socket = "{folder}/bus.sock"
        credentials = "{folder}/credentials"
        {sections}
        """,
        encoding="utf-8",
    )
    return load(path)
