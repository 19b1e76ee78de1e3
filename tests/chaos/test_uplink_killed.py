"""The uplink, its broker and core's side of the bus die at seeded moments; then all is counted.

The long form of what tests/firmware/uplink asks: `pytest tests/chaos --chaos=full`.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from random import Random

import pytest

from firmware.contract.device import Kind, Outcome, Reply
from firmware.contract.fleet import Told
from firmware.demo.broker import Broker
from tests.firmware.small_kiosk import config_in
from tests.firmware.uplink.fleet import FleetBroker, Receiver, Signer, section_of
from tests.firmware.uplink.process import start, tell, write_config
from tests.firmware.uplink.stage import till_of

DEATHS = 25
ROWS_A_TURN, TOLD_A_TURN = 120, 3

pytestmark = pytest.mark.chaos


async def test_nothing_is_missing_and_nothing_differs_after_many_deaths(
    tmp_path: Path, chaos_seed: int, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--chaos") != "full":
        pytest.skip("the short form is in tests/firmware/uplink; all of it: --chaos=full")
    random = Random(chaos_seed)
    signer = Signer.make(tmp_path / "ca")
    fleet = FleetBroker(tmp_path / "fleet", signer)
    fleet.start()
    config = config_in(tmp_path / "kiosk", {"notes": Kind.NOTES})
    with Broker(config, tmp_path / "kiosk"):
        till, receiver = till_of(config), Receiver(fleet)
        till.say()
        path = write_config(tmp_path / "kiosk/kiosk.toml", section_of(fleet, signer))
        tasks = [asyncio.create_task(each) for each in (receiver.run(), till.bus.run())]
        process, told = start(path, tmp_path), 0
        try:
            for _ in range(DEATHS):
                till.write(ROWS_A_TURN)
                for number in range(told, told + TOLD_A_TURN):
                    event = Told(f"t{number}", "ticket.opened", {"number": number})
                    reply = await tell(till.bus, till.topics.uplink_event, event)
                    assert reply == Reply(Outcome.DONE)
                told += TOLD_A_TURN
                await asyncio.sleep(random.uniform(0, 1.5))
                if random.random() < 0.7:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    process = start(path, tmp_path)
                else:
                    fleet.kill()
                    fleet.start()
            await receiver.until(lambda: len(receiver.kept.rows) == till.journal.length, 240)
            await receiver.until(lambda: len(receiver.kept.events) == told, 120)
        finally:
            process.kill()
            process.wait()
            fleet.kill()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    assert receiver.kept.alarms == []
    assert {event.facts["number"] for event in receiver.kept.events.values()} == set(range(told))
