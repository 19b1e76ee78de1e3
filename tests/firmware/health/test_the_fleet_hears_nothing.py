"""Why the fleet does not hear this kiosk is a finding; the kiosk serves as well as before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import Outcome, Reply
from firmware.contract.fleet import Told, UplinkState
from firmware.contract.health import Condition, Presence
from firmware.contract.topics import Topics
from firmware.health.assess import assess
from firmware.health.telling import tell_all
from firmware.health.ticket_file import Untold
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from tests.firmware.health.kiosk import EXPECTED, facts
from tests.firmware.small_kiosk import config_in

TUESDAY = "2026-01-13T09:00:00+05:30"
EXPIRED = UplinkState(is_configured=True, code="uplink.certificate_expired", detail="it ended")
ALIVE = {name: Presence(is_alive=True) for name in ("core", "ui", "uplink")}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path, EXPECTED)


def test_an_expired_certificate_is_a_notice_and_the_kiosk_goes_on_selling() -> None:
    seen = assess(facts(uplink=EXPIRED, presences=ALIVE), {}, TUESDAY)
    assert [(each.part, each.code) for each in seen.findings] == [("uplink", EXPIRED.code)]
    assert seen.condition is Condition.IN_SERVICE


def test_an_uplink_that_is_gone_is_told_only_where_there_is_a_fleet() -> None:
    presences = {**ALIVE, "uplink": Presence(is_alive=False)}
    seen = assess(facts(uplink=UplinkState(is_configured=True), presences=presences), {}, TUESDAY)
    assert [each.code for each in seen.findings] == ["daemon.gone"]
    for uplink in (None, UplinkState(is_configured=False)):
        assert assess(facts(uplink=uplink, presences=presences), {}, TUESDAY).findings == []


class Tickets:
    """What health keeps until it is told."""

    def __init__(self) -> None:
        self.untold = [Untold(f"T{n}", "ticket.opened", {"number": n}, TUESDAY) for n in range(3)]

    def told(self, source: str) -> None:
        self.untold = [each for each in self.untold if each.source != source]


class Uplink:
    """Refuses the first thing it hears: its disk is full for that long."""

    def __init__(self, config: Config) -> None:
        self.bus = Bus(config.bus_address("uplink"))
        self.heard: list[Told] = []
        self.bus.on(Topics("k1").uplink_event, self._hear)

    def _hear(self, envelope: Envelope) -> None:
        self.heard.append(msgspec.json.decode(envelope.payload, type=Told))
        outcome = Outcome.REFUSED if len(self.heard) == 1 else Outcome.DONE
        self.bus.answer(envelope, Reply(outcome))


@pytest.mark.usefixtures("broker")
async def test_a_ticket_is_kept_until_the_uplink_has_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.health.telling.LOOK_EVERY", 0.05)
    tickets, uplink = Tickets(), Uplink(config)
    bus = Bus(config.bus_address("health"))
    bus.take_replies(Topics("k1").reply("health"))
    running = [uplink.bus.run(), bus.run()]
    tasks = [asyncio.create_task(each) for each in running]
    await asyncio.gather(bus.connected(), uplink.bus.connected())
    tasks.append(asyncio.create_task(tell_all(bus, Topics("k1"), tickets)))
    try:
        async with asyncio.timeout(10):
            while tickets.untold:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert [told.source for told in uplink.heard] == ["T0", "T0", "T1", "T2"]
