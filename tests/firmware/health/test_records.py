"""Tickets, ledger and the end of the power on disk: what health keeps while everything dies."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.contract.device import DeviceState, Status
from firmware.contract.downtime import ServiceStates
from firmware.contract.fault_ticket import Level
from firmware.contract.faults import codes
from firmware.contract.health import Condition, CoreState, Finding, KioskHealth
from firmware.health.downtime import month
from firmware.health.ledger_file import entries, hash_of, open_ledger
from firmware.health.records import Heard, Records, rule_of
from firmware.runtime.clock import FixedClock
from firmware.runtime.config import Config
from tests.firmware.health.kiosk import EXPECTED, device, till
from tests.firmware.small_kiosk import config_in

NOON = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALL_WELL = ServiceStates({"electricity": "", "jamabandi": ""})


class Kiosk:
    """Health's records, looked at every minute."""

    def __init__(self, folder: Path) -> None:
        self.config: Config = config_in(folder, EXPECTED)
        self.clock = FixedClock(NOON)
        self.records = Records(self.config, self.clock, folder)
        self.findings: dict[tuple[str, str], Finding] = {}
        self.services: ServiceStates | None = ALL_WELL
        self.devices: dict[str, DeviceState] = {}
        self.core: CoreState | None = till()
        self.network_is_up = True

    def restart(self, after: timedelta) -> None:
        self.clock.advance(after.total_seconds())
        self.records = Records(self.config, self.clock, self.config.state_folder)

    def breaks(self, part: str, code: str) -> None:
        at = self.clock.now().isoformat()
        self.findings[part, code] = Finding(part, code, at)

    def wait(self, span: timedelta) -> list[bool]:
        halts = []
        for _ in range(max(1, span // MINUTE)):
            self.clock.advance(MINUTE.total_seconds())
            halts.append(self.look())
        return halts

    def look(self) -> bool:
        health = KioskHealth(Condition.DEGRADED, list(self.findings.values()), {}, None, None)
        is_alive = self.core is not None
        return self.records.look(
            Heard(health, self.devices, self.core, is_alive, self.services, self.network_is_up)
        )

    def hours(self) -> dict[str, float]:
        path = self.config.state_folder / "health" / "downtime.db"
        with closing(open_ledger(path, is_read_only=True)) as db:
            read = month(entries(db), date(2026, 1, 1), self.clock.now())
        sums = read.seconds["electricity"].items()
        return {cause: round(s / 3600, 1) for cause, s in sums if cause != "unwatched"}


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_a_ticket_and_what_the_fleet_must_hear_survive_a_power_cut(kiosk: Kiosk) -> None:
    kiosk.breaks("notes", "notes.jam.stacker")
    kiosk.wait(2 * HOUR)
    (ticket,) = kiosk.records.tickets.open
    assert [each.kind for each in kiosk.records.untold] == ["ticket.opened"]
    kiosk.restart(MINUTE)
    assert kiosk.records.tickets.open == [ticket]
    (untold,) = kiosk.records.untold
    kiosk.records.told(untold.source)
    kiosk.restart(MINUTE)
    assert kiosk.records.untold == []
    kiosk.look()
    assert len(kiosk.records.tickets.open) == 1


def test_a_lost_book_repeats_no_number(kiosk: Kiosk, caplog: pytest.LogCaptureFixture) -> None:
    kiosk.breaks("notes", "notes.jam.stacker")
    kiosk.wait(2 * HOUR)
    books = {kiosk.records.tickets.open[0].number}
    for path in (kiosk.config.state_folder / "health").glob("tickets.json*"):
        path.write_bytes(b"00000000\nworn")
    with caplog.at_level(logging.ERROR):
        kiosk.restart(MINUTE)
    assert "tickets lost" in caplog.text
    kiosk.wait(2 * HOUR)
    books.add(kiosk.records.tickets.open[0].number)
    assert len(books) == 2 or kiosk.records._tickets.book.name in next(iter(books))


def test_hours_of_a_day_with_everything_in_it(kiosk: Kiosk) -> None:
    kiosk.wait(2 * HOUR)
    kiosk.services = ServiceStates(dict.fromkeys(ALL_WELL.why_not, "tile.no_back_end"))
    kiosk.wait(HOUR)
    kiosk.services = ALL_WELL
    kiosk.core = replace(till(), operator="R. Meena")
    kiosk.wait(HOUR)
    kiosk.core = None
    kiosk.wait(HOUR)
    kiosk.core = till()
    kiosk.wait(HOUR)
    assert kiosk.hours() == {"none": 3.0, "back_end": 1.0, "planned": 1.0, "software": 1.0}


def test_a_cable_pulled_out_is_the_network_and_a_word_of_the_operator_is_planned(
    kiosk: Kiosk,
) -> None:
    kiosk.services = ServiceStates(dict.fromkeys(ALL_WELL.why_not, "tile.no_back_end"))
    kiosk.network_is_up = False
    kiosk.wait(HOUR)
    for core in (
        replace(till(), closed_because="cleaning"),
        replace(till(), meeting="gram-sabha"),
        replace(till(), screen="practice"),
    ):
        kiosk.core = core
        kiosk.wait(HOUR)
    assert kiosk.hours() == {"network": 1.0, "planned": 3.0}


def test_a_kiosk_that_was_switched_off_and_one_whose_battery_ended(kiosk: Kiosk) -> None:
    kiosk.wait(HOUR)
    kiosk.restart(3 * HOUR)
    kiosk.wait(HOUR)
    assert kiosk.hours() == {"none": 2.0, "switched_off": 3.0}
    _battery_ends(kiosk)
    kiosk.restart(5 * HOUR)
    kiosk.wait(HOUR)
    assert kiosk.hours()["mains"] == 5.0


def _battery_ends(kiosk: Kiosk) -> None:
    inputs = {"mains_is_off": True, "battery_is_low": True}
    kiosk.devices = {"panel": device("panel", inputs=inputs)}
    kiosk.core = replace(till(), may_halt=True)
    assert kiosk.wait(2 * MINUTE) == [True, False]  # told once to halt
    kiosk.devices, kiosk.core = {}, till()


def test_the_milliseconds_of_the_end_are_there_after_the_next_start_and_once(kiosk: Kiosk) -> None:
    _battery_ends(kiosk)
    kiosk.restart(HOUR)
    assert kiosk.records.before is not None
    assert kiosk.records.before.steps["halt"] == 0
    (said,) = [each for each in kiosk.records.untold if each.kind == "power.ended"]
    assert said.facts["printers_parked"] == 0
    kiosk.restart(HOUR)
    assert kiosk.records.before is None


def test_each_night_is_signed_and_the_fleet_hears_the_signature(kiosk: Kiosk) -> None:
    kiosk.wait(25 * HOUR)
    days = [each.facts["day"] for each in kiosk.records.untold if each.kind == "downtime.signed"]
    assert days == ["2026-01-15"]


def test_a_kiosk_without_a_fleet_keeps_only_the_last_of_what_nobody_hears(kiosk: Kiosk) -> None:
    kiosk.wait(HOUR)
    for number in range(600):
        kiosk.records._say("downtime.signed", str(number), {}, kiosk.clock.now())
    assert len(kiosk.records.untold) == 500
    assert kiosk.records.untold[-1].source == "downtime.signed 599"


def test_no_halt_while_a_printer_is_at_work(kiosk: Kiosk) -> None:
    inputs = {"mains_is_off": True, "battery_is_low": True}
    kiosk.devices = {
        "panel": device("panel", inputs=inputs),
        "receipt": device("receipt", Status.BUSY),
    }
    kiosk.core = replace(till(), may_halt=True)
    assert kiosk.wait(5 * MINUTE) == [False] * 5


def test_a_clock_that_is_set_an_hour_after_the_start_says_how_long_it_was_off(
    kiosk: Kiosk,
) -> None:
    kiosk.wait(HOUR)
    off_at = kiosk.clock.now()
    kiosk.clock.set(datetime(1970, 1, 1, tzinfo=UTC))
    kiosk.restart(MINUTE)
    kiosk.wait(HOUR)
    kiosk.clock.set(off_at + 6 * HOUR)
    kiosk.wait(HOUR)
    assert kiosk.hours() == {"none": 2.0, "switched_off": 6.0}


def test_a_disk_that_is_full_stops_no_watch_and_loses_no_ticket(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.breaks("notes", "notes.jam.stacker")

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as now:
        now.setattr("firmware.runtime.storage.write_durably", full)
        kiosk.wait(2 * HOUR)
        assert kiosk.records.tickets.open == []
    assert "No space left" in caplog.text
    kiosk.wait(MINUTE)
    assert len(kiosk.records.tickets.open) == 1


def test_a_ledger_that_somebody_changed_is_set_aside_and_said(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.wait(HOUR)
    folder = kiosk.config.state_folder / "health"
    path = folder / "downtime.db"
    kiosk.records._ledger_file.close()
    path.write_bytes(path.read_bytes().replace(b'"none"', b'"jam."'))
    with caplog.at_level(logging.ERROR):
        kiosk.restart(MINUTE)
    assert "set aside" in caplog.text
    assert [each.name[:16] for each in folder.glob("downtime-damaged*.db")] == ["downtime-damaged"]
    kiosk.wait(HOUR)
    assert kiosk.hours() == {"none": 1.0}


def test_a_ledger_that_is_set_aside_keeps_the_rows_of_its_log(kiosk: Kiosk) -> None:
    """After a power cut its last rows, often all of them, stand in the log alone. The new one has
    a log of its own, which whoever held the old one must not take away."""
    kiosk.wait(HOUR)
    path = kiosk.config.state_folder / "health" / "downtime.db"
    log_of_it = path.with_name("downtime.db-wal")
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TRIGGER never_changed")
        other.execute("UPDATE rows SET body = replace(body, 'none', 'jam')")
        other.commit()
        rows = other.execute("SELECT * FROM rows").fetchall()
        found = path.read_bytes(), log_of_it.read_bytes()
    kiosk.records._ledger_file.close()
    path.write_bytes(found[0])
    log_of_it.write_bytes(found[1])  # the lights went out
    kiosk.restart(MINUTE)
    assert log_of_it.exists()
    (aside,) = path.parent.glob("downtime-damaged*.db")
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT * FROM rows").fetchall() == rows


def test_a_roll_back_found_a_row_of_the_later_release_and_health_never_started(
    kiosk: Kiosk,
) -> None:
    kiosk.wait(HOUR)
    path = kiosk.config.state_folder / "health" / "downtime.db"
    with closing(sqlite3.connect(path)) as other:
        query = "SELECT seq, at, hash FROM rows ORDER BY seq DESC LIMIT 1"
        seq, at, before = other.execute(query).fetchone()
        record = (seq + 1, at, '{"type":"Quantum","is_entangled":true}')
        row = (*record, hash_of(before, record))
        other.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", row)
        other.commit()
    kiosk.records._ledger_file.close()
    kiosk.restart(MINUTE)
    kiosk.wait(HOUR)
    assert not list(path.parent.glob("downtime-damaged*")), "it is whole"
    assert kiosk.hours()["none"] == 2.0


def test_a_full_disk_at_a_start_is_not_taken_for_a_damaged_ledger(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.wait(HOUR)
    kiosk.records._ledger_file.close()

    def full(path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as now:
        now.setattr("firmware.health.ledger_file.open_ledger", full)
        with pytest.raises(sqlite3.OperationalError):
            kiosk.restart(MINUTE)
    assert not list((kiosk.config.state_folder / "health").glob("downtime-damaged*"))


@pytest.mark.parametrize("what", ["tickets.json", "power.json"])
def test_a_disk_that_is_full_keeps_no_machine_on_till_its_battery_is_empty(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kiosk.breaks("notes", "notes.jam.stacker")

    def full(path: Path, content: bytes) -> None:
        if path.name == what:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("firmware.runtime.storage.write_durably", full)
    monkeypatch.setattr("firmware.health.records.write_durably", full)
    kiosk.wait(2 * HOUR)
    _battery_ends(kiosk)


@pytest.mark.parametrize("code", codes())
def test_every_code_has_a_rule_and_somebody(code: str) -> None:
    assert rule_of(code).level in Level


def test_a_code_of_a_later_release_is_somebodys_too() -> None:
    assert rule_of("notes.quantum").ticket_after == HOUR
