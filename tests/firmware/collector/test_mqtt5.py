"""MQTT 5 byte by byte: literal bytes of the standard's layout, every split, and garbage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.collector import mqtt5
from firmware.collector.mqtt5 import Connack, Granted, MqttError, Puback, Publish, Reader

CONNECT = bytes.fromhex(
    "10 1d 0004 4d515454 05 02 003c"  # CONNECT, 29 bytes; "MQTT", version 5; clean start; 60 s
    "08 21 0014 27 00040000"  # receive maximum 20; maximum packet size 256 KiB
    "0008 726a31342d303031"  # rj14-001
)
CONNACK = bytes.fromhex("20 0b 00 00 08 21 0014 13 0078 2a 01")  # window 20, 120 s, shared: yes
PUBLISH = bytes.fromhex("32 0a 0003 612f62 0007 00 6869")  # QoS 1, a/b, id 7, "hi"


def test_connect_is_laid_out_as_section_3_1_says() -> None:
    assert mqtt5.connect("rj14-001", 60, 20) == CONNECT


def test_last_will_stands_before_user_and_password() -> None:
    packet = mqtt5.connect("k", 60, 20, mqtt5.Will("w", b"x"), "u", "p")
    assert packet[9] == 0b1110_1110  # user, password, retain, QoS 1, will, clean start
    assert packet.endswith(bytes.fromhex("0001 6b 00 0001 77 0001 78 0001 75 0001 70"))


def test_a_brokers_wishes_in_connack_are_heard() -> None:
    assert Reader().feed(CONNACK) == [Connack(0, False, receive_maximum=20, keep_alive=120)]
    rabbit = bytes.fromhex("20 05 00 00 02 2a 00")
    assert Reader().feed(rabbit) == [Connack(0, False, has_shared=False)]
    refused = bytes.fromhex("20 08 00 87 05 1f 0002 6e6f")
    assert Reader().feed(refused) == [Connack(0x87, False, why="no")]


def test_a_stream_that_comes_one_byte_at_a_time_is_the_same_stream() -> None:
    reader, found = Reader(), []
    for byte in CONNACK + PUBLISH + bytes.fromhex("40 02 0007 d0 00 90 04 0001 00 01 e0 00"):
        found += reader.feed(bytes([byte]))
    assert found == [
        Connack(0, False, receive_maximum=20, keep_alive=120),
        Publish("a/b", b"hi", 1, packet_id=7),
        Puback(7),
        mqtt5.Pong(),
        Granted(1, b"\x01"),
        mqtt5.Disconnected(0),
    ]


def test_properties_that_nobody_asked_for_are_passed_over() -> None:
    """A user property, a subscription identifier of two bytes, a content type."""
    raw = bytes.fromhex("30 16 0001 61 10 26 0001 6b 0001 76 0b 8101 03 0001 78 01 01 6869")
    assert Reader().feed(raw) == [Publish("a", b"hi")]


@pytest.mark.parametrize(
    "raw",
    [
        "10 00",  # CONNECT is of clients
        "30 ffffffff 01",  # a length of five bytes
        "30 80 80 40",  # a megabyte
        "32 05 0003 612f62",  # QoS 1 without an id
        "30 06 0001 61 02 99 00",  # no such property
        "30 04 0002 fffe",  # a topic that is no text
        "20 01 00",
    ],
)
def test_what_is_no_mqtt_of_a_server_ends_the_connection(raw: str) -> None:
    with pytest.raises(MqttError):
        Reader().feed(bytes.fromhex(raw))


MESSAGES = st.builds(
    Publish,
    topic=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    payload=st.binary(max_size=300),
    qos=st.just(1),
    retain=st.booleans(),
    packet_id=st.integers(1, 65535),
    is_duplicate=st.booleans(),
    expiry=st.none() | st.integers(0, 2**32 - 1),
)


@given(MESSAGES, st.lists(st.integers(1, 400), max_size=5))
def test_what_is_published_is_read_back_however_it_is_cut(
    message: Publish, cuts: list[int]
) -> None:
    raw, reader = mqtt5.publish(message), Reader()
    found: list[mqtt5.Packet] = []
    for cut in [*cuts, len(raw)]:
        found += reader.feed(raw[:cut])
        raw = raw[cut:]
    assert found == [message]


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_never_a_bug(raw: bytes) -> None:
    try:
        Reader().feed(raw)
    except MqttError as error:
        assert str(error)
