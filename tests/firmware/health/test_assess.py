"""The kiosk in one word, and the list of what a technician should bring."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from firmware.contract.device import DeviceState, Fault, Kind, Status
from firmware.contract.gateway import GatewayState
from firmware.contract.health import Condition, Finding, KioskHealth, Presence
from firmware.contract.money import rupees
from firmware.contract.panel import TowerSignal
from firmware.health.assess import (
    FEW_DAYS,
    FEW_TICKETS,
    SUPPLIES_LOW,
    Facts,
    Swap,
    assess,
    times,
    tower_of,
)
from tests.firmware.health.kiosk import (
    EARLIER,
    EXPECTED,
    NOW,
    device,
    facts,
    printer,
    roll,
    till,
    with_device,
    without,
)

ALIVE, DEAD = Presence(is_alive=True), Presence(is_alive=False)
DAEMONS = {"core": ALIVE, "ui": ALIVE}


def judged(**changes: object) -> KioskHealth:
    return assess(facts(**changes), {}, NOW)


def keys(health: KioskHealth) -> set[tuple[str, str]]:
    return {(each.part, each.code) for each in health.findings}


def test_whole_kiosk_is_in_service_with_nothing_to_say() -> None:
    health = judged()
    assert health.condition is Condition.IN_SERVICE
    assert health.findings == []
    assert health.devices == dict.fromkeys(EXPECTED, Status.READY)
    assert (health.paper_mm, health.tickets_left) == (60000, 333)


IN, HALF, OUT = Condition.IN_SERVICE, Condition.DEGRADED, Condition.OUT_OF_SERVICE
JAM = Fault("notes.jam.stacker", "note 3 of the day")


@pytest.mark.parametrize(
    ("changes", "condition", "found"),
    [
        # one acceptor is enough to be paid
        (
            {"devices": with_device(device("notes", Status.OUT_OF_SERVICE, faults=[JAM]))},
            HALF,
            {("notes", "notes.jam.stacker")},
        ),
        (
            {"devices": with_device(device("coins", Status.GONE))},
            HALF,
            {("coins", "device.gone")},
        ),
        (
            {
                "devices": {
                    **without("notes"),
                    "notes": device("notes", Status.GONE),
                    "coins": device("coins", Status.OUT_OF_SERVICE),
                }
            },
            OUT,
            {("notes", "device.gone"), ("coins", "device.out_of_service")},
        ),
        # no receipt, no cash (M6)
        (
            {"devices": with_device(device("receipt", Status.GONE))},
            OUT,
            {("receipt", "device.gone")},
        ),
        ({"devices": without("receipt")}, OUT, {("receipt", "device.missing")}),
        (
            {"devices": with_device(printer(900, faults=[Fault("receipt.paper.near_end")]))},
            HALF,
            {("receipt", "receipt.paper.near_end")},
        ),
        # the panel carries no money
        ({"devices": without("panel")}, HALF, {("panel", "device.missing")}),
        (
            {"devices": with_device(device("panel", inputs={"door_is_open": True}))},
            HALF,
            {("panel", "panel.door.open")},
        ),
        (
            {"devices": with_device(device("panel", inputs={"cash_box_is_out": True}))},
            HALF,
            {("panel", "panel.cash_box.out")},
        ),
        (
            {"devices": with_device(device("panel", Status.STARTING))},
            HALF,
            {("panel", "device.starting")},
        ),
        # daemons
        ({"presences": {**DAEMONS, "core": DEAD}}, OUT, {("core", "daemon.gone")}),
        ({"presences": {**DAEMONS, "ui": DEAD}}, OUT, {("ui", "daemon.gone")}),
        ({"presences": {"core": ALIVE}}, OUT, {("ui", "daemon.missing")}),
        ({"gateway": None}, HALF, {("gateway", "daemon.missing")}),
        ({"core": None}, OUT, set()),
        ({"core": till(Status.OUT_OF_SERVICE)}, OUT, {("core", "till.out_of_service")}),
        (
            {"gateway": GatewayState(is_online=False, detail="no answer")},
            HALF,
            {("back_end", "back_end.offline")},
        ),
        (
            {"devices": with_device(device("panel", inputs={"mains_is_off": True}))},
            HALF,
            {("panel", "panel.mains.off")},
        ),
        (
            {"devices": with_device(device("panel", inputs={"battery_is_low": True}))},
            HALF,
            {("panel", "panel.battery.low")},
        ),
        (
            {"devices": with_device(device("panel", inputs={"tamper": True}))},
            HALF,
            {("panel", "panel.tamper")},
        ),
        # the till itself takes no cash
        ({"core": replace(till(), to_confirm=7)}, OUT, {("core", "till.journal_unconfirmed")}),
        (
            {"core": replace(till(), no_records_because="/: read-only")},
            OUT,
            {("core", "till.records")},
        ),
        ({"core": replace(till(), day_is_full=True)}, OUT, {("core", "till.day_limit")}),
        # nothing that has a fee is sold, and the till takes money for the rest
        (
            {"core": replace(till(), no_rates_because="no rate table is there")},
            Condition.DEGRADED,
            {("core", "till.no_rates")},
        ),
        (
            {"core": replace(till(), other_fees={"water": "water: ₹5.00 asked on top"})},
            Condition.DEGRADED,
            {("core", "till.fees_differ")},
        ),
        # a notice takes nothing from the citizen
        ({"core": replace(till(), suspected_today=3)}, IN, {("core", "till.suspicions")}),
        ({"swaps": {"notes": Swap(EARLIER, "A", "B")}}, IN, {("notes", "device.swapped")}),
    ],
)
def test_what_is_missing_and_what_it_means(
    changes: dict[str, Any], condition: Condition, found: set[tuple[str, str]]
) -> None:
    health = judged(**changes)
    assert (health.condition, keys(health)) == (condition, found)


def test_first_seconds_after_power_up_are_no_alarm_and_no_service_either() -> None:
    health = assess(Facts(expected=EXPECTED, is_settled=False), {}, NOW)
    assert health.condition is Condition.OUT_OF_SERVICE
    assert health.findings == []
    assert set(health.devices.values()) == {Status.STARTING}


def test_thirty_seconds_later_every_silent_part_is_named() -> None:
    health = assess(Facts(expected=EXPECTED), {}, NOW)
    missing = {(name, "device.missing") for name in EXPECTED}
    silent = {(each, "daemon.missing") for each in (*DAEMONS, "gateway")}
    assert keys(health) == missing | silent
    assert set(health.devices.values()) == {Status.GONE}


def test_finding_keeps_its_time_while_it_lasts_and_gets_a_new_one_when_it_returns() -> None:
    jammed = facts(devices=with_device(device("notes", Status.OUT_OF_SERVICE, faults=[JAM])))
    first = assess(jammed, {}, EARLIER)
    later = assess(jammed, times(first), NOW)
    assert [each.since for each in later.findings] == [EARLIER]
    mended = assess(facts(), times(later), NOW)
    assert times(mended) == {}
    again = assess(jammed, times(mended), NOW)
    assert again.findings == [Finding("notes", "notes.jam.stacker", NOW, "note 3 of the day")]


def test_swapped_device_is_named_with_both_numbers_and_the_time_of_the_swap() -> None:
    health = judged(swaps={"notes": Swap(EARLIER, "0001", "0002")})
    assert health.findings == [
        Finding("notes", "device.swapped", EARLIER, "serial 0001 became 0002")
    ]


@pytest.mark.parametrize(
    ("tickets", "is_low"), [(None, False), (FEW_TICKETS, False), (FEW_TICKETS - 1, True), (0, True)]
)
def test_roll_that_will_not_last_the_day_is_told_before_it_ends(
    tickets: int | None, is_low: bool
) -> None:
    health = judged(supplies=[roll(jobs_left=tickets)])
    assert (("receipt", "receipt.paper.low") in keys(health)) == is_low


def test_paper_that_the_printer_complains_of_is_told_once() -> None:
    ended = printer(0, faults=[Fault("receipt.paper.end")])
    health = judged(devices=with_device(ended), supplies=[roll(level=0, jobs_left=0)])
    assert keys(health) == {("receipt", "receipt.paper.end")}


@pytest.mark.parametrize(
    ("days", "is_low"), [(None, False), (FEW_DAYS, False), (FEW_DAYS - 1, True), (0, True)]
)
def test_cutter_that_will_not_last_until_one_can_be_brought_is_told(
    days: int | None, is_low: bool
) -> None:
    cutter = roll(name="cutter", level=120, unit="cuts", jobs_left=120, days_left=days)
    health = judged(supplies=[roll(), cutter])
    assert (("receipt", "receipt.cutter.low") in keys(health)) == is_low
    if days == FEW_DAYS - 1:
        [finding] = health.findings
        assert finding.detail == ("3 days, 120 jobs left (120 cuts): have a new one ready")


@pytest.mark.parametrize("code", SUPPLIES_LOW)
def test_each_supply_has_the_code_that_a_technician_can_look_up(code: str) -> None:
    kind, name, _ = code.split(".")
    part = DeviceState(name="part", kind=Kind(kind), family="any", status=Status.READY)
    low = roll(device="part", name=f"{name}.black" if name == "toner" else name, days_left=1)
    health = judged(
        expected={**EXPECTED, "part": Kind(kind)},
        devices={**with_device(device("notes")), "part": part},
        supplies=[low],
    )
    assert keys(health) == {("part", code)}


def test_roll_of_a_printer_that_is_gone_is_no_finding_of_its_own() -> None:
    """What is left of it may have been taken out with it."""
    gone = device("receipt", Status.GONE)
    health = judged(devices=with_device(gone), supplies=[roll(jobs_left=3, days_left=0)])
    assert keys(health) == {("receipt", "device.gone")}


def test_device_that_calls_itself_by_anothers_name_stays_where_it_is() -> None:
    impostor = device("notes", Status.OUT_OF_SERVICE, faults=[JAM])
    health = judged(devices={**without("coins"), "coins": impostor})
    assert keys(health) == {("coins", "notes.jam.stacker")}


def test_till_without_a_key_serves_on_and_says_why_its_slips_are_unsigned() -> None:
    unsigned = replace(till(), unsigned_because="claim.key: no such file")
    health = judged(core=unsigned)
    assert health.condition is Condition.IN_SERVICE
    assert health.findings == [
        Finding("core", "till.claims_unsigned", NOW, "claim.key: no such file")
    ]


def test_a_box_that_nobody_was_asked_for_is_a_finding_and_what_differs_a_notice() -> None:
    pulled = {"till.box_pulled": "no operator was in: 2026-11-22T10:00:00; ₹470.00 inside"}
    health = judged(core=replace(till(), alarms=pulled))
    assert health.findings == [Finding("core", "till.box_pulled", NOW, pulled["till.box_pulled"])]
    assert health.condition is Condition.DEGRADED
    differ = {"till.counters_differ": "notes: 3 pieces in the rows, 4 counted"}
    health = judged(core=replace(till(), alarms=differ))
    assert health.condition is Condition.IN_SERVICE


def test_the_technician_reads_what_to_type_and_how_much_is_missing() -> None:
    core = replace(
        till(), to_confirm=7, no_records_because="/var/lib/kiosk: expected 64 MiB free, got 3",
        day_is_full=True, taken_today=rupees(20_000),
    )  # fmt: skip
    assert [each.detail for each in judged(core=core).findings] == [
        "rows are missing: kioskctl journal confirm 7",
        "/var/lib/kiosk: expected 64 MiB free, got 3",
        "₹20000.00 taken today",
    ]


def test_what_a_dead_core_said_last_is_not_told_as_if_it_stood() -> None:
    core = replace(till(), to_confirm=7, suspected_today=3)
    assert keys(judged(core=core, presences={**DAEMONS, "core": DEAD})) == {("core", "daemon.gone")}


@pytest.mark.parametrize(
    ("changes", "signal"),
    [
        ({}, TowerSignal.IN_SERVICE),
        ({"core": replace(till(), suspected_today=2)}, TowerSignal.IN_SERVICE),  # a notice
        ({"devices": with_device(device("coins", Status.GONE))}, TowerSignal.NEEDS_SOMEBODY),
        ({"devices": with_device(device("receipt", Status.GONE))}, TowerSignal.OUT_OF_SERVICE),
        ({"devices": with_device(device("panel", inputs={"tamper": True}))}, TowerSignal.ALARM),
        # an operator who opens the door is no alarm; that nobody was in is what the till says
        (
            {"devices": with_device(device("panel", inputs={"door_is_open": True}))},
            TowerSignal.NEEDS_SOMEBODY,
        ),
        ({"core": replace(till(), alarms={"till.door_opened": "10:00"})}, TowerSignal.ALARM),
        ({"core": replace(till(), alarms={"till.box_pulled": "10:00"})}, TowerSignal.ALARM),
        (
            {
                "devices": with_device(device("receipt", Status.GONE)),
                "core": replace(till(), alarms={"till.door_opened": "10:00"}),
            },
            TowerSignal.ALARM,
        ),
    ],
)
def test_the_tower_lamp_tells_the_worst_across_a_room(
    changes: dict[str, Any], signal: TowerSignal
) -> None:
    assert tower_of(judged(**changes)) is signal


def test_an_election_and_a_meeting_are_no_faults() -> None:
    """The kiosk that obeys the code of conduct is not to be counted among those that are down."""
    conduct = judged(core=replace(till(), conduct="2026-11-22 10:00 A. Sharma: order 14"))
    assert conduct.condition is Condition.IN_SERVICE
    assert keys(conduct) == {("core", "till.conduct")}
    away = {**DAEMONS, "ui": DEAD}
    held = judged(core=replace(till(), meeting="review"), presences=away)
    assert held.condition is Condition.IN_SERVICE
    assert keys(held) == {("core", "till.meeting")}
    over = judged(presences=away)
    assert over.condition is Condition.OUT_OF_SERVICE, "the screen did not come back"
    assert ("ui", "daemon.gone") in keys(over)


def test_a_pack_that_cannot_be_shown_is_said_and_stops_nothing() -> None:
    health = judged(core=replace(till(), no_content_because="content 3 was valid until 2026-10-31"))
    assert health.condition is Condition.IN_SERVICE
    assert keys(health) == {("core", "till.content")}
