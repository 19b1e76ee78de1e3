"""The table of docs/kioskctl.md: one number for a refusal, one for silence, one for a dead bus."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from firmware.boot import restart
from firmware.cli import asking, retained, snapshot
from firmware.cli.__main__ import main
from firmware.cli.exits import Exit
from firmware.cli.parsing import JSON
from firmware.contract.device import Kind, Outcome, Reply
from firmware.contract.fault_ticket import FaultTicket, FaultTickets, Level
from firmware.contract.topics import Topics
from firmware.demo.broker import Broker
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from tests.firmware.small_kiosk import config_in

TOPICS = Topics("k1")
AT = "2026-01-15T10:00:00+05:30"
TICKET = FaultTicket(number="TD 0001/7C 0001", part="notes", code="notes.stacker.full",
                     level=Level.OPERATOR, opened=AT, level_since=AT)  # fmt: skip
# All that core is asked for.
ASKING = (
    "alarm clear",
    "attendance here",
    "claim print 'TDR 0417 0001 C1'",
    "claim redeem 'TDR 0417 0001 C1' --reference 'voucher 17'",
    "close cleaning",
    "consumables refilled receipt paper",
    "content conduct on --reason 'order 7'",
    "journal confirm 1",
    "meeting add m --url https://a.example --starts 2026-11-22T15:00 --ends 2026-11-22T16:00"
    " --hi अ --en a",
    "meeting end m",
    "open",
    "practice start",
    "practice stop",
    "receipt print 'TDR 0417 0001'",
    "report --z 1 --print",
    "restart notes",
    "settings --volume 50",
    "tickets print 0001",
)
# What somebody else on the bus knows.
READING = (
    "consumables",
    "consumables history",
    "meeting list",
    "network",
    "settings",
    "status",
    "tickets",
    "uplink",
)
# Judged by whoever asks, also where nobody speaks.
JUDGING = ("commission", "device list", "faults", "selftest")
# Read from files; nobody has written any yet.
WITHOUT_A_RECORD = (
    "attendance",
    "claim show 'TDR 0417 0001 C1'",
    "collections",
    "downtime",
    "downtime verify",
    "journal show",
    "journal verify",
    "report",
    "report --list",
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Nobody waits for the dead, and no systemd of this machine is told anything."""
    monkeypatch.setattr(snapshot, "CONNECTS_WITHIN", 20.0)  # a living broker, at any load
    monkeypatch.setattr(snapshot, "ARRIVES_WITHIN", 0.1)
    monkeypatch.setattr(retained, "ARRIVES_WITHIN", 0.1)
    monkeypatch.setattr(asking, "ANSWERS_WITHIN", 0.1)
    monkeypatch.setattr(restart, "SYSTEMCTL", str(tmp_path / "systemctl"))
    return config_in(tmp_path, {"notes": Kind.NOTES, "receipt": Kind.RECEIPT})


async def codes(folder: Path, *commands: str) -> dict[str, int]:
    """What each ends with, one after the other."""
    found = {}
    for words in commands:
        typed = ["--config", str(folder / "kiosk.toml"), *shlex.split(words)]
        found[words] = int(await asyncio.to_thread(main, typed))
    return found


def all_are(code: Exit, *commands: str) -> dict[str, int]:
    return dict.fromkeys(commands, int(code))


async def test_the_broker_is_dead(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.stop()
    monkeypatch.setattr(snapshot, "CONNECTS_WITHIN", 0.05)
    asked = (*ASKING, *READING, *JUDGING)
    assert await codes(tmp_path, *asked) == all_are(Exit.NO_BUS, *asked)


async def test_core_is_dead_and_so_is_everybody_else(
    config: Config, broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (*ASKING, *READING)
    assert await codes(tmp_path, *asked) == all_are(Exit.UNKNOWN, *asked)
    assert capsys.readouterr().err.count("core did not answer in 0.1 s") == len(ASKING) - 1
    assert await codes(tmp_path, *JUDGING) == all_are(Exit.NOT_WELL, *JUDGING)


async def test_there_is_no_record_to_be_read(config: Config, tmp_path: Path) -> None:
    asked = WITHOUT_A_RECORD
    assert await codes(tmp_path, *asked) == all_are(Exit.UNKNOWN, *asked)


async def test_an_empty_list_is_well(config: Config, tmp_path: Path) -> None:
    asked = ("device flights", "journal aside", "close --list", "restart --list", "content list")
    assert await codes(tmp_path, *asked) == all_are(Exit.WELL, *asked)


class Core:
    """Answers all that it is asked with the same word."""

    def __init__(self, config: Config) -> None:
        self.reply = Reply(Outcome.DONE, "it is so")
        self.bus = Bus(config.bus_address("core"))
        self.bus.on(TOPICS.core_command, self._answer)

    def _answer(self, request: Envelope) -> None:
        self.bus.answer(request, self.reply)


@pytest.fixture
async def core(config: Config, broker: Broker) -> AsyncIterator[Core]:
    """And a health that has one ticket open."""
    core, health = Core(config), Bus(config.bus_address("health"))
    health.retain(TOPICS.health_tickets, FaultTickets([TICKET]))
    running = [asyncio.ensure_future(bus.run()) for bus in (core.bus, health)]
    await asyncio.gather(core.bus.connected(), health.connected())
    yield core
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_core_refuses_and_core_does(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asking, "ANSWERS_WITHIN", 5.0)
    monkeypatch.setattr(retained, "ARRIVES_WITHIN", 5.0)
    at_once = [words for words in ASKING if words != "practice start"]  # until it has begun
    assert await codes(tmp_path, *at_once) == all_are(Exit.WELL, *at_once)
    assert capsys.readouterr().out == "done: it is so\n" * len(at_once)
    core.reply = Reply(Outcome.REFUSED, "somebody pays")
    asked = tuple(f"{words} {JSON}" for words in ASKING)
    assert await codes(tmp_path, *asked) == all_are(Exit.NOT_WELL, *asked)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told == [{"outcome": "refused", "detail": "somebody pays"}] * len(ASKING)
