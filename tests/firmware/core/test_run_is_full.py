"""/run is full or read-only: what would have been left there is lost, and the till stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from firmware.contract.desk import Restart
from firmware.contract.device import Outcome, Reply
from firmware.contract.meeting import Planned
from firmware.contract.topics import Topics
from firmware.core.book import Book
from firmware.core.core import Core
from firmware.core.daemon import CoreDaemon
from firmware.core.in_ram import SERIAL_LEAP, VisitInRam
from firmware.core.starting import asked_at
from firmware.meeting.__main__ import Launcher
from firmware.meeting.browser import Browser
from firmware.runtime.bus import Envelope
from firmware.runtime.config import BusSection, PathsSection
from firmware.services.catalogue import load_catalogue
from firmware.till.effects import CloseMeeting, OpenMeeting
from tests.firmware.core.world import CONFIG, World
from tests.small_disk import SmallDisk, small_disk

TOPICS = Topics(CONFIG.kiosk.id)
MEETING = Planned("m1", "https://meet.example.in/1", "2026-11-22T10:00:00+05:30",
                  "2026-11-22T11:00:00+05:30", "बैठक", "Meeting")  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "run", "64k") as made:
        yield made


def daemon_of(folder: Path, run: SmallDisk) -> CoreDaemon:
    """One whose bus was never connected."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / "core").write_text("secret")
    world = World(folder / "state")
    config = msgspec.structs.replace(
        CONFIG,
        bus=BusSection(str(folder / "bus"), str(folder / "secrets")),
        paths=PathsSection(run=str(run.folder)),
    )
    core = Core(Book(world.journal, world.clock), config, load_catalogue())
    core.start(1, None, world.now)
    return CoreDaemon(core, config, world.clock)


def is_full(run: SmallDisk) -> None:
    run.fill()


def is_read_only(run: SmallDisk) -> None:
    run.remount("ro")


def asks_for_a_restart(daemon: CoreDaemon) -> Reply:
    """As a technician does it; the answer that is on its way."""
    daemon._bus._connected.set()
    asked = msgspec.json.encode(Restart("ram", "notes"))
    daemon._on_command(Envelope(TOPICS.core_command, asked, "reply", b"1"))
    queue, found = daemon._bus._queue, []
    while not queue.empty():
        found.append(queue.get_nowait())
    (reply,) = [each for each in found if each.topic == "reply"]
    return msgspec.json.decode(reply.payload, type=Reply)


@pytest.mark.parametrize("trouble", [is_full, is_read_only])
def test_a_restart_that_cannot_be_asked_for_is_refused_and_core_stays(
    tmp_path: Path, run: SmallDisk, trouble: Callable[[SmallDisk], None]
) -> None:
    daemon = daemon_of(tmp_path, run)
    trouble(run)
    reply = asks_for_a_restart(daemon)
    assert reply.outcome is Outcome.REFUSED and "systemd cannot be asked" in reply.detail
    run.remount("rw")
    run.free()
    assert asks_for_a_restart(daemon).outcome is Outcome.DONE
    assert asked_at(run.folder).read_text() == "notes\n"


@pytest.mark.parametrize("trouble", [is_full, is_read_only])
def test_a_meeting_that_cannot_begin_or_end_leaves_core_running(
    tmp_path: Path, run: SmallDisk, trouble: Callable[[SmallDisk], None]
) -> None:
    daemon = daemon_of(tmp_path, run)
    daemon._do(OpenMeeting(MEETING))
    trouble(run)
    daemon._do(OpenMeeting(MEETING))
    daemon._do(CloseMeeting())
    run.remount("rw")
    run.free()
    daemon._do(CloseMeeting())
    assert daemon._hall.look().order is None


def test_a_visit_that_cannot_be_kept_is_not_followed_by_the_one_before(run: SmallDisk) -> None:
    """The citizen of an hour ago must not stand on the screen of the next."""
    kept = VisitInRam(run.folder / "core" / "visit.json")
    kept.keep(7, b'{"stage":"bill"}')
    assert kept.load() == (7 + SERIAL_LEAP, b'{"stage":"bill"}')
    run.fill()
    kept.keep(8, b'{"stage":"%b"}' % (b"x" * 8192))
    assert kept.load() == (0, None)
    run.free()
    kept.keep(9, b"{}")
    assert kept.load() == (9 + SERIAL_LEAP, b"{}")


def test_a_core_that_starts_on_a_full_run_serves(tmp_path: Path, run: SmallDisk) -> None:
    run.remount("ro")
    daemon = daemon_of(tmp_path, run)
    daemon._carry_out()


def test_a_browser_is_not_taken_down_by_a_file_that_says_it_is_there(run: SmallDisk) -> None:
    launcher = Launcher(run.folder, MEETING, Browser(run.folder / "profile"))
    run.remount("ro")
    launcher._say_held()
    run.remount("rw")
    launcher._say_held()
    assert (run.folder / "held").exists()
