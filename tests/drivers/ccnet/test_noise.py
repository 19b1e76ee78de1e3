"""Both sides of the wire against bytes that follow no rule: nothing raised, nothing credited."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base.notes_events import Accept, NoteCredited, NoteInEscrow, Stack
from drivers.base.notes_protocol import Note, Order
from drivers.ccnet.codec import Code, Frame, Unit, bill_table_data
from drivers.ccnet.codec import Denomination as Row
from drivers.ccnet.emulator import NoteAcceptorEmulator
from drivers.ccnet.protocol import HostProtocol

TABLE = bill_table_data((Row(10, "IND"), Row(500, "IND")))
answers = st.one_of(
    st.builds(lambda unit: bytes((unit,)), st.sampled_from(Unit)),
    st.builds(lambda unit, detail: bytes((unit, detail)), st.sampled_from(Unit), st.integers(0, 2)),
    st.sampled_from([b"\x00", b"\xff", b"\x30", TABLE, b"SM-IN1307".ljust(34), bytes(6)]),
    st.binary(min_size=1, max_size=40),
)
requests = st.builds(
    lambda code, data: bytes((code,)) + data,
    st.sampled_from([*Code, 0x00, 0xFF, 0x99]),
    st.binary(max_size=6),
)


def frames(data: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.builds(lambda content: Frame(content).to_bytes(), data)


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=30) | frames(answers), max_size=40))
def test_a_host_survives_any_answer(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    host.send(Accept(frozenset({50000})), 0.0)
    for number, piece in enumerate(pieces, 1):
        host.receive_bytes(piece, number * 0.3)
        host.tick(number * 0.3)
        if host.note is Note.IN_ESCROW and host.order is Order.HOLD:
            host.send(Stack(), number * 0.3)
        host.bytes_to_send()
    assert host.next_deadline() < len(pieces) * 0.3 + 2.0, "it goes on asking"


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=30) | frames(requests), max_size=40))
def test_a_unit_survives_any_request(pieces: list[bytes]) -> None:
    unit = NoteAcceptorEmulator()
    for number, piece in enumerate(pieces, 1):
        unit.receive_bytes(piece, number * 0.3)
        unit.tick(number * 0.3)
        unit.bytes_to_send()
    assert unit.physics()["in_box"] == {}


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=60), max_size=40))
def test_noise_credits_nothing(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    for number, piece in enumerate(pieces, 1):
        host.receive_bytes(piece, number * 0.05)
        host.tick(number * 0.05)
    told = list(iter(host.next_event, None))
    assert not any(isinstance(event, NoteCredited | NoteInEscrow) for event in told)
