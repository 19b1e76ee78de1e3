"""The uplink between a real bus and a real broker with mutual TLS: what was written arrives."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import Outcome, Reply
from firmware.contract.fleet import Told
from firmware.contract.uplink import Link, UpHealth, UpState, Verb
from firmware.runtime.config import Config
from tests.firmware.uplink.fleet import FleetBroker, Receiver, Signer, section_of
from tests.firmware.uplink.process import start, tell, write_config
from tests.firmware.uplink.signing import command, signed
from tests.firmware.uplink.stage import staged, till_of

pytestmark = pytest.mark.usefixtures("bus")


async def test_a_quiet_kiosk_says_who_it_is_and_what_it_has(
    config: Config, fleet: FleetBroker, signer: Signer
) -> None:
    till = till_of(config, rows=5)
    async with staged(config, section_of(fleet, signer), fleet, till) as stage:
        await stage.receiver.until(lambda: stage.all_is_there and bool(stage.said))
        await stage.receiver.until(lambda: stage.receiver.statuses()[-1].state is Link.ONLINE)
        await stage.receiver.until(lambda: bool(stage.receiver.of("up/health")))
        await stage.receiver.send("down/command", signed(command(Verb.STATUS)))
        await stage.receiver.until(lambda: bool(stage.receiver.of("up/state")), 5)
        state = msgspec.json.decode(stage.receiver.of("up/state")[-1], type=UpState)
        health = msgspec.json.decode(stage.receiver.of("up/health")[-1], type=UpHealth)
    assert state.place == config.kiosk.place
    assert "backlog_rows" in health.numbers and health.ttl == 900
    assert stage.receiver.kept.alarms == []
    assert stage.receiver.statuses()[0].connection == 1


async def test_the_broker_dies_while_five_thousand_rows_wait(
    config: Config, fleet: FleetBroker, signer: Signer
) -> None:
    till = till_of(config, rows=5000)
    async with staged(config, section_of(fleet, signer), fleet, till) as stage:
        receiver = stage.receiver
        for least in (0, 1500):
            await receiver.until(lambda least=least: len(receiver.kept.rows) >= least)  # type: ignore[misc]
            fleet.kill()
            fleet.start()
        await receiver.until(lambda: stage.all_is_there, 60)
        await receiver.until(lambda: receiver.statuses()[-1].state is Link.ONLINE)
    assert len(receiver.kept.rows) == 5000 and receiver.kept.alarms == []
    told = {status.connection for status in receiver.statuses()}
    assert len(told) >= 2, "each connection has its number"
    assert Link.DRAINING in {status.state for status in receiver.statuses()}


async def test_acks_are_lost_and_the_collector_commits_nothing_for_a_while(
    config: Config, fleet: FleetBroker, signer: Signer
) -> None:
    """What is there already may come again; nothing is missing, and nothing differs."""
    till = till_of(config, rows=700)
    async with staged(config, section_of(fleet, signer), fleet, till) as stage:
        receiver = stage.receiver
        receiver.keeps = lambda name: name != "down/ack"
        await receiver.until(lambda: len(receiver.kept.rows) >= 300)
        receiver.keeps = lambda name: True
        fleet.kill()  # the next connection sends all of it anew
        fleet.start()
        await receiver.until(lambda: stage.all_is_there)
        await receiver.until(lambda: stage.kept.keeper.now.mark.seq == 700)
    assert receiver.doubles > 0
    assert receiver.kept.alarms == []


async def test_an_event_is_on_disk_before_its_source_hears_so(
    config: Config, fleet: FleetBroker, signer: Signer
) -> None:
    till = till_of(config)
    section = section_of(fleet, signer)
    async with staged(config, section, fleet, till) as stage:
        told = Told("TDR 0417/7C 0001 opened", "ticket.opened", {"number": "0001", "times": 1})
        first = await tell(till.bus, stage.till.topics.uplink_event, told)
        again = await tell(till.bus, stage.till.topics.uplink_event, told)
        assert first == again == Reply(Outcome.DONE)
        assert stage.kept.outbox.last == 1, "kept once"
        await stage.receiver.until(lambda: bool(stage.receiver.kept.events))
    (event,) = stage.receiver.kept.events.values()
    assert (event.kind, event.facts) == (told.kind, told.facts)


async def test_a_kill_at_any_moment_loses_no_row_and_no_event(
    config: Config, fleet: FleetBroker, signer: Signer, tmp_path: Path
) -> None:
    """The real process, killed while it sends, four times at other moments."""
    till = till_of(config, rows=1500)
    section = section_of(fleet, signer)
    path = write_config(tmp_path / "kiosk/kiosk.toml", section)
    receiver = Receiver(fleet)
    till.say()
    tasks = [asyncio.create_task(each) for each in (receiver.run(), till.bus.run())]
    told = [Told(f"t{number}", "ticket.opened", {"number": number}) for number in range(3)]
    process = None
    try:
        for number, least in enumerate((0, 64, 700)):
            process = start(path, tmp_path)
            reply = await tell(till.bus, till.topics.uplink_event, told[number])
            assert reply == Reply(Outcome.DONE)
            await receiver.until(lambda least=least: len(receiver.kept.rows) >= least)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            process.wait()
        process = start(path, tmp_path)
        await receiver.until(lambda: len(receiver.kept.rows) == 1500, 40)
        await receiver.until(lambda: len(receiver.kept.events) == 3)
        process.terminate()
        process.wait(10)
        await receiver.until(lambda: receiver.statuses()[-1].state is Link.OFFLINE)
    finally:
        if process is not None and process.poll() is None:
            process.kill()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert receiver.kept.alarms == []
    numbers = {event.facts["number"] for event in receiver.kept.events.values()}
    assert numbers == {0, 1, 2}
    boxes = {box for box, _ in receiver.kept.events}
    assert len(boxes) == 1, "one outbox through all its lives"
