"""A kiosk that lost its network for good still says what the fleet told it last."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from firmware.contract.topics import Topics
from firmware.contract.uplink import Desired, Notice
from firmware.demo.broker import Broker
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.config import Config
from tests.firmware.uplink.fleet import FleetBroker, Signer, section_of
from tests.firmware.uplink.signing import signed
from tests.firmware.uplink.stage import staged, till_of

FLEET = [{"hi": "मालपुरा", "en": "Malpura"}]
DESIRED = Desired(kiosk="k1", version=7, neighbours=FLEET)
NOTICE = Notice(version=8, words={"hi": "कल बंद"})


async def test_notice_and_neighbours_are_on_the_bus_after_a_start_without_the_fleet(
    config: Config, fleet: FleetBroker, signer: Signer, tmp_path: Path
) -> None:
    section = section_of(fleet, signer)
    with Broker(config, tmp_path / "kiosk"):
        till = till_of(config)
        async with staged(config, section, fleet, till) as stage:
            await stage.receiver.send("down/desired", signed(DESIRED), retain=True)
            await stage.receiver.to_all("down/notice", signed(NOTICE))
            await stage.receiver.until(lambda: bool(stage.said) and stage.said[-1].desired == 7)
            await stage.receiver.until((stage.kept.folder / "notice.json").exists)
    till.journal.close()
    heard: dict[str, bytes] = {}
    topics = Topics("k1")

    def hear(envelope: Envelope) -> None:
        heard[envelope.topic] = envelope.payload

    without = msgspec.structs.replace(section, port=1)
    with Broker(config, tmp_path / "kiosk"):  # which forgets everything when it ends
        async with staged(config, without, fleet, till_of(config)) as stage:
            listener = Bus(config.bus_address("health"))
            listener.on(topics.uplink_desired, hear)
            listener.on(topics.uplink_notice, hear)
            task = asyncio.create_task(listener.run())
            await stage.receiver.until(lambda: len(heard) == 2)
            task.cancel()
    assert msgspec.json.decode(heard[topics.uplink_desired], type=Desired) == DESIRED
    assert msgspec.json.decode(heard[topics.uplink_notice], type=Notice) == NOTICE
