"""Messages of broken and hostile kiosks: each is named unreadable, none is a bug."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.collector.reading import Heard, Unreadable, read
from firmware.contract.uplink import UpEvents, UpJournal, UpState, UpStatus

HASH = "0" * 64
STATUS = b'{"state":"online","connection":3,"boot":1,"release":"0.1.0","t":"x","t_ok":true}'


def journal(seqs: list[int], credited: int = 0, body: str = "{}") -> bytes:
    rows = [{"seq": seq, "at": "", "kind": "K", "credited": credited, "body": body, "hash": HASH}
            for seq in seqs]  # fmt: skip
    return msgspec.json.encode(
        {"chain": "0" * 16, "before": HASH, "rows": rows, "boot": 1, "t": ""}
    )


def test_a_status_is_heard() -> None:
    heard = read("kiosk/v1/rj14-1/up/status", STATUS)
    assert isinstance(heard, Heard) and isinstance(heard.what, UpStatus)
    assert (heard.kiosk, heard.what.connection) == ("rj14-1", 3)


def test_a_field_of_years_to_come_is_passed_over_and_kept_in_the_raw_message() -> None:
    raw = b'{"boot":1,"t":"x","release":"9","condition":"in_service","mood":"good"}'
    heard = read("kiosk/v1/rj14-1/up/state", raw)
    assert isinstance(heard, Heard) and isinstance(heard.what, UpState) and heard.raw == raw


@pytest.mark.parametrize(
    ("topic", "raw", "why"),
    [
        ("kiosk/v1/rj14-1/up/diary", b"{}", "expected one of"),
        ("kiosk/v1/rj14-1/up/status", b"{", "truncated"),
        ("kiosk/v1/rj14-1/up/status", b"\xff\xfe", "JSON"),
        ("kiosk/v1/rj14-1/up/status", b"{}", "missing"),
        ("kiosk/v1/rj14-1/up/status", b" " * 70_000, "at most 65536"),
        ("kiosk/v1/rj14-1/up/journal", journal([]), "length"),
        ("kiosk/v1/rj14-1/up/journal", journal([1, 3]), "consecutive"),
        ("kiosk/v1/rj14-1/up/journal", journal([0, 1]), "from 1"),
        ("kiosk/v1/rj14-1/up/journal", journal([2**63]), "from 1"),
        ("kiosk/v1/rj14-1/up/journal", journal([1], credited=2**63), "credited"),
        ("kiosk/v1/rj14-1/up/status", STATUS[:-1] + b',"z":' + b"[" * 30_000, "recursion"),
        ("kiosk/v1/rj14-1/up/status", STATUS.replace(b":3", b":9223372036854775808"), "64"),
    ],
)
def test_what_the_database_could_not_hold_is_unreadable(topic: str, raw: bytes, why: str) -> None:
    found = read(topic, raw)
    assert isinstance(found, Unreadable) and why in found.why
    assert (found.kiosk, found.raw) == ("rj14-1", raw)


@pytest.mark.parametrize(
    "topic", ["kiosk/v1/ALL/up/status", "kiosk/v1/all/up/status", "kiosk/v2/a/up/status", "x", ""]
)
def test_a_topic_without_a_kiosk_is_nobodys(topic: str) -> None:
    found = read(topic, STATUS)
    assert isinstance(found, Unreadable) and found.kiosk == ""


def test_an_escaped_zero_in_the_text_of_a_body_is_no_zero() -> None:
    """The body is JSON in a JSON string: there a NUL is six characters, which may stand."""
    assert isinstance(read("kiosk/v1/a/up/journal", journal([1], body=r'{"x":"\u0000"}')), Heard)


@given(st.sampled_from(["status", "state", "health", "event", "journal", "reply"]), st.binary())
def test_garbage_is_unreadable_and_never_a_bug(what: str, raw: bytes) -> None:
    assert isinstance(read(f"kiosk/v1/a/up/{what}", raw), Unreadable)


def test_a_serial_number_with_a_nul_costs_a_sign_and_not_the_stream() -> None:
    """Its row would be sent for ever, and nothing behind it would be acknowledged."""
    heard = read("kiosk/v1/rj14-1/up/journal", journal([1, 2], body="a\x00b"))
    assert isinstance(heard, Heard) and isinstance(heard.what, UpJournal)
    assert [row.body for row in heard.what.rows] == ["a\u2400b", "a\u2400b"]
    heard = read("kiosk/v1/rj14-1/up/status", STATUS.replace(b'"x"', rb'"\u0000"'))
    assert isinstance(heard, Heard) and isinstance(heard.what, UpStatus)
    assert heard.what.t == "\u2400"


@pytest.mark.parametrize("bad", [rb"\ud800", b"\xed\xa0\x80", b"\xff", rb"\udc00\ud800"])
def test_half_a_letter_is_the_sign_for_no_letter(bad: bytes) -> None:
    raw = b'{"boot":1,"t":"%b","release":"9","condition":"degraded","mood":"\xe0\xa4\x95"}' % bad
    heard = read("kiosk/v1/rj14-1/up/state", raw)
    assert isinstance(heard, Heard) and isinstance(heard.what, UpState)
    assert set(heard.what.t) == {"\ufffd"}
    assert msgspec.json.decode(heard.raw)["mood"] == "\u0915"  # the document is kept whole


def test_a_nul_in_a_field_of_years_to_come_is_mended_in_the_document() -> None:
    raw = rb'{"boot":1,"t":"x","release":"9","condition":"degraded","mood":"\u0000"}'
    heard = read("kiosk/v1/rj14-1/up/state", raw)
    assert isinstance(heard, Heard) and msgspec.json.decode(heard.raw)["mood"] == "\u2400"


def test_an_event_with_a_fact_of_a_page_is_kept_with_its_beginning() -> None:
    """The number of a ticket stands in an index, which takes 2,704 bytes."""
    told = {"seq": 1, "boot": 1, "t": "x", "kind": "ticket.opened", "facts": {"number": "9" * 5000}}
    heard = read("kiosk/v1/a/up/event", msgspec.json.encode({"box": "b", "events": [told]}))
    assert isinstance(heard, Heard) and isinstance(heard.what, UpEvents)
    assert heard.what.events[0].facts == {"number": "9" * 500}
