"""What a kiosk with a certificate of its own can do to others through the brokers of docs/fleet."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from firmware.collector.link import Link, dial
from firmware.collector.mqtt5 import MqttError, Publish
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Site
from tests.fleet.rabbitmq import MAY_BE_HERE, RabbitMQ
from tests.fleet.servers import Mosquitto

REFUSED = 0x80  # reasons from here on: MQTT 5, 2.4
ALL = "kiosk/v1/+/up/#"
MINE, HIS, STRANGER = "rj14-1", "rj14-2", "rj14-99"
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
        self.answers.put_nowait(REFUSED)

    async def hears_all(self, own_topic: str) -> list[bytes]:
        """What came before the broker's answer to a word of its own: there is an order."""
        await self.say(own_topic, b"")
        return self.heard

    async def say(self, topic: str, payload: bytes) -> int:
        """The broker's reason; REFUSED where it throws out instead."""
        assert self.link is not None
        self.link.publish(topic, payload)
        return await asyncio.wait_for(self.answers.get(), PATIENCE)


@pytest.fixture(scope="module", params=["mosquitto", pytest.param("rabbitmq", marks=MAY_BE_HERE)])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """One broker of each kind for all tests: RabbitMQ takes seconds to start."""
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    folder.chmod(0o755)
    authority = Authority(folder / "ca")
    for name in (MINE, HIS, "collector-a", "office", STRANGER):
        authority.make(name)
    broker: Mosquitto | RabbitMQ = (
        Mosquitto(folder / "broker", authority)
        if request.param == "mosquitto"
        else RabbitMQ(folder / "broker", authority, [MINE, HIS])
    )
    with broker:
        yield Site(broker.port, authority.folder)
    shutil.rmtree(folder, ignore_errors=True)


async def client(site: Site, name: str, *filters: str) -> Client:
    made = Client()
    made.link = await dial(site.dial(name), made)
    if filters:
        await made.link.subscribe(list(filters))
    return made


@pytest.mark.parametrize(
    "topic", [f"{MINE}/up/state", f"{MINE}/down/command", f"{HIS}/down/command", "all/down/notice"]
)
async def test_a_kiosk_can_neither_speak_for_another_nor_command(site: Site, topic: str) -> None:
    collector = await client(site, "collector-a", ALL)
    honest = await client(site, MINE, f"kiosk/v1/{MINE}/down/#", "kiosk/v1/all/down/#")
    rogue = await client(site, HIS)
    assert await rogue.say(f"kiosk/v1/{topic}", b"forged") >= REFUSED
    assert await honest.say(f"kiosk/v1/{MINE}/up/state", b"mine") < REFUSED
    assert await collector.hears_all("kiosk/v1/nobody/down/ack") == [b"mine"]
    assert honest.heard == []


@pytest.mark.parametrize("filters", ["kiosk/v1/#", "#", "kiosk/v1/+/down/#", f"+/v1/{MINE}/up/#"])
async def test_a_kiosk_hears_nothing_that_is_said_to_another(site: Site, filters: str) -> None:
    collector = await client(site, "collector-a", ALL)
    honest = await client(site, MINE, f"kiosk/v1/{MINE}/down/#")
    rogue = await client(site, HIS)
    assert rogue.link is not None
    with contextlib.suppress(MqttError):  # Mosquitto grants it, and sends nothing
        await rogue.link.subscribe([filters])
    assert await collector.say(f"kiosk/v1/{MINE}/down/ack", b"yes") < REFUSED
    assert await honest.hears_all(f"kiosk/v1/{MINE}/up/event") == [b"yes"]
    if not rogue.link.lost.done():
        assert await rogue.say(f"kiosk/v1/{HIS}/up/event", b"his") < REFUSED
    assert rogue.heard == []


async def test_an_officer_sends_commands_and_hears_replies_and_no_money(site: Site) -> None:
    office = await client(site, "office", f"kiosk/v1/{MINE}/up/reply")
    honest = await client(site, MINE, f"kiosk/v1/{MINE}/down/#", "kiosk/v1/all/down/#")
    for to in (f"{MINE}/down/command", f"{MINE}/down/desired", "all/down/notice"):
        assert await office.say(f"kiosk/v1/{to}", b"do") < REFUSED
    assert await honest.say(f"kiosk/v1/{MINE}/up/reply", b"done") < REFUSED
    assert honest.heard == [b"do"] * 3
    assert await office.hears_all(f"kiosk/v1/{MINE}/down/command") == [b"done"]
    assert await office.say(f"kiosk/v1/{MINE}/down/ack", b"forget it") >= REFUSED


async def test_a_client_id_of_another_kiosk_throws_nobody_out(site: Site) -> None:
    """Mosquitto puts the name of the certificate in its place; RabbitMQ refuses it."""
    honest = await client(site, MINE)
    rogue = Client()
    with contextlib.suppress(MqttError):
        rogue.link = await dial(msgspec.structs.replace(site.dial(HIS), client=MINE), rogue)
        assert await rogue.say(f"kiosk/v1/{MINE}/up/state", b"forged") >= REFUSED
    assert await honest.say(f"kiosk/v1/{MINE}/up/state", b"still here") < REFUSED


@pytest.mark.parametrize(
    ("user", "password"), [(MINE, ""), ("collector-a", ""), ("guest", "guest")]
)
async def test_a_name_and_a_password_count_for_nothing_beside_a_certificate(
    site: Site, user: str, password: str
) -> None:
    named = msgspec.structs.replace(site.dial(HIS), user=user, password=password)
    rogue = Client()
    with contextlib.suppress(MqttError):
        rogue.link = await dial(named, rogue)
        assert await rogue.say(f"kiosk/v1/{MINE}/up/state", b"forged") >= REFUSED


@pytest.mark.parametrize("site", [pytest.param("rabbitmq", marks=MAY_BE_HERE)], indirect=True)
async def test_a_certificate_whose_user_was_deleted_opens_nothing(site: Site) -> None:
    """So a kiosk that was stolen is out as soon as its user is; Mosquitto has `crlfile`."""
    with pytest.raises(MqttError, match="refused"):
        await client(site, STRANGER)


@pytest.mark.parametrize("is_plain", [True, False])
async def test_without_a_certificate_there_is_no_connection(site: Site, is_plain: bool) -> None:
    assert site.folder is not None
    anonymous = ssl.create_default_context(cafile=str(site.folder / "ca.pem"))
    named = msgspec.structs.replace(site.dial(MINE), tls=None if is_plain else anonymous)
    with pytest.raises((OSError, TimeoutError)):
        await asyncio.wait_for(dial(named, Client()), PATIENCE)


@pytest.mark.parametrize("site", ["mosquitto"], indirect=True)
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
