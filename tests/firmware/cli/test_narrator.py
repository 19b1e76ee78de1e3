"""`kioskctl watch`: one line for each thing that happened, and none for what only repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from firmware.cli.__main__ import line_of
from firmware.cli.narrator import Narrator
from firmware.contract.command import ClearAlarms, How, RedeemClaim
from firmware.contract.device import (
    Acknowledge,
    CashBoxMoved,
    CheatAttempt,
    ClearTamper,
    CoinAccepted,
    CoinRejected,
    CreditsLost,
    EventId,
    Fault,
    Lease,
    Light,
    NoteEscrowed,
    NoteRejected,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Print,
    Refill,
    Reply,
    Return,
    Stack,
    Status,
    SwitchMoved,
    TicketFailed,
    TicketPrinted,
)
from firmware.contract.gateway import Failed, FetchBill, GatewayState, PostPayment, Problem
from firmware.contract.health import Presence
from firmware.contract.money import rupees
from firmware.contract.panel import Tower, TowerSignal
from firmware.contract.request import PostRequest
from firmware.contract.screen import Action, Press
from firmware.contract.ticket import Ticket
from firmware.contract.till import DoorOpened, Tampered
from firmware.contract.topics import TOPICS
from firmware.health.assess import assess
from firmware.runtime.clock import FixedClock
from tests.firmware.health.kiosk import EARLIER, device, facts, till, with_device

NOTE = EventId("0417", 1, 9)
JAMMED = device("notes", Status.OUT_OF_SERVICE, faults=[Fault("notes.jam.stacker", "note 3")])


def told(path: str, *messages: Any, tells_all: bool = False) -> list[str]:
    narrator = Narrator(tells_all)
    lines = []
    for message in messages:
        lines += narrator.hear(path, msgspec.json.encode(message))
    return [f"{who}: {what}" for who, what in lines]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (NoteEscrowed(NOTE, rupees(500)), "₹500.00 note in escrow"),
        (NoteStacked(NOTE, rupees(500)), "₹500.00 note stacked"),
        (NoteStacked(NOTE, rupees(500), True), "₹500.00 note stacked, told at power-up"),
        (NoteReturned(NOTE, rupees(500)), "₹500.00 note given back"),
        (
            NoteUnaccounted(NOTE, rupees(500)),
            "₹500.00 note left escrow, neither stacked nor given back (0417/1/9)",
        ),
        (NoteRejected("inhibited"), "note not taken: inhibited"),
        (CoinAccepted(NOTE, rupees(5)), "₹5.00 coin taken"),
        (CoinRejected("inhibited"), "coin not taken: inhibited"),
        (CreditsLost(NOTE, 2), "2 credits lost in the device's buffer"),
        (CashBoxMoved(False), "cash box taken out"),
        (CheatAttempt("string"), "cheat attempt string"),
        (TicketPrinted("R-1"), "ticket R-1 is on paper"),
        (TicketFailed("R-1", "receipt.paper.end"), "ticket R-1 failed: receipt.paper.end"),
        (SwitchMoved("door_is_open", True), "door_is_open became true"),
    ],
)
def test_every_event_has_its_words(message: Any, said: str) -> None:
    assert told("device/notes/event", message) == [f"notes: {said}"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Stack(NOTE), "told to stack note 0417/1/9"),
        (Return(NOTE), "told to give note 0417/1/9 back"),
        (Print("R-1", Ticket([])), "told to print R-1"),
        (Light("notes_guide", True), "notes_guide told to go on"),
        (Refill("paper"), "told that its paper is new"),
        (ClearTamper(), "told to let go of the tamper alarm"),
    ],
)
def test_every_command_has_its_words(message: Any, said: str) -> None:
    assert told("device/notes/command", message) == [f"notes: {said}"]


def test_credit_told_again_until_acknowledged_is_one_line() -> None:
    credit = NoteStacked(NOTE, rupees(500))
    assert len(told("device/notes/event", credit, credit, credit)) == 1
    assert len(told("device/notes/event", credit, credit, credit, tells_all=True)) == 3
    other = NoteStacked(EventId("0417", 1, 10), rupees(500))
    assert len(told("device/notes/event", credit, other)) == 2
    assert len(told("device/notes/event", NoteRejected("x"), NoteRejected("x"))) == 2


def test_leases_acknowledgements_and_replies_are_noise() -> None:
    lease = Lease("S1", 3.0, [rupees(10), rupees(500)])
    assert told("device/notes/lease", lease) == []
    assert told("device/notes/lease", lease, tells_all=True) == [
        "notes: leased 3 s to session S1: ₹10 ₹500"
    ]
    ended = Lease("S1", 3.0, [])
    assert told("device/notes/lease", ended, tells_all=True) == ["notes: lease of session S1 ended"]
    assert told("device/notes/command", Acknowledge("k")) == []
    assert told("reply/core", Reply(Outcome.DONE)) == []
    assert told("reply/core", Reply(Outcome.DONE), tells_all=True) == ["reply: answered done"]
    failed = Failed(Problem.BACK_END_DOWN)
    assert told("reply/core", failed, tells_all=True) == ["reply: answered Failed"]


def test_device_jams_and_is_cleared() -> None:
    ready = device("notes")
    assert told("device/notes/state", ready, ready, JAMMED, JAMMED, ready) == [
        "notes: is ready",
        "notes: is out of service",
        "notes: fault notes.jam.stacker note 3",
        "notes: is ready",
        "notes: fault notes.jam.stacker is over",
    ]


def test_payment_from_the_tills_side() -> None:
    idle = till()
    paying = msgspec.structs.replace(idle, session="S1", screen="insert_cash")
    paid = msgspec.structs.replace(paying, inserted=rupees(500))
    done = msgspec.structs.replace(idle, in_cash_box=rupees(5200), unposted=3)
    assert told("core/state", idle, paying, paid, done) == [
        "core: is ready",
        "core: shows attract",
        "core: shows insert_cash",
        "core: session S1 opened",
        "core: inserted ₹500.00",
        "core: shows attract",
        "core: session S1 ended",
        "core: cash box holds ₹5200.00",
        "core: 3 unposted",
    ]


def test_daemons_and_back_end_come_and_go() -> None:
    alive, gone = Presence(is_alive=True), Presence(is_alive=False)
    assert told("presence/ui", alive, gone, alive) == [
        "ui: is alive",
        "ui: is GONE",
        "ui: is alive",
    ]
    up, down = GatewayState(is_online=True), GatewayState(is_online=False, detail="no answer")
    assert told("gateway/state", up, up, down) == [
        "gateway: back end is online",
        "gateway: back end is offline no answer",
    ]


def test_health_tells_findings_once() -> None:
    whole = assess(facts(), {}, EARLIER)
    hurt = assess(facts(devices=with_device(JAMMED)), {}, EARLIER)
    assert told("health/state", whole, hurt, hurt, whole) == [
        "health: kiosk is in service",
        "health: kiosk is degraded",
        "health: finding notes notes.jam.stacker: note 3",
        "health: kiosk is in service",
        "health: finding notes notes.jam.stacker is over",
    ]


def test_account_number_is_not_shown_whole() -> None:
    account = "210412345678"
    payment = PostPayment("k", "electricity", account, "B1", rupees(470), "TD 0001")
    lines = [
        *told("gateway/request", FetchBill("electricity", account), payment),
        *told("screen/press", Press(7, Action.ENTER, account), Press(8, Action.PAY)),
        *told("screen/press", Press(9, Action.CHOOSE_SERVICE, "electricity")),
        *told("screen/press", Press(10, Action.TAKE_OUT, f"electricity {account}")),
    ]
    assert lines == [
        "gateway: asks for the electricity bill of ********5678",
        "gateway: posts ₹470.00 of electricity ********5678, receipt TD 0001",
        "screen: pressed enter ********5678",
        "screen: pressed pay",
        "screen: pressed choose_service electricity",
        "screen: pressed take_out electricity ********5678",
    ]


def test_a_technician_reads_no_word_of_a_complaint_and_no_code_of_a_slip() -> None:
    request = PostRequest("k", "grievance", "water-9829012345", "TD 0001", {"text": "पानी नहीं"})
    lines = [
        *told("screen/press", Press(7, Action.ENTER, "पानी नहीं आया")),
        *told("screen/press", Press(8, Action.SCAN, "KC1:AEEHIZDS/407199231188")),
        *told("gateway/request", request),
    ]
    assert lines == [
        "screen: entered a PIN, or words",
        "screen: held a code of 25 characters to the reader",
        "gateway: posts the grievance request of ************2345, receipt TD 0001",
    ]


def test_what_an_operator_asks_is_told_without_the_whole_code() -> None:
    command = RedeemClaim("KC1:" + "A" * 336, How.CASH_BY_OPERATOR, "voucher 17", "R. Meena")
    (line,) = Narrator().hear("core/command", msgspec.json.encode(command))
    said = "told by R. Meena to redeem KC1:AAAAAAAAAAAAAAAAAAAA: cash_by_operator, voucher 17"
    assert line == ("core", said)


def test_bytes_that_nobody_can_read_are_said() -> None:
    narrator = Narrator()
    assert "cannot be read" in narrator.hear("core/state", b"{")[0][1]
    assert narrator.hear("strange/topic", b"x") == [("strange/topic", "b'x'")]


def test_every_topic_is_found_by_its_own_path() -> None:
    narrator = Narrator(tells_all=True)
    for topic in TOPICS:
        lines = narrator.hear(topic.pattern.replace("{name}", "x"), b"{")
        assert "cannot be read" in lines[0][1], topic.pattern


def test_line_begins_with_indian_time() -> None:
    clock = FixedClock(datetime(2026, 1, 15, 6, 30, 5, tzinfo=UTC))
    assert line_of(("notes", "is ready"), clock) == "12:00:05  notes     is ready"


def test_who_was_at_the_enclosure_is_told_in_capitals_and_the_lamp_only_with_all() -> None:
    assert told("core/event", DoorOpened("panel")) == ["core: DOOR OPENED BY NOBODY (panel)"]
    assert told("core/event", Tampered("panel")) == ["core: TAMPER (panel)"]
    asked = ClearAlarms("S. Gurjar")
    assert told("core/command", asked) == [
        "core: told by S. Gurjar that the door and tamper alarms were looked at"
    ]
    tower = Tower(TowerSignal.OUT_OF_SERVICE)
    assert told("device/panel/tower", tower) == []
    assert told("device/panel/tower", tower, tells_all=True) == [
        "panel: tower lamp shows out of service"
    ]


def test_a_door_told_until_it_is_on_disk_is_one_line() -> None:
    moved = SwitchMoved("door_is_open", True, NOTE)
    assert len(told("device/panel/event", moved, moved)) == 1


def test_that_the_machine_may_halt_is_told_once() -> None:
    running = till()
    ending = msgspec.structs.replace(running, may_halt=True)
    assert told("core/state", running, ending, ending, running)[2:] == [
        "core: the machine may halt",
        "core: the machine may not halt any more",
    ]
