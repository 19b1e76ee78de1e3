"""Ready for its first citizen, or what is not: said by the kiosk, not by who set it up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as changed

from firmware.cli.commission import Seen, checks
from firmware.contract.device import Fault, Identity, Status
from firmware.contract.fleet import UplinkState
from firmware.contract.gateway import GatewayState
from firmware.contract.health import LastTest
from firmware.contract.machine import Machine
from firmware.health.assess import assess
from firmware.runtime.config import Config
from tests.firmware.cli.test_status import whole_kiosk
from tests.firmware.health.kiosk import EARLIER, EXPECTED, device, facts, roll
from tests.firmware.small_kiosk import config_in

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LINKED = UplinkState(is_configured=True, link="online", certificate_ends="2027-01-01T00:00:00Z")
SERIAL = Identity("ITL", "NV200", "0417")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = config_in(tmp_path, EXPECTED)
    gateway = changed(config.gateway, url="https://office.example", office_key="ab" * 32)
    return changed(config, gateway=gateway)


def ready(**machine: Any) -> Seen:
    """A kiosk that was set up by one who knew how."""
    snapshot = whole_kiosk()
    tested = {
        name: LastTest(EARLIER, "S. Devi", state.identity.serial, "", [])
        for name, state in snapshot.devices.items()
    }
    assert snapshot.health is not None
    snapshot.health = changed(snapshot.health, tests=tested)
    return Seen(snapshot, LINKED, Machine({"clock_is_set": 1.0, **machine}))


def missing(config: Config, seen: Seen) -> dict[str, str]:
    return {check.what: check.why for check in checks(config, seen, NOW) if check.why}


def test_a_kiosk_that_is_ready_is_green(config: Config) -> None:
    assert missing(config, ready()) == {}
    assert len(checks(config, ready(), NOW)) > 15


def test_a_part_that_was_changed_after_its_test_is_not_tested(config: Config) -> None:
    seen = ready()
    seen.snapshot.devices["notes"] = device("notes", identity=changed(SERIAL, serial="0999"))
    assert missing(config, seen) == {
        "notes tested": "never, as it is fitted now: kioskctl device test notes"
    }


def test_a_test_without_a_hand_put_no_note_in(config: Config) -> None:
    seen = ready()
    assert seen.snapshot.health is not None
    seen.snapshot.health.tests["notes"] = LastTest(EARLIER, "S. Devi", "0417", "", [], ["a note"])
    assert missing(config, seen) == {"notes tested": "without hands: a note"}


def test_a_jam_is_said_twice_and_none_is_ready(config: Config) -> None:
    seen = ready()
    jam = device("notes", Status.OUT_OF_SERVICE, identity=SERIAL,
                 faults=[Fault("notes.jam.stacker")])  # fmt: skip
    seen.snapshot.devices["notes"] = jam
    assert seen.snapshot.health is not None
    tests = seen.snapshot.health.tests
    judged = assess(facts(devices=seen.snapshot.devices), {}, EARLIER)
    seen.snapshot.health = changed(judged, tests=tests)
    assert missing(config, seen).keys() == {"notes works", "notes notes.jam.stacker"}


def test_paper_the_office_the_fleet_and_the_clock(config: Config) -> None:
    seen = ready(clock_is_set=0.0)
    seen.snapshot.gateway = GatewayState(is_online=False, detail="no answer for 40 s")
    assert seen.snapshot.health is not None
    seen.snapshot.health = changed(seen.snapshot.health, supplies=[roll(level=0)])
    seen = replace(seen, uplink=changed(LINKED, certificate_ends="2026-01-20T00:00:00Z"))
    assert missing(config, seen) == {
        "receipt paper": "is empty: put a new one in",
        "back end": "no answer for 40 s",
        "certificate": "ends in 4 days: kioskctl enrol",
        "clock": "was not set by the network: receipts carry its time",
    }


def test_nothing_runs_and_nothing_is_ready(config: Config) -> None:
    snapshot = whole_kiosk()
    snapshot.devices.clear()
    snapshot.core = snapshot.gateway = snapshot.health = None
    found = missing(config, Seen(snapshot, None, None))
    assert {"notes answers", "health", "till", "back end", "fleet", "clock"} <= found.keys()


def test_a_machine_of_the_factory_wants_its_name(config: Config) -> None:
    kiosk = msgspec.structs.replace(config.kiosk, id="new-0a1b2c")
    assert missing(changed(config, kiosk=kiosk), ready()).keys() == {"name"}
