"""A kiosk whose coin acceptor and note acceptor are on one wire, booted: `make test-system`."""

from __future__ import annotations

import asyncio
import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from firmware.demo.citizen import Citizen
from firmware.demo.story import electricity_cash
from tests.image.container import TRAINING, Container

ROOT_FOLDER = os.environ.get("KIOSK_ROOT", "")
ONE_WIRE = """
[party.money]
port = "/dev/kiosk/cctalk"
wire = "cctalk"
ports = ["/run/kiosk/party/coins", "/run/kiosk/party/notes"]
"""

pytestmark = [
    pytest.mark.skipif(not ROOT_FOLDER, reason="no root of the image: make test-system"),
    pytest.mark.skipif(os.geteuid() != 0, reason="systemd-nspawn needs root"),
    pytest.mark.skipif(shutil.which("systemd-nspawn") is None, reason="no systemd-container here"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Container]:
    config = tmp_path / "kiosk.toml"
    said = (TRAINING / "kiosk.toml").read_text(encoding="utf-8")
    said = said.replace("/dev/kiosk/notes", "/run/kiosk/party/notes")
    said = said.replace("/dev/kiosk/coins", "/run/kiosk/party/coins")
    config.write_text(said.replace("itl_ssp", "cctalk_bill") + ONE_WIRE, encoding="utf-8")
    assert tomllib.loads(config.read_text(encoding="utf-8"))["device"]["notes"]["port"]
    with Container(Path(ROOT_FOLDER), tmp_path / "machine", config) as container:
        container.until(container.is_running, "a system that is running")
        yield container


def test_two_drivers_take_money_at_one_wire_that_is_nobody_elses(machine: Container) -> None:
    async def story() -> None:
        async with Citizen(machine, "ui") as citizen:
            for step in electricity_cash().values():
                await step(citizen)

    asyncio.run(story())
    with closing(machine.bench()) as bench:
        assert bench.look("notes")["in_box"] == {"20000": 2, "5000": 1}
    port = machine.run("readlink", "--canonicalize", "/run/kiosk/party/notes").strip()
    owner = machine.run("stat", "--format=%U:%G %a", port).strip()
    assert owner == "kiosk-party:kiosk-wire 660"
    said = machine.as_unit("kiosk-health", "cat", port)
    assert "Permission denied" in said or "Operation not permitted" in said, said
