"""Messages that another release, or a hand, put on the bus: the till drops them and stays."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import CoinAccepted, DeviceState, EventId, Kind, Status
from firmware.contract.gateway import GatewayState
from firmware.contract.money import rupees
from firmware.contract.screen import Attract, Services
from firmware.contract.topics import Topics
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.core.daemon import CoreDaemon
from firmware.core.snapshot import Snapshot
from firmware.core.visit import Stage
from firmware.runtime.bus import Envelope
from firmware.runtime.config import BusSection, PathsSection
from firmware.services.catalogue import load_catalogue
from tests.firmware.core.world import CONFIG, World

TOPICS = Topics(CONFIG.kiosk.id)
NONSENSE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'{"type":"NoteMelted"}',
    b"\xff\xfe",
    b'{"status":"asleep"}',
]
NOTES = DeviceState(name="notes", kind=Kind.NOTES, family="itl_ssp", status=Status.READY)


class Till:
    """A core daemon whose bus was never connected: messages are handed to it."""

    def __init__(self, folder: Path) -> None:
        secrets = folder / "secrets"
        secrets.mkdir()
        (secrets / "core").write_text("secret")
        paths = PathsSection(run=str(folder))
        config = msgspec.structs.replace(
            CONFIG, bus=BusSection(str(folder / "bus"), str(secrets)), paths=paths
        )
        world = World(folder)
        self.core = Core(Book(world.journal, world.clock), config, load_catalogue())
        self.core.start(1, None, world.now)
        self.daemon = CoreDaemon(self.core, config, world.clock)

    def hear(self, topic: str, payload: bytes) -> None:
        envelope = Envelope(topic, payload)
        handlers = {
            TOPICS.device_state("notes"): self.daemon._on_state,
            TOPICS.device_event("coins"): self.daemon._on_event,
            TOPICS.gateway_state: self.daemon._on_gateway,
            TOPICS.screen_press: self.daemon._on_press,
        }
        handlers[topic](envelope)


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


@pytest.mark.parametrize("payload", NONSENSE, ids=repr)
def test_nonsense_on_any_topic_leaves_the_till_running(till: Till, payload: bytes) -> None:
    for topic in (
        TOPICS.device_state("notes"),
        TOPICS.device_event("coins"),
        TOPICS.gateway_state,
        TOPICS.screen_press,
    ):
        till.hear(topic, payload)
    coin = CoinAccepted(EventId("C1", 1, 1), rupees(5))
    till.hear(TOPICS.device_event("coins"), msgspec.json.encode(coin))
    assert till.core.book.journal.credited_paise == 500


def test_a_device_whose_state_cannot_be_read_is_not_there_any_more(till: Till) -> None:
    till.hear(TOPICS.device_state("notes"), msgspec.json.encode(NOTES))
    assert till.core.floor.acceptors() == [NOTES]
    till.hear(TOPICS.device_state("notes"), b'{"status":"asleep"}')
    assert till.core.floor.acceptors() == []


def test_a_back_end_whose_state_cannot_be_read_does_not_answer(till: Till) -> None:
    till.hear(TOPICS.gateway_state, msgspec.json.encode(GatewayState(True)))
    assert till.core.floor.gateway.is_online
    till.hear(TOPICS.gateway_state, b"")
    assert not till.core.floor.gateway.is_online


@pytest.mark.parametrize(
    "kept",
    [
        b"{}",
        b"null",
        b'{"stage":"asleep"}',
        Snapshot.decode(
            b'{"stage":"number","language":"hi","service":"ration","typed":"","bill":null}'
        ).encode(),
        Snapshot.decode(
            b'{"stage":"bill","language":"hi","service":"electricity","typed":"","bill":null}'
        ).encode(),
    ],
)
def test_a_visit_in_ram_of_another_release_is_dropped(tmp_path: Path, kept: bytes) -> None:
    world = World(tmp_path)
    world.visit = kept
    world.journal.close()
    world._boot()
    assert isinstance(world.screen.data, Attract)


def test_a_visit_in_ram_is_taken_up(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.visit = Snapshot.decode(
        b'{"stage":"services","language":"en","service":"","typed":"","bill":null}'
    ).encode()
    world.journal.close()
    world._boot()
    assert isinstance(world.screen.data, Services)
    assert world.core.flow.visit.stage is Stage.SERVICES
