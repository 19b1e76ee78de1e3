"""Grievances and verifications on a bad day of the office: none is lost, and none counts twice."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from firmware.contract.finger import SealedFinger
from firmware.contract.gateway import Acceptance, Failed, GatewayReply, Posted, Problem
from firmware.contract.request import PostRequest, PostVerification
from firmware.gateway.sandbox.faults import Fault
from tests.firmware.gateway.bad_day import AFTER, BEFORE, Day, is_undecided
from tests.firmware.gateway.free import GRIEVANCE, LIFE, PPO, REFERENCE, TEXTS
from tests.firmware.gateway.prints import pid_data

PATHS = {
    PostRequest: "/services/grievance/requests",
    PostVerification: "/services/life_certificate/verifications",
}
BOTH = pytest.mark.parametrize("request_", [GRIEVANCE, LIFE], ids=lambda each: type(each).__name__)


def thumb(pid: bytes | None = None) -> SealedFinger:
    return SealedFinger(REFERENCE, pid_data() if pid is None else pid)


def sent(day: Day, request: Acceptance) -> GatewayReply:
    """With a print that the gateway still holds, where one is needed."""
    return day.ask(request, thumb() if request is LIFE else None)


def booked(day: Day) -> list[tuple[str, str, str]]:
    return [(each["key"], each["account"], each["receipt"]) for each in day.books("/requests")]


@BOTH
@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_a_repeat_of_what_was_not_answered_is_the_same(
    day: Day, fault: Fault, request_: Acceptance
) -> None:
    day.order(fault, path=PATHS[type(request_)])
    assert is_undecided(sent(day, request_))
    assert len(booked(day)) == (fault in AFTER)
    first, second = sent(day, request_), sent(day, request_)
    assert isinstance(first, Posted)
    assert first == second
    assert booked(day) == [(request_.key, request_.account, request_.receipt)]


@BOTH
def test_what_is_delivered_twice_is_booked_once(day: Day, request_: Acceptance) -> None:
    day.order(Fault.DUPLICATE, path=PATHS[type(request_)])
    assert isinstance(sent(day, request_), Posted)
    assert len(booked(day)) == 1


@BOTH
def test_after_any_two_mishaps_it_is_booked_once(day: Day, request_: Acceptance) -> None:
    keys = itertools.count(1)
    for faults in itertools.product((Fault.BROKEN, Fault.ANSWER_LOST, Fault.DUPLICATE), repeat=2):
        again = type(request_)(**{**_fields(request_), "key": f"k{next(keys)}"})
        finger = thumb() if request_ is LIFE else None
        day.order(*faults, path=PATHS[type(request_)])
        replies = [day.ask(again, finger) for _ in range(3)]
        assert isinstance(replies[-1], Posted)
        assert len([key for key, _, _ in booked(day) if key == again.key]) == 1


def _fields(request: Acceptance) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__struct_fields__}


def test_the_office_takes_no_such_request(day: Day) -> None:
    reply = day.ask(PostRequest("k", "electricity", "1", "TDR 0417 0001"))
    assert isinstance(reply, Failed) and reply.problem is Problem.NO_SUCH_ACCOUNT
    assert booked(day) == []


# --- fingers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", AFTER)
def test_the_gateway_died_with_the_print_and_the_office_has_it_booked(
    day: Day, fault: Fault
) -> None:
    day.order(fault, path=PATHS[PostVerification])
    assert is_undecided(day.ask(LIFE, thumb()))
    assert day.ask(LIFE, None) == Posted(LIFE.key, "LC00000001")
    assert len(booked(day)) == 1


@pytest.mark.parametrize("fault", BEFORE)
def test_the_gateway_died_with_the_print_and_nothing_is_booked(day: Day, fault: Fault) -> None:
    day.order(fault, path=PATHS[PostVerification])
    assert is_undecided(day.ask(LIFE, thumb()))
    day.order(fault, fault, path=PATHS[PostVerification])  # aiohttp itself asks a GET twice
    assert is_undecided(day.ask(LIFE, None)), "nobody knows yet"
    day.control("DELETE")
    reply = day.ask(LIFE, None)
    assert isinstance(reply, Failed) and reply.problem is Problem.FINGER_FORGOTTEN
    assert booked(day) == []


def test_the_neighbours_finger(day: Day) -> None:
    reply = day.ask(LIFE, thumb(pid_data("index")))
    assert isinstance(reply, Failed) and reply.problem is Problem.REFUSED
    assert booked(day) == []
    other = PostVerification("k2", "life_certificate", "262600000425", "TDR 0417 0003", REFERENCE)
    assert isinstance(day.ask(other, thumb(pid_data("index"))), Posted)


@pytest.mark.parametrize("pid", [b"<PidData/>", b"", b"\xff\xfe"], ids=["empty", "none", "bytes"])
def test_what_is_no_print_verifies_nobody(day: Day, pid: bytes) -> None:
    reply = day.ask(LIFE, thumb(pid))
    assert isinstance(reply, Failed) and reply.problem is Problem.REFUSED
    assert booked(day) == []


def test_no_such_pensioner(day: Day) -> None:
    other = PostVerification("k2", "life_certificate", "262600000999", "TDR 0417 0003", REFERENCE)
    reply = day.ask(other, thumb())
    assert isinstance(reply, Failed) and reply.problem is Problem.NO_SUCH_ACCOUNT


def test_nothing_of_a_print_is_kept_at_the_office(day: Day, tmp_path: Path) -> None:
    pid = pid_data()
    assert isinstance(day.ask(LIFE, thumb(pid)), Posted)
    written = b"".join(path.read_bytes() for path in (tmp_path / "sandbox").glob("*.db*"))
    assert PPO.encode() in written
    assert b"PidData" not in written and b"thumb" not in written


# --- in the gateway -------------------------------------------------------------------------------


def test_a_print_is_used_for_one_request_and_is_gone_with_its_answer(
    day: Day, tmp_path: Path
) -> None:
    gateway = day.gateway(tmp_path)
    gateway.fingers.put(thumb(), time.monotonic())
    day.order(Fault.BROKEN, path=PATHS[PostVerification])
    assert is_undecided(day.do(gateway._ask(LIFE)))
    assert len(gateway.fingers) == 1, "the same request may come again"
    stolen = PostVerification("k2", "life_certificate", PPO, "TDR 0417 0003", REFERENCE)
    reply = day.do(gateway._ask(stolen))
    assert isinstance(reply, Failed) and reply.problem is Problem.FINGER_FORGOTTEN
    assert isinstance(day.do(gateway._ask(LIFE)), Posted)
    assert len(gateway.fingers) == 0


def test_what_the_citizen_wrote_is_in_the_office_s_book_letter_by_letter(day: Day) -> None:
    assert isinstance(sent(day, GRIEVANCE), Posted)
    assert isinstance(sent(day, GRIEVANCE), Posted)
    assert [each["texts"] for each in day.books("/requests")] == [TEXTS]


def test_a_text_that_no_kiosk_sends_is_refused(day: Day) -> None:
    for texts in ({"text": "क" * 3601}, {"Text": "क"}, {f"t{at}": "क" for at in range(5)}):
        refused = day.ask(PostRequest("k", "grievance", "road-1", "TDR 0417 0001", texts))
        assert isinstance(refused, Failed) and refused.problem is Problem.REFUSED
    assert booked(day) == []
