"""What a kiosk with a certificate of its own can do to others through the broker of docs/fleet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from firmware.collector.link import Link, dial
from firmware.collector.mqtt5 import MqttError, Publish
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Site
from tests.fleet.servers import Mosquitto

NOT_AUTHORISED = 0x87  # MQTT 5, 2.4
ALL = "kiosk/v1/+/up/#"
MINE, HIS = "rj14-1", "rj14-2"
PATIENCE = 10.0  # seconds


class Client:
    """Hears, acknowledges, and counts (link.Hears)."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.answers: asyncio.Queue[int] = asyncio.Queue()
        self.link: Link | None = None

    def on_publish(self, message: Publish) -> None:
        self.heard.append(message.payload)
        assert self.link is not None
        self.link.acknowledge([message.packet_id])

    def on_puback(self, packet_id: int, reason: int) -> None:
        self.answers.put_nowait(reason)

    def on_lost(self) -> None:
        pass

    async def hears_all(self, own_topic: str) -> list[bytes]:
        """What came before the broker's answer to a word of its own: there is an order."""
        await self.say(own_topic, b"")
        return self.heard

    async def say(self, topic: str, payload: bytes) -> int:
        """The broker's reason."""
        assert self.link is not None
        self.link.publish(topic, payload)
        return await asyncio.wait_for(self.answers.get(), PATIENCE)


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[Site]:
    authority = Authority(folder / "ca")
    for name in (MINE, HIS, "collector-a"):
        authority.make(name)
    with Mosquitto(folder / "broker", authority) as broker:
        yield Site(broker.port, authority.folder)


async def client(site: Site, name: str, *filters: str) -> Client:
    made = Client()
    made.link = await dial(site.dial(name), made)
    if filters:
        await made.link.subscribe(list(filters))
    return made


async def test_a_kiosk_can_neither_speak_for_another_nor_command_nor_hear_it(site: Site) -> None:
    collector = await client(site, "collector-a", ALL)
    honest = await client(site, MINE, f"kiosk/v1/{MINE}/down/#")
    for name in (f"{MINE}/up/state", f"{MINE}/down/command", "all/down/notice"):
        rogue = await client(site, HIS)  # anew: Mosquitto 2.0.11 throws out who tries twice
        assert await rogue.say(f"kiosk/v1/{name}", b"forged") == NOT_AUTHORISED
    rogue = await client(site, HIS, "kiosk/v1/#", "#")
    assert await honest.say(f"kiosk/v1/{MINE}/up/state", b"mine") < 0x80
    assert await collector.say(f"kiosk/v1/{MINE}/down/ack", b"yes") < 0x80
    assert await rogue.say(f"kiosk/v1/{HIS}/up/state", b"his") < 0x80
    assert await collector.hears_all("kiosk/v1/nobody/down/ack") == [b"mine", b"his"]
    assert await honest.hears_all(f"kiosk/v1/{MINE}/up/event") == [b"yes"]
    assert await rogue.hears_all(f"kiosk/v1/{HIS}/up/event") == []


async def test_a_client_id_of_another_kiosk_throws_nobody_out(site: Site) -> None:
    honest = await client(site, MINE)
    assert honest.link is not None
    rogue = Client()
    rogue.link = await dial(msgspec.structs.replace(site.dial(HIS), client=MINE), rogue)
    assert await honest.say(f"kiosk/v1/{MINE}/up/state", b"still here") < 0x80
    assert await rogue.say(f"kiosk/v1/{MINE}/up/state", b"forged") == NOT_AUTHORISED


async def test_without_a_certificate_there_is_no_connection(site: Site) -> None:
    named = site.dial(MINE)
    assert named.tls is not None
    plain = msgspec.structs.replace(named, tls=None)
    with pytest.raises((MqttError, TimeoutError)):
        await asyncio.wait_for(dial(plain, Client()), PATIENCE)


async def test_a_kiosk_in_the_collectors_group_hears_nothing_but_takes_messages_away(
    site: Site,
) -> None:
    """Mosquitto's access list cannot forbid to subscribe, only to hear. So the name of the group
    is a long random word, and what is lost so, kiosks send again (docs/fleet.md)."""
    collector = await client(site, "collector-a", f"$share/secret/{ALL}")
    honest = await client(site, MINE)
    guesses = await client(site, HIS, f"$share/another/{ALL}")
    for number in range(10):
        await honest.say(f"kiosk/v1/{MINE}/up/event", b"%d" % number)
    assert len(await collector.hears_all("kiosk/v1/nobody/down/ack")) == 10
    assert guesses.heard == []
    knows = await client(site, HIS, f"$share/secret/{ALL}")
    for number in range(10):
        await honest.say(f"kiosk/v1/{MINE}/up/event", b"%d" % number)
    assert len(await collector.hears_all("kiosk/v1/nobody/down/ack")) == 15
    assert knows.heard == []
