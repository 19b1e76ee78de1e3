"""Bytes of IPP: those of the standard, those of a printer that is not ours, and any at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base.protocol import NEVER
from drivers.ipp.codec import (
    Attribute,
    Group,
    IppError,
    Message,
    Range,
    Resolution,
    Section,
    Tag,
    Value,
    decode,
    encode,
)
from drivers.ipp.events import JobCreated, PagesOut, PrinterReady
from drivers.ipp.http import Caller, HttpError, Server
from drivers.ipp.job import Job
from drivers.ipp.protocol import HostProtocol
from drivers.ipp.words import Code, JobState, Operation

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/ipp/messages.toml").read_text(encoding="utf-8")
)


def raw(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["bytes"])


@pytest.mark.parametrize("name", VECTORS)
def test_what_is_read_is_written_as_it_was(name: str) -> None:
    assert encode(decode(raw(name))) == raw(name)


def test_the_request_of_the_standard_says_what_the_standard_says() -> None:
    request = decode(raw("print_job"))
    assert (request.version, request.code, request.request_id) == ((1, 1), Operation.PRINT_JOB, 1)
    asked, job = request.section(Group.OPERATION), request.section(Group.JOB)
    assert asked.text("job-name") == "foobar"
    assert asked.get("ipp-attribute-fidelity") == (True,)
    assert (job.number("copies"), job.text("sides")) == (20, "two-sided-long-edge")
    assert request.document == b"%!PDF..."


def test_collections_and_what_has_no_value_are_read_from_a_real_printer() -> None:
    printer = decode(raw("printer")).section(Group.PRINTER)
    assert printer.get("copies-supported") == (Range(1, 999),)
    first = printer.get("media-size-supported")[0]
    assert isinstance(first, tuple)
    assert [each.name for each in first] == ["x-dimension", "y-dimension"]
    assert printer.get("pwg-raster-document-resolution-supported")[0] == Resolution(300, 300)
    assert len(printer.texts("sides-supported")) == 3


def test_a_created_job_waits_for_its_document_and_an_unknown_one_is_not_found() -> None:
    created = decode(raw("created")).section(Group.JOB)
    seen = Job("a", 1, is_two_sided=False).seen(created)
    assert (seen.state, seen.is_all_in, created.number("job-id")) == (JobState.HELD, False, 1)
    assert decode(raw("no_such_job")).code == Code.NOT_FOUND


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 9, 12, 30, -2])
def test_a_message_that_breaks_off_says_where(cut: int) -> None:
    with pytest.raises(IppError, match=r"byte .* expected"):
        decode(raw("created")[:cut])


def test_collections_without_end_are_refused() -> None:
    bottomless = b"\x34\0\x01x\0\0" + b"\x4a\0\0\0\x01y\x34\0\0\0\0" * 60
    with pytest.raises(IppError):
        decode(b"\x02\0\0\0\0\0\0\x01\x02" + bottomless + b"\x03")


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
numbers = st.integers(-(2**31), 2**31 - 1)
leaves = st.one_of(
    st.tuples(st.just(Tag.INTEGER), numbers),
    st.tuples(st.just(Tag.ENUM), numbers),
    st.tuples(st.just(Tag.BOOLEAN), st.booleans()),
    st.tuples(st.sampled_from([Tag.TEXT, Tag.NAME, Tag.KEYWORD, Tag.URI]), texts),
    st.tuples(st.just(Tag.OCTETS), st.binary(max_size=40)),
    st.tuples(st.just(Tag.RANGE), st.builds(Range, numbers, numbers)),
    st.tuples(st.just(Tag.RESOLUTION), st.builds(Resolution, numbers, numbers, st.just(3))),
    st.tuples(st.just(Tag.NO_VALUE), st.none()),
)


def named(pair: tuple[Tag, Value], name: str) -> Attribute:
    return Attribute(pair[0], name, (pair[1],))


members = st.lists(st.builds(named, leaves, texts), min_size=1, max_size=3).map(tuple)
attributes = st.one_of(
    st.builds(named, leaves, texts),
    st.builds(lambda name, value: Attribute(Tag.BEGIN_COLLECTION, name, (value,)), texts, members),
)
sections = st.builds(
    Section,
    st.sampled_from([Group.OPERATION, Group.JOB, Group.PRINTER]),
    st.lists(attributes, max_size=4).map(tuple),
)
messages = st.builds(
    Message,
    st.integers(0, 0xFFFF),
    st.integers(0, 2**32 - 1),
    st.lists(sections, max_size=3).map(tuple),
    st.binary(max_size=40),
)


@given(messages)
def test_every_message_comes_back(message: Message) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=200), st.integers(0, 3))
def test_anything_else_is_an_error_or_a_message(noise: bytes, kind: int) -> None:
    head = [b"", raw("created")[:40], raw("printer")[:120], raw("print_job")[:60]][kind]
    try:
        message = decode(head + noise)
    except IppError as error:
        assert str(error), "says what is wrong"
    else:
        assert decode(encode(message)) == message


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"]))
def test_whatever_a_printer_sends_the_host_survives(noise: bytes, head: bytes) -> None:
    host = HostProtocol("ipp://printer/ipp/print", "printer", "/ipp/print")
    host.connected(0.0)
    host.receive_bytes(head + noise, 0.1)
    host.tick(0.2)
    told = list(iter(host.next_event, None))
    assert not any(isinstance(event, PrinterReady | JobCreated | PagesOut) for event in told)
    assert host.is_over or host.next_deadline() < NEVER, "it hangs up, or goes on asking"


@given(st.integers(1, 60))
def test_a_request_split_anywhere_is_the_same_and_so_is_the_answer(size: int) -> None:
    caller, server = Caller("printer", "/ipp/print"), Server()
    for _ in range(2):  # on one connection
        asked, body = caller.ask(raw("created")), list[bytes | None]()
        for at in range(0, len(asked), size):
            body += server.feed(asked[at : at + size])
        assert body == [raw("created")]
        answer, got = server.answer(raw("printer")), list[bytes | None]()
        for at in range(0, len(answer), size):
            got.append(caller.feed(answer[at : at + size]))
        assert [each for each in got if each is not None] == [raw("printer")]


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour\x00\x00HTTP/1.1 500",
        b"\x00\x01\x02 no HTTP\r\n\r\n",
    ],
)
def test_an_answer_that_is_none_is_said(said: bytes) -> None:
    caller = Caller("printer", "/ipp/print")
    caller.ask(b"")
    try:
        body = caller.feed(said)
    except HttpError as error:
        assert "expected" in str(error)
    else:
        assert body is not None
        with pytest.raises(IppError):
            decode(body)
