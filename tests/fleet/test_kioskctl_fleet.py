"""`kioskctl fleet`: what an office reads, and a command that is signed and answered."""

from __future__ import annotations

import asyncio
import base64
import csv
import json
import sys
from pathlib import Path

import msgspec
import pytest
from nacl.signing import VerifyKey

from firmware.cli import __main__ as kioskctl
from firmware.collector.batch import batch_of
from firmware.collector.database import Connection
from firmware.collector.link import Link as Connected
from firmware.collector.link import dial
from firmware.collector.mqtt5 import Publish
from firmware.collector.reading import Heard
from firmware.collector.store import Store
from firmware.contract.uplink import (
    COMMAND_PURPOSE,
    FleetCommand,
    Link,
    Outcome,
    Signed,
    UpReply,
    topic,
)
from tests.fleet.certificates import Authority
from tests.fleet.fleet import Site
from tests.fleet.said import EARLY, event, events, journal, rows, state, status
from tests.fleet.servers import Mosquitto

INSTALLED = [
    ("rj14-1", "Jaipur", "Amber", "Kukas", "2025-04-01"),
    ("rj14-2", "Jaipur", "Amber", "Achrol", ""),
    ("rj14-3", "Alwar", "Thanagazi", "Pratapgarh", "2025-06-30"),
    ("rj14-4", "Alwar", "Thanagazi", "Narayanpur", "2025-06-30"),
]


@pytest.fixture
async def told(database: Connection, dsn: str, tmp_path: Path) -> str:
    """One works, one has no paper, one went away with money in it, one never came."""
    path = tmp_path / "installed.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # as a spreadsheet writes it
        csv.writer(file).writerows([("kiosk", "district", "block", "place", "since"), *INSTALLED])
    assert await asyncio.to_thread(run, "import", str(path), "--database", dsn) == 0
    emptied = rows(1, "CollectionClosed", '{"how":"collected","number":4,"by":"ram"}')
    await save(
        database,
        status("rj14-1", Link.ONLINE, 3), state("rj14-1", cash=12_34_500, paper_days=20),
        journal("rj14-1", emptied, emptied[0].hash[:16]),
        status("rj14-2", Link.ONLINE, 1),
        state("rj14-2", condition="out_of_service", findings=("receipt.paper.out",), paper_days=0),
        events("rj14-2", event(1, "ticket.opened", number="CRN-17", level="block", opened=EARLY,
                               part="receipt", code="receipt.paper.out")),
        status("rj14-3", Link.OFFLINE, 9), state("rj14-3", cash=50_000),
    )  # fmt: skip
    return dsn


async def save(database: Connection, *heard: Heard) -> None:
    await Store().save(database, batch_of(heard))


def run(*words: str) -> int:
    options = kioskctl.parser().parse_args(["fleet", *words])
    code: int = options.without_config(options)
    return code


async def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(run, *words)
    return code, capsys.readouterr().out


async def test_district_sees_which_machines_work_and_which_do_not(
    told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = await said(capsys, "status", "--database", told)
    assert code == 1
    assert text.startswith("4 kiosks: ")
    assert "1 never online" in text and "1 out of service" in text and "rj14-1" not in text
    code, text = await said(capsys, "status", "--district", "Alwar", "--json", "--database", told)
    conditions = {row["kiosk"]: row["condition"] for row in json.loads(text)}
    assert (code, conditions) == (1, {"rj14-3": "offline", "rj14-4": "never"})


async def test_district_sees_why_and_since_when(
    told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = await said(capsys, "why", "--database", told)
    lines = {name: next(line for line in text.splitlines() if name in line) for name in
             ("rj14-2", "rj14-4")}  # fmt: skip
    assert "2026-11-22 15:30" in lines["rj14-2"] and "receipt.paper.out" in lines["rj14-2"]
    assert "never said anything" in lines["rj14-4"] and "link.never" in lines["rj14-4"]
    assert lines["rj14-4"].startswith("2025-06-30   "), "a day of India, which has no hour"
    code, text = await said(capsys, "silent", "--database", told)
    assert code == 1 and "rj14-4" in text and "rj14-1" not in text


async def test_district_sees_money_papers_and_complaints(
    told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = await said(capsys, "money", "--database", told)
    assert code == 0 and "₹12,845.00 in 4 boxes; oldest collection 2026-11-22 15:30" in text
    assert text.splitlines()[1].startswith("rj14-1  Kukas"), "the fullest box first"
    code, text = await said(capsys, "papers", "--database", told)
    assert code == 1 and "rj14-2" in text and "rj14-1" not in text
    code, text = await said(capsys, "tickets", "--database", told)
    assert code == 1 and "CRN-17" in text and "block" in text
    code, text = await said(capsys, "alarms", "--database", told)
    assert (code, text) == (0, "none\n")


async def test_all_of_one_kiosk_on_one_screen(
    told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = await said(capsys, "show", "rj14-2", "--database", told)
    assert code == 1 and "Achrol, Amber, Jaipur" in text and "CRN-17" in text
    assert "box:bbbbbbbbbbbbbbbb" in text
    code, _ = await said(capsys, "show", "rj14-99", "--database", told)
    assert code == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("RJ14 1,Jaipur,Amber,Kukas,", ":2: expected the id of a kiosk"),
        ("rj14-1,Jaipur,Amber,Kukas,1.4.25", ":2: expected YYYY-MM-DD"),
        ("rj14-1,a,b,c,\nrj14-1,a,b,c,", ":3: rj14-1 stands twice"),
    ],
)
async def test_a_wrong_list_changes_nothing_and_says_which_line(
    told: str, tmp_path: Path, line: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(f"kiosk,district,block,place,since\n{line}\n")
    assert await asyncio.to_thread(run, "import", str(path), "--database", told) == 78
    assert why in capsys.readouterr().err
    _, text = await said(capsys, "status", "--json", "--database", told)
    assert len(json.loads(text)) == 4


async def test_no_database_and_another_ones_database_are_said_in_one_line(
    empty: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        await asyncio.to_thread(run, "status", "--database", "postgresql:///x?host=/nowhere") == 69
    )
    assert await asyncio.to_thread(run, "status", "--database", empty) == 78
    monkeypatch.delenv("KIOSK_DATABASE", raising=False)
    assert await asyncio.to_thread(run, "status") == 78
    lines = capsys.readouterr().err.splitlines()
    assert [each.split(": ")[0] for each in lines] == ["kioskctl"] * 3
    assert "expected schema 3, got 0" in lines[1]


def test_a_kiosk_has_no_database_driver_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "firmware.cli.fleet_desk", raising=False)
    monkeypatch.delattr("firmware.cli.fleet_desk", raising=False)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    assert run("status") == 69
    assert "kiosk-firmware[collector]" in capsys.readouterr().err


class Obeys:
    """A kiosk that says what it was told, to whoever signed it with the right key."""

    def __init__(self, public_key: str) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self.heard: list[FleetCommand] = []
        self.link: Connected | None = None

    def on_publish(self, message: Publish) -> None:
        signed = msgspec.json.decode(message.payload, type=Signed)
        signature = base64.b64decode(signed.signature)
        self._key.verify(COMMAND_PURPOSE + b"\0" + signed.body.encode(), signature)
        command = msgspec.json.decode(signed.body, type=FleetCommand)
        self.heard.append(command)
        assert self.link is not None and message.expiry is not None and not message.retain
        for part in (2, 1):
            reply = UpReply(id=command.id, outcome=Outcome.REFUSED, why="money is inside", parts=2,
                            part=part, answer=f"piece {part};", boot=1, t=EARLY)  # fmt: skip
            self.link.publish(topic(command.kiosk, "up/reply"), msgspec.json.encode(reply))

    def on_puback(self, packet_id: int, reason: int) -> None:
        pass

    def on_lost(self) -> None:
        pass


async def test_a_command_is_signed_sent_and_answered_in_pieces(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(folder / "ca")
    authority.make("rj14-1")
    office, key = authority.make("office"), folder / "command.key"
    code, public = await said(capsys, "key", "new", str(key))
    assert code == 0 and key.stat().st_mode & 0o777 == 0o600
    assert run("key", "new", str(key)) == 78, "a key is never written over"
    kiosk, toml = Obeys(public.strip()), folder / "link.toml"
    common = ["--key", str(key), "--config", str(toml)]
    with Mosquitto(folder / "broker", authority) as broker:
        toml.write_text(
            f'[broker]\nhost = "127.0.0.1"\nport = {broker.port}\nclient = "office"\n'
            f'ca = "{authority.ca}"\ncertificate = "{office}"\n'
        )
        kiosk.link = link = await dial(Site(broker.port, authority.folder).dial("rj14-1"), kiosk)
        await link.subscribe([topic("rj14-1", "down/#")])
        code, text = await said(capsys, "command", "rj14-1", "log_bundle", "minutes=30", "--by",
                                "S. Meena", *common)  # fmt: skip
        answer = "rj14-1 log_bundle: refused: money is inside\npiece 1;piece 2;\n"
        assert (code, text) == (1, answer)
        (command,) = kiosk.heard
        assert (command.by, command.args) == ("S. Meena", {"minutes": 30})
        code, _ = await said(capsys, "command", "rj14-2", "status", "--wait", "0.2", *common)
        assert code == 2, "nobody there"
        link.close()


def test_a_list_of_kiosks_becomes_the_users_of_a_rabbitmq_without_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIOSK_DATABASE", raising=False)
    path = tmp_path / "installed.csv"
    path.write_text("kiosk,district,block,place,since\nrj14-1,a,b,c,\nrj14-2,a,b,d,\n")
    others = ["--collector", "collector-a", "--office", "office"]
    assert run("rabbitmq", str(path), *others) == 0
    made = json.loads(capsys.readouterr().out)
    assert [user["name"] for user in made["users"]] == ["rj14-1", "rj14-2", "collector-a", "office"]
    assert {user["password_hash"] for user in made["users"]} == {""}, "a certificate, or nothing"
    for what in ("permissions", "topic_permissions"):
        assert {each["user"] for each in made[what]} == {user["name"] for user in made["users"]}
    (mine,) = [each for each in made["permissions"] if each["user"] == "rj14-1"]
    assert mine["configure"] == "^mqtt-subscription-rj14-1qos[01]$"
    assert run("rabbitmq", str(path), "--collector", "rj14-1") == 78
    assert "got twice: rj14-1" in capsys.readouterr().err
