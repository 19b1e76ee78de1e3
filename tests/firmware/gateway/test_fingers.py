"""What the gateway holds of a finger, for how long, and what the sandbox makes of it."""

from __future__ import annotations

import base64

import msgspec
import pytest

from drivers.rd_service.sealing import TEST_MODULUS
from firmware.contract.card import SealedCard, Sealing
from firmware.contract.finger import (
    LARGEST_PID,
    CaptureFinger,
    Purpose,
    Sealed,
    SealedFinger,
)
from firmware.gateway.sandbox.fingers import NotOpened, P, Q, open_pid
from firmware.gateway.shelf import FINGER_KEPT_FOR, Shelf
from tests.firmware.gateway.prints import pid_data


def finger(number: int = 1, pid: bytes = b"<PidData/>") -> SealedFinger:
    return SealedFinger(f"{number:032x}", pid)


def test_a_print_is_for_one_request_and_for_a_minute() -> None:
    shelf = Shelf[SealedFinger](FINGER_KEPT_FOR)
    shelf.put(finger(1), 0.0)
    assert shelf.take(finger(1).reference, "k1", 1.0) == finger(1)
    assert shelf.take(finger(1).reference, "k1", 2.0) == finger(1), "a network ate the answer"
    assert shelf.take(finger(1).reference, "k2", 3.0) is None
    shelf.put(finger(2), 0.0)
    assert shelf.take(finger(2).reference, "k3", FINGER_KEPT_FOR) is None
    shelf.forget_old(FINGER_KEPT_FOR)
    assert len(shelf) == 0


def test_a_print_travels_byte_for_byte_and_is_told_from_a_card() -> None:
    pid = bytes(range(256)) * 4
    carried = msgspec.json.encode(finger(1, pid))
    assert msgspec.json.decode(carried, type=Sealed) == finger(1, pid)
    card = SealedCard("ab" * 16, Sealing.BOX, "00" * 32, {"2": b"cipher"})
    assert msgspec.json.decode(msgspec.json.encode(card), type=Sealed) == card


def test_what_a_log_says_of_a_print() -> None:
    assert repr(finger(0xAB << 120, b"secret")) == "SealedFinger(ab00…, 6 bytes)"


@pytest.mark.parametrize("pid", [b"", b"x" * (LARGEST_PID + 1)])
def test_a_print_that_is_none_does_not_reach_the_shelf(pid: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(finger(1, pid)), type=Sealed)


@pytest.mark.parametrize(
    "said",
    [
        {"seconds": 61.0},
        {"seconds": 0},
        {"fingers": 3},
        {"position": "left_foot"},
        {"purpose": "curiosity"},
        {"session": ""},
        {"uid": "999999990019"},
    ],
    ids=str,
)
def test_an_order_that_is_not_understood_captures_nobody(said: dict[str, object]) -> None:
    order = msgspec.to_builtins(CaptureFinger("visit", Purpose.KYC, 10.0))
    assert msgspec.convert(order, CaptureFinger)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**order, **said}, CaptureFinger)


# --- the sandbox ----------------------------------------------------------------------------------


def test_the_sandbox_opens_what_the_emulated_reader_seals() -> None:
    assert P * Q == TEST_MODULUS
    pid = open_pid(pid_data())
    assert pid.startswith(b'<Pid ts="2026-11-22T12:00:00" ver="2.0" wadh="of this question">')
    assert base64.b64encode(b"template of thumb") in pid


def test_no_two_prints_are_sealed_alike() -> None:
    assert pid_data() != pid_data()


@pytest.mark.parametrize(
    ("part", "why"), [("Skey", "500"), ("Hmac", "502"), ("Data", "502")], ids=lambda each: each
)
def test_a_print_that_was_changed_on_the_way_is_not_opened(part: str, why: str) -> None:
    document = pid_data().decode()
    start = document.index(">", document.index(f"<{part}")) + 1
    end = document.index("</", start)
    raw = bytearray(base64.b64decode(document[start:end]))
    raw[-1] ^= 1
    changed = document[:start] + base64.b64encode(raw).decode() + document[end:]
    with pytest.raises(NotOpened, match=r"^50[02]" if part == "Skey" else f"^{why}"):
        open_pid(changed.encode())


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<PidData/>",
        b"<PidData><Skey>!</Skey><Hmac>!</Hmac><Data>!</Data></PidData>",
        b'<!DOCTYPE PidData [<!ENTITY a "a">]><PidData/>',
    ],
)
def test_what_is_no_print_is_not_opened(document: bytes) -> None:
    with pytest.raises(NotOpened, match=r"^511"):
        open_pid(document)
