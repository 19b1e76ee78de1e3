"""The order of things on the wire, and a unit that answers what it should not."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.base.notes_events import (
    Accept,
    Accepting,
    Acknowledge,
    ConditionsChanged,
    DeviceReset,
    Event,
    Identified,
    NoteCredited,
    NoteReturned,
    NoteUnaccounted,
    Refused,
)
from drivers.base.notes_protocol import NOTHING, OpenCredit, Unfinished
from drivers.id003.codec import Code, Frame, Said, Status
from drivers.id003.conditions import PAUSE_IS_LONG, RESET_AFTER, Conditions
from drivers.id003.emulator import NoteAcceptorEmulator
from drivers.id003.exchange import LATE, REPLY_TIMEOUT, fits
from drivers.id003.note import UNACCOUNTED_AFTER, NoteTracker
from drivers.id003.protocol import HostProtocol
from tests.drivers.id003.stage import Stage

FIVE_HUNDRED = 0x66


class Line:
    """A host whose unit is the test; time goes on by itself."""

    def __init__(self, unfinished: Unfinished = NOTHING) -> None:
        self.host, self.now = HostProtocol(unfinished), 0.0
        self.host.connected(self.now)

    def asked(self) -> bytes:
        """What the host says next."""
        for _ in range(100):
            if data := self.host.bytes_to_send():
                return data
            self.now += 0.05
            self.host.tick(self.now)
        raise AssertionError("the host says nothing")

    def answer(self, frame: Frame) -> None:
        self.host.receive_bytes(frame.to_bytes(), self.now)

    def say(self, status: Status, data: int = 0) -> None:
        """Answer polls, and only polls, with this status."""
        while self.asked() != Frame(Code.STATUS_REQUEST).to_bytes():
            pass
        self.answer(Said(status, data).to_frame())

    def told(self) -> list[Event]:
        return list(iter(self.host.next_event, None))


def start_up(unit: NoteAcceptorEmulator) -> list[int]:
    """The commands that lead from nothing to notes being let in."""
    line, codes = Line(), list[int]()
    line.host.send(Accept(frozenset({50000})), 0.0)
    while not unit.physics()["accepting"]:
        request = line.asked()
        codes.append(request[2])
        unit.receive_bytes(request, line.now)
        line.host.receive_bytes(unit.bytes_to_send(), line.now)
        assert len(codes) < 100
    return codes


def test_start_up_resets_asks_who_it_is_and_sets_everything_before_it_opens() -> None:
    codes = start_up(NoteAcceptorEmulator())
    once = list(dict.fromkeys(codes))
    assert once == [0x91, 0x11, 0x40, 0x88, 0x8A, 0xC1, 0xC2, 0xC4, 0xC5, 0xC0, 0xC3]
    assert codes[-2:] == [Code.SET_DENOMINATIONS, Code.SET_INHIBIT]


def test_denominations_that_are_not_leased_are_kept_out() -> None:
    unit = NoteAcceptorEmulator()
    start_up(unit)
    assert unit.physics()["accepting"] == [50000]


def test_a_unit_without_currency_assign_is_said_and_tried_again() -> None:
    line = Line()
    line.asked()
    line.answer(Frame(Code.SERIAL_NUMBER, b"7"))
    line.say(Status.DISABLED)
    for code in (Code.VERSION, Code.SERIAL_NUMBER):
        assert line.asked()[2] == code
        line.answer(Frame(code, b"7"))
    assert line.asked()[2] == Code.CURRENCY_ASSIGN
    line.answer(Frame(Status.INVALID_COMMAND))
    assert [event for event in line.told() if isinstance(event, Refused)] == [
        Refused("CURRENCY_ASSIGN: expected DONE, got 4B")
    ]
    line.say(Status.DISABLED)
    assert line.asked()[2] == Code.VERSION


def test_a_unit_that_does_not_answer_to_its_number_is_asked_for_its_status() -> None:
    line = Line()
    asked = [line.asked()[2] for _ in range(4)]
    assert asked == [Code.SERIAL_NUMBER] * 3 + [Code.STATUS_REQUEST]


def test_a_communication_error_is_asked_again() -> None:
    line = Line()
    line.asked()
    line.answer(Frame(Status.COMMUNICATION_ERROR))
    assert line.asked()[2] == Code.SERIAL_NUMBER


def test_a_late_answer_finds_nobody_who_takes_it_for_another_ones() -> None:
    """There is no number on it; so nothing is asked until it must have passed."""
    line = Line()
    line.asked()
    line.now += REPLY_TIMEOUT
    line.host.tick(line.now)
    assert line.host.bytes_to_send() == b""
    assert line.host.next_deadline() == pytest.approx(line.now + LATE)
    line.answer(Frame(Code.SERIAL_NUMBER, b"7"))
    assert line.told() == []


@pytest.mark.parametrize(
    ("asked", "answered", "does_fit"),
    [
        (Code.STATUS_REQUEST, Status.VEND_VALID, True),
        (Code.STATUS_REQUEST, Status.ACK, False),
        (Code.STATUS_REQUEST, Code.VERSION, False),
        (Code.STACK_1, Status.ACK, True),
        (Code.STACK_1, Status.ESCROW, False),
        (Code.STACK_1, Status.INVALID_COMMAND, True),
        (Code.SET_INHIBIT, Code.SET_INHIBIT, True),
        (Code.SET_INHIBIT, Code.SET_DENOMINATIONS, False),
    ],
)
def test_only_what_fits_the_command_is_its_answer(
    asked: Code, answered: int, does_fit: bool
) -> None:
    assert fits(Frame(asked), Frame(answered)) is does_fit


def test_an_acknowledgement_of_the_credit_before_does_not_confirm_this_one() -> None:
    left = Unfinished(FIVE_HUNDRED, was_ordered=True, credits=(OpenCredit(0x61),))
    line = Line(left)
    line.host.send(Acknowledge(), 0.0)
    line.asked()
    line.answer(Frame(Code.SERIAL_NUMBER, b"7"))
    line.say(Status.VEND_VALID)
    assert any(isinstance(event, NoteCredited) for event in line.told())
    assert line.asked()[2] == Code.STATUS_REQUEST, "the driver has not seen it"
    line.host.send(Acknowledge(), line.now)
    line.answer(Frame(Status.VEND_VALID))
    assert line.asked()[2] == Code.ACK


def test_a_unit_is_inhibited_when_nothing_is_leased() -> None:
    line = Line()
    unit = NoteAcceptorEmulator()
    sent = b""
    for _ in range(40):
        request = line.asked()
        sent += request
        unit.receive_bytes(request, line.now)
        line.host.receive_bytes(unit.bytes_to_send(), line.now)
    assert bytes.fromhex("FC 06 C3 01 8D C7") in sent
    assert bytes.fromhex("FC 06 C3 00 04 D6") not in sent


def test_a_unit_that_restarts_by_itself_is_set_anew(stage: Stage) -> None:
    stage.visit.emulator.receive_bytes(Frame(Code.RESET).to_bytes(), stage.visit.now)
    stage.visit.emulator.bytes_to_send()
    assert stage.visit.emulator.physics()["accepting"] == []
    stage.run(4.0)
    assert len(stage.state().accepting) == 6
    assert len(stage.visit.emulator.physics()["accepting"]) == 6


def test_nothing_is_told_of_a_unit_before_it_answers() -> None:
    line = Line()
    for _ in range(50):
        line.asked()
    assert line.told() == []


# --- what is concluded from a row of statuses ----------------------------------------------------


def told_about(*row: Status, was_ordered: bool = True, credits: int = 0) -> list[Event]:
    """A note of ₹500 is owed (or `credits` are open); each status lasts one poll."""
    events: deque[Event] = deque()
    opened = (OpenCredit(FIVE_HUNDRED),) * credits
    owed = None if credits else FIVE_HUNDRED
    tracker = NoteTracker(events, Unfinished(owed, was_ordered, opened))
    tracker.values = {FIVE_HUNDRED: 50000}
    for number, status in enumerate(row):
        data = FIVE_HUNDRED if status is Status.ESCROW else 0x71
        tracker.on_status(Said(status, data), number * 0.15)
    outcomes = (NoteCredited, NoteReturned, NoteUnaccounted)
    return [event for event in events if isinstance(event, outcomes)]


CREDIT = NoteCredited(FIVE_HUNDRED, 50000)
AT_POWER_UP = NoteCredited(FIVE_HUNDRED, 50000, at_power_up=True)
UP, IN_ACCEPTOR = Status.POWER_UP, Status.POWER_UP_NOTE_IN_ACCEPTOR
IN_STACKER, BEGINS, IDLE = Status.POWER_UP_NOTE_IN_STACKER, Status.INITIALIZE, Status.DISABLED
VALID = Status.VEND_VALID


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([Status.STACKING, VALID, VALID, Status.STACKED, IDLE], [CREDIT]),
        ([Status.STACKED, IDLE], [CREDIT]),
        ([IN_STACKER, IN_STACKER, BEGINS, IDLE], [AT_POWER_UP]),
        ([IN_STACKER, BEGINS, VALID, IDLE], [AT_POWER_UP]),
        ([UP, BEGINS, VALID, IDLE], [CREDIT]),
        ([UP, BEGINS, IDLE], [NoteUnaccounted()]),
        ([IN_ACCEPTOR, BEGINS, IDLE], [NoteReturned()]),
        ([IN_ACCEPTOR, UP, BEGINS, IDLE], [NoteReturned()]),
        ([Status.RETURNING, IDLE], [NoteReturned()]),
        ([Status.REJECTING, Status.STACKER_FULL], [NoteReturned()]),
        ([Status.JAM_IN_STACKER] * 200, []),
        ([Status.JAM_IN_ACCEPTOR, BEGINS, IDLE], [NoteUnaccounted()]),
    ],
)
def test_what_becomes_of_a_note_that_was_ordered(row: list[Status], told: list[Event]) -> None:
    assert told_about(*row) == told


def test_a_note_that_nobody_ordered_cannot_be_in_the_box() -> None:
    assert told_about(UP, BEGINS, IDLE, was_ordered=False) == [NoteReturned()]


def test_a_credit_said_again_after_any_power_up_is_the_same() -> None:
    assert told_about(IN_STACKER, BEGINS, IDLE, credits=1) == []
    assert told_about(UP, BEGINS, VALID, Status.STACKED, IDLE, credits=1) == []


def test_a_failure_that_lasts_does_not_keep_a_note_open_for_ever() -> None:
    polls = int(UNACCOUNTED_AFTER / 0.15) + 2
    assert told_about(*[Status.FAILURE] * (polls - 10)) == []
    assert told_about(*[Status.FAILURE] * polls) == [NoteUnaccounted()]


# --- conditions ----------------------------------------------------------------------------------


def test_a_failure_says_which_part() -> None:
    events: deque[Event] = deque()
    Conditions(events).on_status(Said(Status.FAILURE, 0xA2), 0.0)
    (changed,) = events
    assert isinstance(changed, ConditionsChanged)
    assert changed.detail == "A2 stack motor"
    assert {condition.value for condition in changed.present} == {"notes.failure"}


def test_a_second_note_in_the_hand_is_no_fault_until_it_lasts() -> None:
    events: deque[Event] = deque()
    conditions = Conditions(events)
    conditions.on_status(Said(Status.PAUSE), 0.0)
    conditions.on_status(Said(Status.PAUSE), PAUSE_IS_LONG * 0.9)
    assert not events
    conditions.on_status(Said(Status.PAUSE), PAUSE_IS_LONG * 1.1)
    (changed,) = events
    assert isinstance(changed, ConditionsChanged)
    assert {condition.value for condition in changed.present} == {"notes.path.blocked"}


def test_a_power_up_in_the_middle_is_told_as_a_reset() -> None:
    line = Line()
    line.asked()
    line.answer(Frame(Code.SERIAL_NUMBER, b"7"))
    line.say(Status.DISABLED)
    for data in (b"7", b"7", bytes.fromhex("66 00 05 02"), b"", b"", b"", b"", b"", b""):
        line.answer(Frame(line.asked()[2], data))
    told = line.told()
    assert Identified("7", "7", (50000,)) in told and Accepting(frozenset()) in told
    line.say(Status.POWER_UP)
    assert DeviceReset() in line.told()
    line.say(Status.POWER_UP)
    assert line.asked()[2] == Code.RESET


def test_a_unit_that_stays_in_a_fault_is_reset_once_in_a_while() -> None:
    line = Line()
    line.asked()
    line.answer(Frame(Code.SERIAL_NUMBER, b"7"))
    began, resets = line.now, list[float]()
    while len(resets) < 2:
        request = line.asked()
        is_reset = request[2] == Code.RESET
        resets += [line.now - began] if is_reset else []
        line.answer(Frame(Status.ACK if is_reset else Status.JAM_IN_ACCEPTOR))
    assert resets[0] == pytest.approx(RESET_AFTER, abs=1.0)
    assert resets[1] == pytest.approx(2 * RESET_AFTER, abs=1.0)
