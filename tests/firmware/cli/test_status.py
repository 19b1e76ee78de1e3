"""The one screen a technician sees over SSH, letter by letter."""

from __future__ import annotations

import re

import pytest

from firmware.cli.exits import Exit
from firmware.cli.snapshot import Snapshot
from firmware.cli.status import (
    HEIGHT,
    WIDTH,
    exit_code,
    status_screen,
)
from firmware.contract.device import (
    Consumable,
    EventId,
    Fault,
    HeldNote,
    Identity,
    Source,
    Status,
)
from firmware.contract.fleet import UplinkState
from firmware.contract.gateway import GatewayState
from firmware.contract.health import Condition, Finding, Presence
from firmware.contract.money import rupees
from firmware.health.assess import assess
from tests.firmware.health.kiosk import EARLIER, EXPECTED, device, facts, roll, till

ALIVE = Presence(is_alive=True)


def whole_kiosk() -> Snapshot:
    roll = Consumable("paper", 60000, "mm", Source.COUNTED)
    return Snapshot(
        kiosk="todaraisingh-1",
        place="Todaraisingh",
        expected=list(EXPECTED),
        devices={
            "notes": device("notes", identity=Identity("ITL", "NV200", "0417")),
            "coins": device("coins", accepting=[rupees(5), rupees(10)]),
            "receipt": device("receipt", consumables=[roll]),
            "panel": device("panel", inputs={"door_is_open": False}, outputs={"notes_guide": True}),
        },
        presences=dict.fromkeys(("core", "health", "ui"), ALIVE),
        core=till(),
        gateway=GatewayState(is_online=True),
        health=assess(facts(), {}, EARLIER),
    )


def kiosk_in_trouble() -> Snapshot:
    snapshot = whole_kiosk()
    jam = Fault("notes.jam.stacker", "note 3 of the day")
    held = HeldNote(EventId("0417", 1, 9), rupees(500))
    snapshot.devices["notes"] = device("notes", Status.OUT_OF_SERVICE, faults=[jam], held=held)
    del snapshot.devices["coins"]
    snapshot.gateway = GatewayState(is_online=False, detail="no answer for 40 s")
    snapshot.presences["ui"] = Presence(is_alive=False)
    health = assess(
        facts(
            devices=snapshot.devices,
            presences=snapshot.presences,
            gateway=snapshot.gateway,
            supplies=[roll(jobs_left=7)],
        ),
        {},
        EARLIER,
    )
    snapshot.health = health
    return snapshot


WHOLE = """\
Kiosk todaraisingh-1, Todaraisingh                                    IN SERVICE

Devices   notes     ready          ITL NV200 0417
          coins     ready          takes ₹5 ₹10
          receipt   ready          paper 60.0 m, about 333 tickets
          panel     ready          door shut; notes_guide on
Till      ready; screen attract; no session; inserted ₹0.00
          cash box ₹4,700.00; 2 unposted; 1 open claims
          journal 1234 rows, head 0123456789abcdef
Back end  online
Daemons   core alive; health alive; ui alive
Findings  none
"""

TROUBLE = """\
Kiosk todaraisingh-1, Todaraisingh                                OUT OF SERVICE

Devices   notes     out of service notes.jam.stacker; ₹500.00 in escrow
          coins     gone           never reported
          receipt   ready          paper 60.0 m, about 7 tickets
          panel     ready          door shut; notes_guide on
Till      ready; screen attract; no session; inserted ₹0.00
          cash box ₹4,700.00; 2 unposted; 1 open claims
          journal 1234 rows, head 0123456789abcdef
Back end  offline; no answer for 40 s
Daemons   core alive; health alive; ui GONE
Findings  since 15 Jan 09:30  notes  notes.jam.stacker: note 3 of the day
          since 15 Jan 09:30  coins  device.missing: never heard of since the s…
          since 15 Jan 09:30  receipt  receipt.paper.low: 7 jobs left (60000 mm…
          since 15 Jan 09:30  ui  daemon.gone: systemd should have restarted it
          since 15 Jan 09:30  back_end  back_end.offline: no answer for 40 s
"""


def test_kiosk_in_good_order() -> None:
    assert status_screen(whole_kiosk()) == WHOLE
    assert exit_code(whole_kiosk()) == 0


def test_kiosk_on_a_bad_day() -> None:
    assert status_screen(kiosk_in_trouble()) == TROUBLE
    assert exit_code(kiosk_in_trouble()) == 2


def test_the_fleet_has_a_line_where_the_uplink_has_spoken() -> None:
    snapshot = whole_kiosk()
    snapshot.uplink = UplinkState(is_configured=False)
    assert "Fleet     none: no [uplink] in kiosk.toml\n" in status_screen(snapshot)
    snapshot.uplink = UplinkState(
        is_configured=True, link="offline", events=3, rows=41, detail="it ended on 2026-11-01"
    )
    told = "Fleet     offline; 3 events and 41 rows wait; it ended on 2026-11-01\n"
    assert told in status_screen(snapshot)


def test_colour_changes_nothing_but_the_colour() -> None:
    for snapshot in (whole_kiosk(), kiosk_in_trouble()):
        painted = status_screen(snapshot, is_coloured=True)
        assert "\x1b[" in painted
        assert re.sub(r"\x1b\[[0-9]*m", "", painted) == status_screen(snapshot)


def test_bus_with_nobody_on_it_fits_too() -> None:
    empty = Snapshot("k1", "", list(EXPECTED))
    screen = status_screen(empty)
    assert "UNKNOWN: kiosk-health is not running" in screen
    assert "core never reported" in screen
    assert exit_code(empty) == Exit.UNKNOWN


def test_last_word_of_a_dead_health_is_not_believed() -> None:
    snapshot = whole_kiosk()
    snapshot.presences["health"] = Presence(is_alive=False)
    assert status_screen(snapshot).splitlines()[0].endswith("kiosk-health is not running")
    assert exit_code(snapshot) == Exit.UNKNOWN


@pytest.mark.parametrize("count", [1, 12, 13, 200])
def test_worst_day_still_fits_on_one_screen(count: int) -> None:
    snapshot = kiosk_in_trouble()
    assert snapshot.health is not None
    findings = [Finding("notes", f"code.{n}", EARLIER, "x" * 100) for n in range(count)]
    snapshot.health = type(snapshot.health)(
        Condition.DEGRADED, findings, snapshot.health.devices, None, None
    )
    lines = status_screen(snapshot).splitlines()
    assert len(lines) <= HEIGHT
    assert max(map(len, lines)) <= WIDTH
    shown = sum("code." in line for line in lines)
    more = [line.split()[1] for line in lines if "and " in line and " more" in line]
    assert shown + sum(map(int, more)) == count
    assert exit_code(snapshot) == 1
