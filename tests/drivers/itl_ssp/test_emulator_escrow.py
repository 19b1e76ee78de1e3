"""The emulated validator keeps its word about escrow: who is told, and how long he took."""

from __future__ import annotations

from drivers.base.notes_mechanics import TO_RECOVERY_POINT, TO_STACK, TRAVEL
from drivers.itl_ssp.codec import Answer, Code, Frame, FrameReader, Generic, Request
from drivers.itl_ssp.emulator import NoteAcceptorEmulator

IN_ESCROW, STACKING = bytes((0xEF, 0x01)), bytes((0xCC,))
TEN_RUPEES = 1000  # paise: channel 1


class Host:
    """A host that says just what the test says."""

    def __init__(self) -> None:
        self.unit, self._sequence, self._reader = NoteAcceptorEmulator(), True, FrameReader()
        for code, data in ((Code.SYNC, b""), (Code.SET_INHIBITS, b"\xff"), (Code.ENABLE, b"")):
            self.ask(code, 0.0, data)
        self.ask(Code.POLL, 0.0)

    def ask(self, code: Code, now: float, data: bytes = b"") -> bytes:
        """The data of the answer; raises AssertionError when the unit refuses."""
        frame = Frame(self._sequence, Request(code, data).to_data())
        self.unit.receive_bytes(frame.to_bytes(), now)
        self._sequence = code is Code.SYNC or not self._sequence
        (reply,) = self._reader.feed(self.unit.bytes_to_send(), now)
        answer = Answer.from_data(reply.data)
        assert answer is not None
        assert answer.generic is Generic.OK
        return answer.data


def test_a_note_after_a_returned_one_waits_for_its_own_order() -> None:
    host = Host()
    host.unit.hand_insert(1.0, TEN_RUPEES)
    assert IN_ESCROW in host.ask(Code.POLL, 1.0 + TRAVEL)
    host.ask(Code.REJECT, 1.7)
    host.ask(Code.POLL, 1.7 + TRAVEL)
    host.unit.hand_insert(3.0, TEN_RUPEES)
    answer = host.ask(Code.POLL, 3.0 + TRAVEL)
    assert IN_ESCROW in answer
    assert STACKING not in answer
    assert host.unit.physics()["at"] == "escrow"


def test_the_time_that_the_host_took_to_order_a_note_stacked() -> None:
    host = Host()
    host.unit.hand_insert(1.0, TEN_RUPEES)
    host.ask(Code.POLL, 1.75)
    assert host.unit.physics()["stack_ordered_after"] is None
    host.ask(Code.HOLD, 1.9)
    host.ask(Code.POLL, 2.0)
    assert host.unit.physics()["stack_ordered_after"] == 0.25
    host.unit.tick(2.0 + TO_RECOVERY_POINT + TO_STACK)
    assert host.unit.physics()["in_box"] == {"1000": 1}
