"""Health and the uplink on a real disk that is full to the last byte: they live, say so, go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from firmware.contract.device import DeviceState, Identity, Outcome, Reply
from firmware.contract.fleet import Told
from firmware.contract.topics import Topics
from firmware.contract.uplink import Verb
from firmware.health.daemon import HealthDaemon
from firmware.health.inventory import Inventory
from firmware.runtime.bus import Envelope
from firmware.runtime.clock import FixedClock
from firmware.uplink.commands import Executed, Seen
from firmware.uplink.ear import Ear
from firmware.uplink.ids import Ids
from firmware.uplink.kept import Kept
from firmware.uplink.marks import Keeper
from firmware.uplink.outbox import Outbox, OutboxFault
from firmware.uplink.stamp import Stamper
from firmware.uplink.truth import Heard
from tests.firmware.health.kiosk import EXPECTED, printer
from tests.firmware.health.test_records import HOUR, MINUTE, NOON
from tests.firmware.health.test_records import Kiosk as Recording
from tests.firmware.small_kiosk import config_in
from tests.firmware.uplink.signing import command
from tests.small_disk import SmallDisk, small_disk

T = Topics("k1")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "1m") as made:
        yield made


def test_tickets_that_could_not_be_kept_are_opened_when_there_is_room(disk: SmallDisk) -> None:
    kiosk = Recording(disk.folder)
    kiosk.wait(MINUTE)
    disk.fill()
    kiosk.breaks("notes", "notes.jam.stacker")
    kiosk.wait(2 * HOUR)
    assert kiosk.records.tickets.open == [] and kiosk.records.untold == [], "on disk, or not said"
    disk.free()
    kiosk.wait(MINUTE)
    (ticket,) = kiosk.records.tickets.open
    assert [each.kind for each in kiosk.records.untold] == ["ticket.opened"]
    kiosk.restart(timedelta(minutes=1))
    assert kiosk.records.tickets.open == [ticket]


def test_health_lives_on_a_full_disk_and_keeps_later_what_it_could_not(disk: SmallDisk) -> None:
    """It died of the first new device: nobody was there to say what is wrong."""
    config, clock = config_in(disk.folder, EXPECTED), FixedClock(NOON)
    folder = config.state_folder / "health"
    (disk.folder / "credentials").mkdir()
    (disk.folder / "credentials" / "health").write_text("secret")
    daemon = HealthDaemon(config, clock, halt=lambda: None, root=disk.folder)
    disk.fill()
    for at in range(3):
        state = msgspec.json.encode(printer(60_000 - at, serial="P-7"))
        daemon._on_state(DeviceState, Envelope(T.device_state("receipt"), state))
        clock.advance(3600)
        daemon.look()
        daemon._keep_records()
    daemon._save()
    assert daemon.health is not None, "it goes on judging"
    assert Inventory(folder / "inventory.json").devices == {}
    disk.free()
    daemon._on_state(DeviceState, Envelope(T.device_state("receipt"), state))
    daemon._save()
    found = Inventory(folder / "inventory.json")
    assert found.devices["receipt"].identity == Identity(serial="P-7")
    assert ("receipt", "paper") in found.supplies()


class Uplink:
    def __init__(self, folder: Path) -> None:
        clock = FixedClock(NOON)
        outbox, keeper = Outbox(folder / "outbox.db"), Keeper(folder / "mark")
        stamper = Stamper(clock, keeper.booted("b1").boot, lambda: True)
        executed = Executed(outbox, Ids(folder / "ids", stamper.now()))
        self.kept = Kept(folder, clock, outbox, keeper, stamper, executed)
        self.ear = Ear(self.kept, Heard(), lambda: True, lambda: None)

    def told(self, source: str) -> Outcome:
        told = msgspec.json.encode(Told(source, "door.opened", {"text": "x" * 400}))
        reply: Reply = self.ear.tell(Envelope(T.uplink_event, told))
        return reply.outcome


def test_what_the_outbox_cannot_keep_is_not_promised_and_taken_later(disk: SmallDisk) -> None:
    uplink = Uplink(disk.folder)
    asked = command(Verb.REBOOT, at=NOON)
    assert uplink.told("before") is Outcome.DONE
    disk.fill()
    kept = 0
    while uplink.told(f"n{kept}") is Outcome.DONE:  # in pages of the log that it has
        kept += 1
        assert kept < 500, "the disk is full"
    assert "disk is full" in uplink.ear.trouble or "disk I/O error" in uplink.ear.trouble
    with pytest.raises(OutboxFault):
        uplink.kept.executed.begin(asked, 1)
    disk.free()
    assert uplink.told(f"n{kept}") is Outcome.DONE
    assert uplink.ear.trouble == ""
    assert uplink.kept.executed.begin(asked, 1) is Seen.NEW
    uplink.kept.close()
    again = Uplink(disk.folder)
    assert again.kept.outbox.was_lost == ""
    assert again.kept.outbox.waiting == kept + 2, "each once, in its order"
    again.kept.close()


def test_a_mark_that_cannot_be_kept_is_the_one_before(disk: SmallDisk) -> None:
    uplink = Uplink(disk.folder)
    for number in range(3):
        uplink.kept.keeper.change(connection=number + 1)
    disk.fill()
    (disk.folder / "mark.a").unlink()
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        for number in range(3):
            uplink.kept.keeper.change(connection=number + 10)
    assert Keeper(disk.folder / "mark").now.connection in (3, 10)
    uplink.kept.close()
