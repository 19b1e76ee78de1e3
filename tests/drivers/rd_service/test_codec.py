"""The documents as services write them, also those that a service must never write."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.rd_service.codec import (
    WADH,
    DeviceInfo,
    Method,
    PidOptions,
    Standing,
    path_of,
    read_info,
    read_pid_data,
    read_service,
    redacted,
    wadh,
)
from drivers.rd_service.events import ERRORS, Fault, fault_of
from drivers.rd_service.xml_reader import DEEPEST, MOST_ELEMENTS, XmlError
from firmware.contract.finger import Position, Purpose

VECTORS = Path(__file__).parents[2] / "vectors" / "rd_service"
READERS = (lambda data: read_service(data, 11100), read_info, read_pid_data)


def vector(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


# --- what is asked --------------------------------------------------------------------------------


def test_the_options_are_the_specifications_to_the_letter() -> None:
    asked = PidOptions(Purpose.AUTHENTICATION, 10_000)
    assert asked.to_bytes() + b"\n" == vector("pid-options.xml")


def test_a_kyc_says_what_will_be_asked_of_uidai_and_which_finger() -> None:
    asked = PidOptions(Purpose.KYC, 20_000, 2, Position.RIGHT_THUMB, "PP").to_bytes()
    assert b'fCount="2"' in asked and b'posh="RIGHT_THUMB"' in asked and b'env="PP"' in asked
    assert b'wadh="E0jzJ/P8UopUHAieZn8CKqS4WPMi5ZSYXgfnlfkWjrc="' in asked


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2.5FYNNN", "E0jzJ/P8UopUHAieZn8CKqS4WPMi5ZSYXgfnlfkWjrc="),
        ("2.5FYYNN", "RZ+k4w9ySTzOibQdDHPzCFqrKScZ74b3EibKYy1WyGw="),
        ("2.5FYYYN", "18f4CEiXeXcfGXvgWA/blxD+w2pw7hfQPY45JMytkPw="),
    ],
)
def test_wadh_is_what_integrators_send(said: str, expected: str) -> None:
    assert wadh(said) == expected
    assert set(WADH) == set(Purpose)


# --- what is answered -----------------------------------------------------------------------------


def test_a_service_says_its_paths_itself() -> None:
    found = read_service(vector("service.xml"), 11100)
    assert (found.standing, found.info_path, found.capture_path) == (
        Standing.READY,
        "/rd/info",
        "/rd/capture",
    )


def test_a_service_that_writes_its_host_in_front_of_the_path() -> None:
    found = read_service(vector("service-with-host.xml"), 11102)
    assert (found.standing, found.info_path, found.capture_path) == (
        Standing.NOT_READY,
        "/getDeviceInfo",
        "/capture",
    )


@pytest.mark.parametrize(
    "said",
    [
        "/10.0.0.1:11100/capture",
        "/127.0.0.1:11101/capture",
        "http://127.0.0.1:80/capture",
        "http://uidai.example/capture",
        "https://127.0.0.1:11100/capture",
        "//example.org/capture",
        "/127.0.0.1:11100//example.org/capture",
        "capture",
        "/cap ture",
        "/cap\r\nHost: other",
        "/कैप्चर",
        "",
        "/" + "a" * 300,
    ],
)
def test_no_answer_sends_us_to_another_machine(said: str) -> None:
    with pytest.raises(XmlError):
        path_of(said, 11100)


def test_a_reader_says_who_it_is() -> None:
    assert read_info(vector("device-info.xml")) == DeviceInfo(
        provider="ACME.RD",
        service="ACME.LNX.001",
        version="1.0.8",
        model="ACM100",
        code="0d6f1d0e-0b6c-4b1d-9a3e-3f6f2f0d9a11",
        serial="4904844",
    )


def test_a_reader_that_is_unplugged_says_nothing_of_itself() -> None:
    assert not read_info(vector("device-info-empty.xml")).is_there


def test_of_a_print_is_read_what_may_be_known() -> None:
    found = read_pid_data(vector("pid-data.xml"))
    assert (found.error, found.quality, found.valid_until) == (0, 72, date(2027, 9, 23))
    assert found.info.code == "0d6f1d0e-0b6c-4b1d-9a3e-3f6f2f0d9a11"
    assert "MjAyNi0xMS0yMlQxMDowMDowMA" not in repr(found)


@pytest.mark.parametrize(
    ("score", "quality"),
    [("72", 72), ("72.5", 72), ("61,70", 61), ("", None), ("-1", None), ("good", None)],
)
def test_a_score_comes_as_it_comes(score: str, quality: int | None) -> None:
    document = vector("pid-data.xml").replace(b'qScore="72"', f'qScore="{score}"'.encode())
    assert read_pid_data(document).quality == quality


@pytest.mark.parametrize("said", ["", "20271332", "2027", "never", "99999999"])
def test_a_certificate_without_a_day_is_no_reason_to_refuse_a_print(said: str) -> None:
    document = vector("pid-data.xml").replace(b'ci="20270923"', f'ci="{said}"'.encode())
    assert read_pid_data(document).valid_until is None


@pytest.mark.parametrize("part", [b"<Hmac>", b"<Data ", b"<Skey "])
def test_half_a_print_is_none(part: bytes) -> None:
    document = vector("pid-data.xml")
    start = document.index(part)
    end = document.index(b"</", start)
    opened = document.index(b">", start) + 1
    empty = document[:opened] + b" \n" + document[end:]
    with pytest.raises(XmlError, match="a whole PID"):
        read_pid_data(empty)


def test_every_error_has_a_fault_and_what_nobody_listed_has_one_too() -> None:
    assert {fault_of(error) for error in ERRORS} >= {Fault.TIMEOUT, Fault.USED, Fault.RESTART}
    assert (fault_of(205), fault_of(777), fault_of(300)) == (
        Fault.OPTIONS,
        Fault.OTHER,
        Fault.OTHER,
    )
    for error, (words, fault) in ERRORS.items():
        said = f'<PidData><Resp errCode="{error}" errInfo="{words}"/></PidData>'.encode()
        assert fault_of(read_pid_data(said).error) is fault


# --- what a service must never write --------------------------------------------------------------

BOMB = (
    b'<!DOCTYPE PidData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<PidData><Resp errCode='0' errInfo='&b;'/></PidData>"
)
OUTSIDE = (
    b"<!DOCTYPE DeviceInfo [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><DeviceInfo dpId='&f;'/>"
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        OUTSIDE,
        b'<!DOCTYPE html SYSTEM "http://example.org/x.dtd"><html/>',
        b"",
        b"<",
        b"\x00\xff\xfe",
        b"{}",
        b"<html><body>It works!</body></html>",
        b"<PidData><Resp errCode='0'/><Resp errCode='0'/></PidData>",
        b"<PidData><Resp errCode='x'/></PidData>",
        b"<PidData/>",
        b"<RDService/>",
        b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1),
        b"<PidData>" + b"<Resp/>" * MOST_ELEMENTS + b"</PidData>",
        b"<RDService status='" + b"R" * 300 + b"'/>",
        b'<?xml version="1.0" encoding="utf-7"?><PidData/>',
        b'<?xml version="1.0" encoding="no-such-thing"?><PidData/>',
    ],
    ids=lambda document: repr(document[:24]),
)
def test_what_no_service_should_say_is_refused_by_every_reader(document: bytes) -> None:
    for read in READERS:
        with pytest.raises(XmlError):
            read(document)


@pytest.mark.parametrize(
    "declared",
    [
        b'<!ENTITY m "ACM100">',
        b'<!ENTITY m SYSTEM "file:///etc/hostname">',
        b'<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;',
        b"",
    ],
)
def test_an_entity_is_not_read_even_where_it_harms_nobody(declared: bytes) -> None:
    whole = b"<!DOCTYPE DeviceInfo [%s]><DeviceInfo dpId='A' mi='%s' dc='1'/>"
    with pytest.raises(XmlError, match="no document type"):
        read_info(whole % (declared, b"&m;" if declared else b"ACM100"))


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_anything_at_all_is_a_document_or_is_refused(data: bytes) -> None:
    for read in READERS:
        try:
            read(data)
        except XmlError:
            continue


@settings(max_examples=300)
@given(st.sampled_from(sorted(VECTORS.glob("*.xml"))), st.integers(0, 2000), st.binary(max_size=6))
def test_a_document_that_was_hurt_is_read_or_refused(path: Path, at: int, with_: bytes) -> None:
    whole = path.read_bytes()
    hurt = whole[: at % len(whole)] + with_ + whole[at % len(whole) + len(with_) :]
    for read in READERS:
        try:
            read(hurt)
        except XmlError:
            continue


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_nothing_of_a_print_is_kept_whatever_was_asked(before: bytes, after: bytes) -> None:
    heard = before + b"<PidData>" + after
    assert redacted(heard, Method.CAPTURE) == redacted(heard, None) == b""
    assert b"<PidData" not in redacted(heard, Method.SERVICE)
    assert redacted(b"<DeviceInfo/>", Method.INFO) == b"<DeviceInfo/>"
