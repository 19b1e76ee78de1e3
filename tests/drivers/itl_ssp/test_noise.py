"""Both sides of the wire against bytes that follow no rule: nothing raised, nothing credited."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.base.notes_events import Accept, NoteCredited
from drivers.itl_ssp.codec import Code, Frame, Generic
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from drivers.itl_ssp.protocol import HostProtocol

answers = st.builds(
    lambda generic, data: bytes((generic,)) + data,
    st.sampled_from([*Generic, 0x99]),
    st.binary(max_size=60),
)
requests = st.builds(
    lambda code, data: bytes((code,)) + data,
    st.sampled_from([*Code, 0x99]),
    st.binary(max_size=6),
)


def frames(data: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.builds(lambda flag, content: Frame(flag, content).to_bytes(), st.booleans(), data)


@given(st.lists(st.binary(max_size=30) | frames(answers), max_size=40))
def test_a_host_survives_any_answer(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    host.send(Accept(frozenset({50000})), 0.0)
    for number, piece in enumerate(pieces, 1):
        host.receive_bytes(piece, number * 0.3)
        host.tick(number * 0.3)
        host.bytes_to_send()
    assert host.next_deadline() < len(pieces) * 0.3 + 2.0, "it goes on asking"


@given(st.lists(st.binary(max_size=30) | frames(requests), max_size=40))
def test_a_unit_survives_any_request(pieces: list[bytes]) -> None:
    unit = NoteAcceptorEmulator()
    for number, piece in enumerate(pieces, 1):
        unit.receive_bytes(piece, number * 0.3)
        unit.tick(number * 0.3)
        unit.bytes_to_send()
    assert unit.physics()["in_box"] == {}


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_noise_credits_nothing(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    for number, piece in enumerate(pieces, 1):
        host.receive_bytes(piece, number * 0.05)
        host.tick(number * 0.05)
    assert not any(isinstance(event, NoteCredited) for event in iter(host.next_event, None))
