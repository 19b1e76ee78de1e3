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
from firmware.contract.uplink import topic
from firmware.runtime import wide
from firmware.runtime.uplink_section import UplinkSection
from firmware.runtime.wide import NoLink
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Site
from tests.fleet.rabbitmq import MAY_BE_HERE, RabbitMQ
from tests.fleet.servers import Mosquitto

REFUSED = 0x80  # reasons from here on: MQTT 5, 2.4
ALL = "kiosk/v1/+/up/#"
MINE, HIS, STOLEN, STRANGER = "rj14-1", "rj14-2", "rj14-3", "rj14-99"
ONLY_RABBITMQ = pytest.mark.parametrize(
    "served", [pytest.param("rabbitmq", marks=MAY_BE_HERE)], indirect=True
)
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
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Mosquitto | RabbitMQ, Authority]]:
    """One broker of each kind for all tests: RabbitMQ takes seconds to start."""
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    folder.chmod(0o755)
    authority = Authority(folder / "ca")
    for name in (MINE, HIS, STOLEN, "collector-a", "office", STRANGER):
        authority.make(name)
    broker: Mosquitto | RabbitMQ = (
        Mosquitto(folder / "broker", authority)
        if request.param == "mosquitto"
        else RabbitMQ(folder / "broker", authority, [MINE, HIS, STOLEN])
    )
    with broker:
        yield broker, authority
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(served: tuple[Mosquitto | RabbitMQ, Authority]) -> Site:
    broker, authority = served
    return Site(broker.port, authority.folder)


async def client(site: Site, name: str, *filters: str) -> Client:
    made = Client()
    made.link = await dial(site.dial(name), made)
    if filters:
        await made.link.subscribe(list(filters))
    return made


@pytest.mark.parametrize(
    "name", [f"{MINE}/up/state", f"{MINE}/down/command", f"{HIS}/down/command", "all/down/notice"]
)
async def test_a_kiosk_can_neither_speak_for_another_nor_command(site: Site, name: str) -> None:
    collector = await client(site, "collector-a", ALL)
    honest = await client(site, MINE, f"kiosk/v1/{MINE}/down/#", "kiosk/v1/all/down/#")
    rogue = await client(site, HIS)
    assert await rogue.say(f"kiosk/v1/{name}", b"forged") >= REFUSED
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


@ONLY_RABBITMQ
async def test_a_certificate_whose_user_nobody_made_opens_nothing(site: Site) -> None:
    with pytest.raises(MqttError, match="refused"):
        await client(site, STRANGER)


@ONLY_RABBITMQ
async def test_an_uplink_that_may_not_hear_says_so_and_does_not_wait(site: Site) -> None:
    """Mosquitto grants what it will not send."""
    assert site.folder is not None
    pem = str(site.folder / f"{MINE}.pem")
    section = UplinkSection(broker="localhost", port=site.port, ca=str(site.folder / "ca.pem"),
                            certificate=pem, key=pem)  # fmt: skip
    others = [topic(MINE, "down/ack"), topic(HIS, "down/ack")]
    with pytest.raises(NoLink, match=f"not hear kiosk/v1/{HIS}/down/ack"):
        async with wide.connect(section, MINE, (topic(MINE, "up/status"), ""), others):
            pass


@ONLY_RABBITMQ
async def test_a_stolen_kiosk_is_out_as_soon_as_its_user_is_deleted(
    site: Site, served: tuple[Mosquitto | RabbitMQ, Authority]
) -> None:
    """Mosquitto has `crlfile` for it."""
    broker, _ = served
    assert isinstance(broker, RabbitMQ)
    thief = await client(site, STOLEN)
    assert thief.link is not None
    await asyncio.to_thread(broker.control, "delete_user", STOLEN)
    await asyncio.wait_for(thief.link.lost, PATIENCE)
    with pytest.raises(MqttError, match="refused"):
        await client(site, STOLEN)


@pytest.mark.parametrize("is_plain", [True, False])
async def test_without_a_certificate_there_is_no_connection(site: Site, is_plain: bool) -> None:
    assert site.folder is not None
    anonymous = ssl.create_default_context(cafile=str(site.folder / "ca.pem"))
    named = msgspec.structs.replace(site.dial(MINE), tls=None if is_plain else anonymous)
    with pytest.raises((OSError, TimeoutError)):
        await asyncio.wait_for(dial(named, Client()), PATIENCE)


@pytest.mark.parametrize("served", ["mosquitto"], indirect=True)
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
