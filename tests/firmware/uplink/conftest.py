"""One authority a run: making keys is what takes long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.contract.device import Kind
from firmware.demo.broker import Broker
from firmware.runtime.config import Config
from tests.firmware.small_kiosk import config_in
from tests.firmware.uplink.desk import Desk
from tests.firmware.uplink.fleet import FleetBroker, Signer


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.make(tmp_path_factory.mktemp("fleet"))


@pytest.fixture
def fleet(signer: Signer, tmp_path: Path) -> Iterator[FleetBroker]:
    """A broker of the fleet that runs."""
    broker = FleetBroker(tmp_path / "fleet", signer)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path / "kiosk", {"notes": Kind.NOTES})


@pytest.fixture
def bus(config: Config, tmp_path: Path) -> Iterator[Broker]:
    """The kiosk's own."""
    with Broker(config, tmp_path / "kiosk") as broker:
        yield broker


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.kept.close()
