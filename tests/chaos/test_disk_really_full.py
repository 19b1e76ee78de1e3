"""A memory card that is full to the last byte while somebody pays, for half a minute, on a real
file system: no page limit of SQLite, which knows nothing of ledgers, its log, and half a file.

The kiosk is the one in memory (memory.py), with all that it keeps on a tmpfs of a few megabytes;
only the office keeps its books elsewhere.
"""

from __future__ import annotations

import signal
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

import tests.chaos.memory
from firmware.contract.health import CoreState
from firmware.contract.screen import Closed, Screen
from firmware.contract.topics import Topics
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.points import Point
from tests.chaos.runs import HANGS_AFTER, RAM, broken_chain, forked, tell
from tests.chaos.virtual import Process
from tests.chaos.wiring import WORLD
from tests.small_disk import SmallDisk, small_disk

SIZE = "6m"
FULL_FOR = 30.0  # seconds: longer than core waits before it tries its journal again
STORY = "exact"
SAMPLE = 8  # of the writes of a visit
NO_ROOM = "No space left on device"
DISKS = ExitStack()  # of the one kiosk of a forked process


@dataclass
class Found:
    faults: list[str]
    ends: tuple[str, ...]  # of the orders
    bugs: list[str]
    points: list[Point]
    said: list[str] = field(default_factory=list)  # what is wrong, before there was room again


class OnSmallDisk(Kiosk):
    """Its deed fills the disk; half a minute later somebody takes the log away."""

    disk: SmallDisk
    said: list[str]

    def _write_config(self) -> Path:
        path, self.said = super()._write_config(), []
        self.disk = DISKS.enter_context(small_disk(self.folder / "state", SIZE))
        (self.folder / "office").mkdir()
        (self.folder / "state" / "sandbox").symlink_to(self.folder / "office")
        return path

    def _strike(self, process: Process) -> None:
        self.disk.fill()
        self.loop.call_later(FULL_FOR - 1.0, self._look, context=WORLD.copy())
        self.loop.call_later(FULL_FOR, self.disk.free, context=WORLD.copy())

    def _look(self) -> None:
        """The screen is closed for it; or a citizen's paper is waited for, and core says it to
        health."""
        topics = Topics(self.config.kiosk.id)
        shown = bytes(self.broker.retained[topics.screen_state].payload)
        data = msgspec.json.decode(shown, type=Screen).data
        told = bytes(self.broker.retained[topics.core_state].payload)
        why = msgspec.json.decode(told, type=CoreState).no_records_because
        self.said.append(data.fault if isinstance(data, Closed) else why)


def carry_out(at: Point | None) -> Found:
    """The story, with the disk full from `at` on; in a process of its own."""
    signal.alarm(HANGS_AFTER)
    tests.chaos.memory.Kiosk = OnSmallDisk  # type: ignore[misc]
    with tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM) as place, DISKS:
        with kiosk_in(Path(place), at, "disk") as kiosk:
            assert isinstance(kiosk, OnSmallDisk)
            found = kiosk.loop.run_until_complete(tell(kiosk, STORY))
        ends = tuple(str(order.end) for order in found.orders)
        faults = found.faults() + broken_chain(kiosk)
        return Found(faults, ends, kiosk.bugs, kiosk.points, kiosk.said)


@pytest.fixture(scope="module")
def writes(tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every write of the journal and of a ledger in a visit in which nothing is wrong."""
    with small_disk(tmp_path_factory.mktemp("probe"), "64k"), forked() as pool:
        whole = pool.map(carry_out, [None])[0]
    assert (whole.faults, whole.ends, whole.bugs) == ([], ("fulfilled",), [])
    found = [each for each in whole.points if each.kind in ("journal.before", "ledger.before")]
    assert len(found) > SAMPLE
    return found


@pytest.mark.chaos
def test_a_disk_that_is_full_for_half_a_minute_costs_no_paisa_and_mends_itself(
    writes: list[Point], request: pytest.FixtureRequest
) -> None:
    is_full = request.config.getoption("--chaos") == "full"
    chosen = writes if is_full else writes[:: len(writes) // SAMPLE]
    for at in chosen:
        with forked() as pool:
            found = pool.map(carry_out, [at])[0]
        assert found.faults == [], at
        assert all(end in ("fulfilled", "claimed", "cancelled") for end in found.ends), at
        others = [bug for bug in found.bugs if NO_ROOM not in bug]
        assert others == [], f"{at}: only a disk that takes nothing may end a daemon"
        assert all(said == "till.records" or "MiB free" in said for said in found.said), (
            at,
            found.said,
        )
