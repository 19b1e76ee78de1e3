"""What a technician asks first: is it well, and does anybody hear it?"""

from __future__ import annotations

from msgspec.structs import replace

from firmware.cli.looks import lines
from firmware.contract.fleet import UplinkState

LINKED = UplinkState(
    is_configured=True,
    link="online",
    since="2026-01-15T09:30:00+05:30",
    connection=7,
    events=2,
    rows=31,
    certificate_ends="2027-01-01T00:00:00Z",
)


def test_a_link_that_stands_says_what_waits() -> None:
    first, second, third = lines(LINKED)
    assert first == "online since 2026-01-15T09:30:00+05:30, connection 7"
    assert second == "waiting: 2 events, 31 rows of the journal"
    assert third.startswith("certificate until 2027-01-01")


def test_a_link_that_is_away_says_why() -> None:
    away = replace(LINKED, link="offline", code="uplink.refused", detail="another name")
    assert lines(away)[0].endswith(": uplink.refused another name")


def test_a_kiosk_without_a_fleet_says_that_and_no_zeros() -> None:
    assert lines(UplinkState(is_configured=False)) == [
        "no fleet: [uplink] does not stand in kiosk.toml"
    ]
