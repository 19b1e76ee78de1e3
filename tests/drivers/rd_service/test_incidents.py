"""What goes wrong between a finger and UIDAI, and what the citizen's next try finds."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from drivers.rd_service.codec import Method
from drivers.rd_service.events import ERRORS, Fault
from drivers.rd_service.reader import Damage
from firmware.contract.device import EventId, Outcome, Stack, Status
from firmware.contract.finger import (
    CaptureFinger,
    FingerCaptured,
    FingerFailed,
    Position,
    Purpose,
)
from tests.drivers.rd_service.stage import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    made = Counter(tmp_path)
    made.until_ready()
    return made


def fails(counter: Counter, fault: Fault, session: str = "visit") -> None:
    assert counter.until_told() == FingerFailed(session, fault)
    assert counter.visit.pids == []


# --- a finger -------------------------------------------------------------------------------------


def test_a_finger_goes_to_the_gateway_as_it_came_and_core_gets_a_reference(
    counter: Counter,
) -> None:
    counter.ask(purpose=Purpose.KYC, position=Position.LEFT_INDEX)
    counter.until_asked()
    counter.hand("put_finger", finger="index")
    event = counter.until_told()
    (sealed,) = counter.visit.pids
    assert event == FingerCaptured("visit", sealed.reference, 82, "bench-bench0001")
    (pid,) = counter.pids()
    assert b'posh="LEFT_INDEX"' in pid
    assert b'wadh="E0jzJ/P8UopUHAieZn8CKqS4WPMi5ZSYXgfnlfkWjrc="' in pid
    assert counter.state.counters == {"captured": 1, "failed": 0}


def test_two_prints_of_one_citizen_have_two_references(counter: Counter) -> None:
    counter.hand("put_finger")
    counter.ask("first")
    counter.until_told()
    counter.until_ready()
    counter.ask("second")
    counter.until_told(2)
    references = [event.reference for event in counter.told if isinstance(event, FingerCaptured)]
    assert len(set(references)) == 2


def test_a_dirty_finger_is_told_with_the_score_it_has(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.hand("put_finger", is_dirty=True)
    event = counter.until_told()
    assert isinstance(event, FingerCaptured) and event.quality == 18


def test_a_finger_that_is_lifted_too_early(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.hand("put_finger")
    counter.run(0.3)
    counter.hand("lift")
    fails(counter, Fault.FAILED)


def test_nobody_puts_a_finger_on(counter: Counter) -> None:
    began = counter.visit.now
    counter.ask(seconds=4.0)
    fails(counter, Fault.TIMEOUT)
    assert 4.0 <= counter.visit.now - began < 6.0
    counter.until_ready()


@pytest.mark.parametrize("seconds", [0.2, 0.9])
def test_options_that_a_reader_does_not_take_are_a_fault_of_ours(
    counter: Counter, seconds: float
) -> None:
    counter.ask(seconds=seconds)
    fails(counter, Fault.OPTIONS)


def test_the_same_order_said_again_captures_once(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    for _ in range(3):
        counter.ask()
        counter.run(0.2)
    counter.hand("put_finger")
    counter.until_told()
    counter.run(10.0)
    assert len(counter.told) == len(counter.visit.pids) == 1


def test_a_second_citizen_does_not_get_the_first_ones_finger(counter: Counter) -> None:
    counter.ask("first")
    reply = counter.device.on_command(CaptureFinger("second", Purpose.AUTHENTICATION, 5.0))
    assert reply.outcome is Outcome.REFUSED and "CAPTURING" in reply.detail


def test_a_capture_that_is_cancelled_tells_no_print_even_if_the_finger_comes(
    counter: Counter,
) -> None:
    """The service knows no such request: it goes on until its own time-out."""
    counter.ask(seconds=6.0)
    counter.until_asked()
    counter.cancel("somebody else's")
    assert counter.told == []
    counter.cancel()
    fails(counter, Fault.CANCELLED)
    counter.until(lambda: counter.faults == [Fault.USED], 4.0)
    counter.hand("put_finger")
    counter.run(10.0)
    assert len(counter.told) == 1 and counter.visit.pids == []
    counter.until_ready()
    counter.ask("next")
    assert isinstance(counter.until_told(2), FingerCaptured)


def test_the_bus_goes_away_in_the_middle(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.device.on_lease(None)
    fails(counter, Fault.CANCELLED)


def test_a_citizen_presses_before_the_poll_is_answered(counter: Counter) -> None:
    counter.hand("slow", seconds=0.5)
    counter.hand("put_finger")
    counter.until(lambda: counter.device.protocol.asked is Method.INFO)
    counter.ask()
    began = counter.visit.now
    assert isinstance(counter.until_told(), FingerCaptured)
    assert counter.visit.now - began < 4.0, "and waits for no poll"


# --- the service and its reader -------------------------------------------------------------------


def test_another_application_has_the_reader(counter: Counter) -> None:
    counter.hand("use")
    counter.ask()
    fails(counter, Fault.USED)
    counter.until(lambda: counter.state.status is Status.OUT_OF_SERVICE)
    assert counter.faults == [Fault.USED]
    reply = counter.device.on_command(CaptureFinger("next", Purpose.AUTHENTICATION, 5.0))
    assert reply.outcome is Outcome.REFUSED
    counter.hand("leave")
    counter.until_ready()


def test_the_reader_is_unplugged_under_the_finger(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.hand("unplug_reader")
    fails(counter, Fault.NOT_READY)
    counter.until(lambda: counter.faults == [Fault.READER_GONE])
    counter.hand("plug_reader")
    counter.until_ready()
    assert counter.faults == []


def test_a_service_that_starts_again_is_not_ready_at_once(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.hand("power_cycle")
    fails(counter, Fault.ANSWER)
    counter.until(lambda: counter.state.status is Status.OUT_OF_SERVICE)
    counter.until_ready()


def test_a_service_that_hangs_is_silent_and_is_asked_on(counter: Counter) -> None:
    counter.hand("slow", seconds=60.0)
    counter.until(lambda: counter.state.status is Status.GONE)
    assert counter.faults == [Fault.LINK_SILENT]
    assert "no answer to" in counter.device.why_silent()
    counter.hand("slow", seconds=0.0)
    counter.until_ready()
    assert counter.device.why_silent() == "" or counter.faults == []


def test_a_service_that_hangs_in_a_capture_ends_it_a_while_after_its_time_out(
    counter: Counter,
) -> None:
    counter.hand("slow", seconds=30.0)
    counter.ask(seconds=4.0)
    began = counter.visit.now
    fails(counter, Fault.ANSWER)
    assert 9.0 <= counter.visit.now - began < 12.0


@pytest.mark.parametrize("damage", [each for each in Damage if each])
def test_a_print_in_a_document_that_is_none_goes_nowhere(counter: Counter, damage: Damage) -> None:
    counter.hand("put_finger")
    counter.hand("damage", kind=damage.value)
    counter.ask()
    fails(counter, Fault.ANSWER)
    counter.until_ready()
    counter.ask("next")
    assert isinstance(counter.until_told(2), FingerCaptured)


def test_something_that_is_no_http_answers(counter: Counter) -> None:
    counter.ask()
    counter.until_asked()
    counter.hand("noise", count=40)
    fails(counter, Fault.ANSWER)


@pytest.mark.parametrize("asked", [Method.CAPTURE, Method.SERVICE])
def test_a_print_that_comes_without_http_is_in_no_log_and_no_state(
    counter: Counter, asked: Method, caplog: pytest.LogCaptureFixture
) -> None:
    """The parser of HTTP quotes the line that it does not understand."""
    caplog.set_level(logging.DEBUG)
    counter.hand("slow", seconds=0.3)
    for _ in range(1 if asked is Method.CAPTURE else 3):
        if asked is Method.CAPTURE:
            counter.ask()
        counter.until(lambda: counter.device.protocol.asked is asked)
        counter.device._on_bytes(b"<PidData>SECRET</PidData>\r\n\r\n")
        counter.run(0.1)
        assert counter.device.protocol.asked is None, "it was read, and was nonsense"
    assert counter.faults == ([] if asked is Method.CAPTURE else [Fault.LINK_SILENT])
    said = f"{caplog.text}{counter.state}{counter.device.why_silent()}{counter.told}"
    kept = [entry.data for entry in counter.device.flight.entries(counter.visit.now)]
    for text in (said, "".join(kept)):
        assert "SECRET" not in text and b"SECRET".hex() not in text


@pytest.mark.parametrize("target", ["/", "*"])
def test_a_service_that_knows_one_spelling_of_its_own_method(tmp_path: Path, target: str) -> None:
    counter = Counter(tmp_path, bench={"target": target})
    counter.until_ready()
    counter.run(30.0)
    assert counter.state.status is Status.READY, "and is asked in that one from there on"


def test_the_service_of_another_maker_is_not_taken_for_the_one_that_is_wanted(
    tmp_path: Path,
) -> None:
    counter = Counter(tmp_path, provider="ACME.RD", bench={"provider": "OTHER.RD"})
    counter.until(lambda: counter.faults == [Fault.WRONG])
    (fault,) = counter.state.faults
    assert fault.detail == "expected provider ACME.RD, got OTHER.RD"
    assert counter.state.status is Status.GONE and counter.state.identity.serial == ""


def test_the_device_says_who_it_is(counter: Counter) -> None:
    who = counter.state.identity
    assert (who.maker, who.model, who.serial) == ("KIOSK.BENCH", "BENCH100", "BENCH0001")
    assert who.firmware == "KIOSK.BENCH.001 1.4.0"


def test_a_command_that_is_not_for_a_reader_is_refused(counter: Counter) -> None:
    reply = counter.device.on_command(Stack(EventId("1", 1, 1)))
    assert reply.outcome is Outcome.REFUSED and "Stack" in reply.detail


# --- version and certificate ----------------------------------------------------------------------


def captured(tmp_path: Path, certificate: str, version: str = "1.4.0", **options: Any) -> Counter:
    counter = Counter(tmp_path, bench={"certificate": certificate, "version": version}, **options)
    counter.until_ready()
    counter.hand("put_finger")
    counter.ask()
    counter.until_told()
    counter.until_ready()
    counter.run(8.0)
    return counter


@pytest.mark.parametrize(
    ("certificate", "faults", "detail"),
    [
        ("20261223", [], ""),
        ("20261222", [Fault.EXPIRING], "in 30 days, on 2026-12-22"),
        ("20261122", [Fault.EXPIRING], "in 0 days, on 2026-11-22"),
        ("20261121", [Fault.EXPIRED], "since 2026-11-21"),
        ("", [], ""),
    ],
)
def test_a_certificate_that_ends_is_told_weeks_before(
    tmp_path: Path, certificate: str, faults: list[Fault], detail: str
) -> None:
    counter = captured(tmp_path, certificate)
    assert counter.faults == faults
    assert [fault.detail for fault in counter.state.faults] == ([detail] if detail else [])
    assert counter.state.status is (Status.DEGRADED if faults else Status.READY)


def test_a_restart_does_not_forget_the_certificate_and_an_update_does(tmp_path: Path) -> None:
    counter = captured(tmp_path, "20261201")
    counter.visit.start_driver()
    counter.until_ready()
    assert counter.faults == [Fault.EXPIRING]
    counter.hand("update", version="1.5.0", certificate="20281201")
    counter.until(lambda: "1.5.0" in counter.state.identity.firmware and counter.faults == [])
    counter.until_ready()


def test_before_any_print_the_date_of_the_options_counts(tmp_path: Path) -> None:
    counter = Counter(tmp_path, valid_until=date(2026, 12, 1))
    counter.until_ready()
    assert counter.faults == [Fault.EXPIRING]


def test_a_clock_that_was_never_set_alarms_nobody(tmp_path: Path) -> None:
    counter = Counter(tmp_path, valid_until=date(2025, 12, 1))
    counter.device.today = lambda: date(1970, 1, 1)
    counter.until_ready()
    assert counter.faults == []


def test_a_version_that_nobody_has_tried_is_told(tmp_path: Path) -> None:
    counter = Counter(tmp_path, versions=["1.3.0", "1.3.1"])
    counter.until_ready()
    (fault,) = counter.state.faults
    assert fault.code == Fault.VERSION and fault.detail == "expected 1.3.0 or 1.3.1, got 1.4.0"
    assert counter.state.status is Status.DEGRADED


def test_every_fault_of_an_error_is_one_of_a_capture() -> None:
    of_the_state = {Fault.LINK_LOST, Fault.LINK_SILENT, Fault.WRONG, Fault.VERSION, Fault.EXPIRING}
    assert not {fault for _, fault in ERRORS.values()} & of_the_state
