"""The screen's end of the bus, against a bus that only remembers what was sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from firmware.contract.health import Presence
from firmware.contract.reading import ENGLISH
from firmware.contract.screen import Action, Press, Screen
from firmware.contract.topics import Topics
from firmware.runtime import VERSION
from firmware.runtime.bus import Address, Bus, Envelope
from ui import link as link_module
from ui import samples
from ui.link import Link
from ui.scene import Director, Scene
from ui.screens.closed.model import ClosedModel
from ui.screens.waiting.model import WaitingModel

TOPICS = Topics("tdr-0417")


class Wire(Bus):
    """A Bus whose queue is read by the test instead of a broker."""

    def __init__(self) -> None:
        super().__init__(Address(Path("/nowhere"), "ui", ""), (TOPICS.presence("ui"), None))
        self._connected.set()

    def sent(self) -> list[tuple[str, bytes]]:
        messages = []
        while not self._queue.empty():
            outgoing = self._queue.get_nowait()
            messages.append((outgoing.topic, outgoing.payload))
        return messages


@pytest.fixture
def shown() -> list[Scene]:
    return []


@pytest.fixture
async def link(shown: list[Scene]) -> Link:
    link = Link(Wire(), TOPICS, Director("181"), shown.append)
    link.start()
    return link


def document(screen: Screen) -> Envelope:
    return Envelope(TOPICS.screen_state, msgspec.json.encode(screen))


def wire(link: Link) -> list[tuple[str, bytes]]:
    assert isinstance(link.bus, Wire)
    return link.bus.sent()


async def test_before_the_first_document_the_screen_is_calm(link: Link, shown: list[Scene]) -> None:
    assert isinstance(shown[0].model, WaitingModel)
    alive = msgspec.json.encode(Presence(is_alive=True, version=VERSION))
    assert wire(link) == [(TOPICS.presence("ui"), alive)]


async def test_a_press_carries_the_serial_of_what_was_seen(link: Link) -> None:
    link.receive(document(samples.screen(samples.cash(), serial=41)))
    wire(link)
    link.press(Action.CANCEL)
    (topic, payload), = wire(link)  # fmt: skip
    assert topic == TOPICS.screen_press
    assert msgspec.json.decode(payload, type=Press) == Press(41, Action.CANCEL, "")


async def test_what_core_does_not_take_is_not_sent(link: Link) -> None:
    link.press(Action.CANCEL)  # before any document
    link.receive(document(samples.screen(samples.cash())))
    wire(link)
    link.press(Action.PAY)
    assert wire(link) == []


async def test_a_wiped_or_unreadable_document_leaves_the_screen_as_it_was(
    link: Link, shown: list[Scene], caplog: pytest.LogCaptureFixture
) -> None:
    link.receive(document(samples.screen(samples.cash(), serial=5)))
    link.receive(Envelope(TOPICS.screen_state, b""))
    link.receive(Envelope(TOPICS.screen_state, b'{"serial": "x"}'))
    assert shown[-1].serial == 5 and len(shown) == 2
    assert "cannot read the document" in caplog.text


async def test_a_dead_bus_is_said_only_when_it_stays_dead(
    link: Link, shown: list[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "BUS_PATIENCE", 0.0)
    link.receive(document(samples.screen(samples.cash(), ENGLISH)))
    link.connection_changed(False)
    link.connection_changed(True)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not isinstance(shown[-1].model, ClosedModel)
    link.connection_changed(False)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert isinstance(shown[-1].model, ClosedModel)
    assert shown[-1].language == ENGLISH
    wire(link)
    link.press(Action.CANCEL)
    assert wire(link) == []  # nobody listens: nothing may be promised
