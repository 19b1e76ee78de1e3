"""Both sides of the wire against bytes that follow no rule: nothing raised, nothing credited."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.base.notes_events import Accept, NoteCredited, NoteInEscrow
from drivers.id003.codec import LONGEST_FRAME, Code, Frame, Status
from drivers.id003.emulator import NoteAcceptorEmulator
from drivers.id003.protocol import HostProtocol


def frames(codes: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    data = st.binary(max_size=20)
    return st.builds(lambda code, content: Frame(code, content).to_bytes(), codes, data)


answers = frames(st.sampled_from([*Status, *Code, 0x99]))
requests = frames(st.sampled_from([*Code, 0x99]))


@given(st.lists(st.binary(max_size=30) | answers, max_size=40))
def test_a_host_survives_any_answer(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    host.send(Accept(frozenset({50000})), 0.0)
    for number, piece in enumerate(pieces, 1):
        host.tick(number * 0.1 - 0.05)
        host.bytes_to_send()
        host.receive_bytes(piece, number * 0.1)
        assert len(host._exchange._reader._kept) < LONGEST_FRAME
    assert host.next_deadline() < len(pieces) * 0.1 + 2.0, "it goes on asking"


@given(st.lists(st.binary(max_size=30) | requests, max_size=40))
def test_a_unit_survives_any_request(pieces: list[bytes]) -> None:
    unit = NoteAcceptorEmulator()
    for number, piece in enumerate(pieces, 1):
        unit.receive_bytes(piece, number * 0.1)
        unit.tick(number * 0.1)
        unit.bytes_to_send()
    assert unit.physics()["in_box"] == {}


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_noise_credits_nothing(pieces: list[bytes]) -> None:
    host = HostProtocol()
    host.connected(0.0)
    for number, piece in enumerate(pieces, 1):
        host.receive_bytes(piece, number * 0.03)
        host.tick(number * 0.03)
    told = list(iter(host.next_event, None))
    assert not any(isinstance(event, NoteCredited | NoteInEscrow) for event in told)
