"""The host's side alone: literal bytes, repeats, resets, and bytes that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base.protocol import NEVER, CommandRefused
from drivers.cctalk.codec import HOST, Checksum, EventBuffer, Frame, Header, News
from drivers.cctalk.emulator import CoinAcceptorEmulator
from drivers.cctalk.events import (
    Accept,
    CoinAccepted,
    Event,
    InhibitsSet,
    LinkLost,
    LinkRestored,
    SelfChecked,
    Started,
    WireLost,
)
from drivers.cctalk.events import News as Told
from drivers.cctalk.exchange import QUIET_AFTER_REPEAT, Echo, Exchanges, Request
from drivers.cctalk.host import PHASES, Phase
from drivers.cctalk.protocol import COIN_ACCEPTOR, HostProtocol
from drivers.cctalk.reading import Remembered

SPY = b"\x02\x00\x01\xfe\xff"  # simple poll, as the document prints it
ACK = b"\x01\x00\x02\x00\xfd"


def events_of(host: HostProtocol) -> list[Event]:
    return list(iter(host.next_event, None))


def run(host: HostProtocol, device: CoinAcceptorEmulator, begin: float, end: float) -> list[bytes]:
    """Both sides on one wire, in steps of ten milliseconds; returns what the host sent."""
    sent: list[bytes] = []
    for step in range(round(begin * 100), round(end * 100)):
        now = step / 100
        host.tick(now)
        device.tick(now)
        if data := host.bytes_to_send():
            sent.append(data)
            device.receive_bytes(data, now)
        if data := device.bytes_to_send():
            host.receive_bytes(data, now)
    return sent


def started() -> tuple[HostProtocol, CoinAcceptorEmulator]:
    host, device = HostProtocol(), CoinAcceptorEmulator()
    host.connected(0.0)
    run(host, device, 0.0, 1.0)
    return host, device


def test_start_up_asks_in_the_order_of_the_document() -> None:
    host, device = HostProtocol(), CoinAcceptorEmulator()
    host.connected(0.0)
    headers = [frame[3] for frame in run(host, device, 0.0, 0.5)]
    ids = [Header.COIN_ID] * 16
    identity = [254, 245, 244, 246, 192, 241, 242, 4]
    assert headers[:30] == [*identity, 229, 229, *ids, Header.SELF_CHECK, 228, 231, 229]
    [first, second, third] = events_of(host)
    assert isinstance(first, Started) and not first.is_known
    assert first.coins[1] == "IN100A" and first.coins[6] == "......"
    assert (first.identity.serial, first.identity.comms) == ("1234567", "1.4.7")
    assert (second, third) == (SelfChecked(0, 0), InhibitsSet(frozenset()))


def test_the_base_of_all_news_is_not_taken_from_one_hurt_answer() -> None:
    """A base that is too low would credit coins from before our time."""
    host, device = HostProtocol(), CoinAcceptorEmulator()
    device._enabled = frozenset({1})
    for moment in (0.1, 0.3, 0.5):
        device.hand("insert", moment, paise=100)
        device.tick(moment + 0.2)
    honest, hurt = device._read_credits, [buffer(1, (1, 1)).to_data()]
    device._obey[Header.READ_CREDITS] = lambda data, now: hurt.pop() if hurt else honest(data, now)
    host.connected(1.0)
    run(host, device, 1.0, 3.0)
    told = events_of(host)
    assert [event.buffer.counter for event in told if isinstance(event, Started)] == [3]
    assert not any(isinstance(event, Told) for event in told)


def test_polls_come_every_200_ms() -> None:
    host, device = started()
    sent = run(host, device, 1.0, 3.0)
    assert {frame[3] for frame in sent} == {Header.READ_CREDITS}
    assert len(sent) == 10


def test_opening_sets_the_mask_first_and_shutting_the_master_first() -> None:
    host, device = started()
    events_of(host)
    host.send(Accept(frozenset({1, 2, 16})), 1.0)
    sent = run(host, device, 1.0, 1.1)
    assert sent[:2] == [
        Frame(2, HOST, Header.MODIFY_INHIBITS, b"\x03\x80").to_bytes(),
        Frame(2, HOST, Header.MODIFY_MASTER_INHIBIT, b"\x01").to_bytes(),
    ]
    assert events_of(host) == [InhibitsSet(frozenset({1, 2, 16}))]
    host.send(Accept(frozenset()), 1.1)
    assert [frame[3:5] for frame in run(host, device, 1.1, 1.2)[:2]] == [b"\xe4\x00", b"\xe7\x00"]


def test_changing_the_mind_in_the_middle_ends_with_the_last_word() -> None:
    host, device = started()
    events_of(host)
    host.send(Accept(frozenset({1})), 1.0)
    host.bytes_to_send()  # the mask is on its way
    host.send(Accept(frozenset()), 1.0)
    run(host, device, 1.0, 2.5)
    assert events_of(host) == [InhibitsSet(frozenset())]
    assert device.physics()["accepting"] == []


def test_positions_beyond_sixteen_are_the_callers_fault() -> None:
    with pytest.raises(CommandRefused, match=r"expected positions 1 to 16, got \[0, 17\]"):
        HostProtocol().send(Accept(frozenset({0, 3, 17})), 0.0)


def test_nobody_answers_and_then_somebody_does() -> None:
    host, device = HostProtocol(), CoinAcceptorEmulator()
    host.connected(0.0)
    sent = []
    for step in range(500):
        host.tick(step / 100)
        if data := host.bytes_to_send():
            sent.append(data)
    assert set(sent) == {SPY} and len(sent) >= 4
    assert events_of(host) == [LinkLost(echo_is_missing=False)]  # once, not at every search
    run(host, device, 5.0, 7.5)
    found = events_of(host)
    assert found[0] == LinkRestored() and isinstance(found[1], Started)


def test_a_request_is_repeated_at_least_three_times() -> None:
    host, _ = started()
    events_of(host)
    sent, now = [], 1.0
    while not (told := events_of(host)):
        now += 0.01
        host.tick(now)
        sent += [data] if (data := host.bytes_to_send()) else []
    assert told == [LinkLost(echo_is_missing=False)]
    assert len(sent) >= 4 and set(sent) == {bytes((2, 0, 1, 229, 24))}
    assert now < 4.0


def test_without_a_wire_nothing_is_due_and_nothing_is_said() -> None:
    host, _ = started()
    events_of(host)
    host.disconnected(1.0)
    assert events_of(host) == [WireLost()]
    assert host.next_deadline() == NEVER
    host.tick(100.0)
    host.receive_bytes(ACK, 100.0)
    assert host.bytes_to_send() == b"" and events_of(host) == []


def test_a_wrong_step_of_the_host_is_a_bug() -> None:
    assert set(PHASES) == set(Phase)
    with pytest.raises(AssertionError):
        HostProtocol()._enter(Phase.POLLING)


# --- the same counter, another life of the device --------------------------------------------


def buffer(counter: int, *pairs: tuple[int, int]) -> EventBuffer:
    return EventBuffer(counter, (*pairs, *[(0, 0)] * (5 - len(pairs))))


A, B, C = (1, 1), (2, 1), (0, 2)


@pytest.mark.parametrize(
    ("earlier", "later", "news"),
    [
        (buffer(1, A), buffer(2, B, A), News(1)),
        (buffer(1, A), buffer(1, A), News()),
        (buffer(255, A, A, A, A, A), buffer(1, B, A, A, A, A), News(1)),
        (buffer(48, A, A, A, A, A), buffer(54, B, B, B, B, B), News(5, 1)),
        # reset, and the counter is above 0 again before we looked
        (buffer(1, A), buffer(1, B), News(1, 0, True)),
        (buffer(1, A), buffer(2, B, C), News(2, 0, True)),
        (buffer(9, A, A, A, A, A), buffer(2, B, C), News(2, 0, True)),
        (buffer(9, A, A, A, A, A), buffer(0), News(0, 0, True)),
        (buffer(3, A, A, A), buffer(7, B, B, B, B, C), News(5, 2, True)),
    ],
)
def test_two_readings(earlier: EventBuffer, later: EventBuffer, news: News) -> None:
    assert later.since(earlier) == news


@given(st.lists(st.sampled_from([A, B, C, (5, 1), (0, 14)]), max_size=40), st.data())
def test_readings_of_one_life_never_look_like_a_reset(
    happened: list[tuple[int, int]], data: st.DataObject
) -> None:
    def after(count: int) -> EventBuffer:
        return buffer(count, *reversed(happened[max(0, count - 5) : count]))

    first = data.draw(st.integers(0, len(happened)))
    second = data.draw(st.integers(first, len(happened)))
    count = second - first
    assert after(second).since(after(first)) == News(min(count, 5), max(0, count - 5))


def test_what_happened_while_the_host_was_down_is_told_oldest_first() -> None:
    device = CoinAcceptorEmulator()
    device._enabled = frozenset({1, 2, 3})
    for moment, paise in ((0.1, 100), (0.3, 200), (0.5, 500)):
        device.hand("insert", moment, paise=paise)
        device.tick(moment + 0.2)
    host = HostProtocol(remembered=Remembered("1234567", buffer(1, (1, 1))))
    host.connected(1.0)
    run(host, device, 1.0, 2.0)
    [first, *rest] = events_of(host)
    assert isinstance(first, Started) and first.is_known
    [told] = [event for event in rest if isinstance(event, Told)]
    assert told.happened == (CoinAccepted(2, 1), CoinAccepted(3, 1))


# --- one request at a time -------------------------------------------------------------------


def ask(header: Header, lengths: range) -> Request:
    return Request(COIN_ACCEPTOR, header, b"", lengths)


def reply(data: bytes) -> bytes:
    return Frame(HOST, COIN_ACCEPTOR, Header.REPLY, data).to_bytes()


def test_a_twin_of_the_last_answer_is_not_taken_for_this_one() -> None:
    line = Exchanges(Checksum.SIMPLE)
    first, second = ask(Header.CATEGORY, range(3, 33)), ask(Header.BUILD_CODE, range(3, 33))
    line.ask(first, 0.0)
    line.is_given_up_at(0.3)
    assert line.receive(reply(b"twin"), 0.4) == (first, b"twin")
    line.ask(second, 0.4)
    assert line.outgoing.endswith(SPY)  # the fence
    assert line.receive(reply(b"twin"), 0.45) is None
    assert line.receive(ACK, 0.46) is None
    assert line.outgoing.endswith(second.to_bytes(Checksum.SIMPLE))
    assert line.receive(reply(b"mine"), 0.5) == (second, b"mine")


def test_an_ack_after_a_repeated_ack_waits_until_the_line_is_quiet() -> None:
    line = Exchanges(Checksum.SIMPLE)
    first, second = (
        ask(Header.MODIFY_INHIBITS, range(1)),
        ask(Header.MODIFY_MASTER_INHIBIT, range(1)),
    )
    line.ask(first, 0.0)
    line.is_given_up_at(0.3)
    assert line.receive(ACK, 0.4) == (first, b"")
    line.outgoing.clear()
    line.ask(second, 0.4)
    assert line.receive(ACK, 0.5) is None and not line.outgoing
    line.is_given_up_at(0.4 + QUIET_AFTER_REPEAT)
    assert line.outgoing == second.to_bytes(Checksum.SIMPLE)


def test_an_echo_is_known_whatever_pieces_it_comes_in() -> None:
    line = Exchanges(Checksum.SIMPLE)
    request = ask(Header.SIMPLE_POLL, range(1))
    line.ask(request, 0.0)
    for place, byte in enumerate(SPY + ACK[:-1]):
        assert line.receive(bytes((byte,)), place / 1000) is None
    assert line.receive(ACK[-1:], 0.02) == (request, b"")
    assert line.echo is Echo.HEARD


def test_an_echo_behind_noise_is_an_echo_and_no_broken_bus() -> None:
    line = Exchanges(Checksum.SIMPLE)
    request, now = ask(Header.SIMPLE_POLL, range(1)), 0.0
    for noise in (b"", *[b"\x07"] * 8):
        line.ask(request, now)
        assert line.receive(noise, now + 0.01) is None
        assert line.receive(SPY + ACK, now + 0.1) == (request, b"")
        assert line.echo is Echo.HEARD
        now += 1.0


def test_an_answer_from_another_address_or_to_another_host_is_none() -> None:
    line = Exchanges(Checksum.SIMPLE)
    line.ask(ask(Header.SIMPLE_POLL, range(1)), 0.0)
    for frame in (Frame(HOST, 3, 0), Frame(9, 2, 0), Frame(HOST, 2, 5), Frame(HOST, 2, 6)):
        assert line.receive(frame.to_bytes(), 0.01) is None
    assert line.receive(ACK, 0.02) is not None


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.binary(max_size=30), st.booleans(), st.floats(0, 0.3)), max_size=40),
    st.sampled_from(Checksum),
)
def test_arbitrary_bytes_raise_nothing_on_either_side(
    pieces: list[tuple[bytes, bool, float]], checksum: Checksum
) -> None:
    host = HostProtocol(checksum=checksum)
    device = CoinAcceptorEmulator(checksum=checksum, has_echo=True)
    host.connected(0.0)
    now = 0.0
    for data, is_framed, later in pieces:
        now += later
        source = None if checksum is Checksum.CRC else COIN_ACCEPTOR
        answer = Frame(HOST, source, Header.REPLY, data).to_bytes(checksum)
        order = Frame(COIN_ACCEPTOR, source, data[0] if data else 0, data).to_bytes(checksum)
        host.receive_bytes(answer if is_framed else data, now)
        device.receive_bytes(order if is_framed else data, now)
        for side in (host, device):
            side.tick(now)
            side.bytes_to_send()
        assert not any(isinstance(event, Told) for event in events_of(host))
