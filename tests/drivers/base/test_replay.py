"""Every family's recording can be replayed: what a technician sends in is no use otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from drivers.base.conformance import Conformance
from drivers.base.flight import What
from drivers.base.replay import WITHHELD, Replay
from drivers.base.scan import families
from tests.drivers.base.recording import record
from tests.drivers.ccnet.test_conformance import TestCcnet as Ccnet
from tests.drivers.cctalk.test_conformance import TestCctalk as Cctalk
from tests.drivers.cctalk_bill.test_conformance import TestNoteAcceptor as CctalkBill
from tests.drivers.escpos.test_conformance import TestEscPos as EscPos
from tests.drivers.evolis.test_conformance import TestEvolis as Evolis
from tests.drivers.id003.test_conformance import TestNoteAcceptor as Id003
from tests.drivers.ipp.test_conformance import TestIpp as Ipp
from tests.drivers.itl_ssp.test_conformance import TestNoteAcceptor as ItlSsp
from tests.drivers.magnesafe.test_conformance import TestMagneSafe as MagneSafe
from tests.drivers.magstripe.test_conformance import TestMagstripe as Magstripe
from tests.drivers.mdb.test_conformance import TestChanger as MdbCoins
from tests.drivers.mdb.test_notes_conformance import TestValidator as MdbNotes
from tests.drivers.rd_service.test_conformance import TestRdService as RdService

MONEY: dict[str, Callable[[], Conformance]] = {
    "itl_ssp": ItlSsp, "ccnet": Ccnet, "id003": Id003, "cctalk_bill": CctalkBill,
    "mdb_notes": MdbNotes, "cctalk": Cctalk, "mdb_coins": MdbCoins,
}  # fmt: skip
PRIVATE: dict[str, Callable[[], Conformance]] = {
    "escpos": EscPos, "evolis": Evolis, "ipp": Ipp, "magnesafe": MagneSafe, "magstripe": Magstripe,
    "rd_service": RdService,
}  # fmt: skip
MOST_KEPT_OF_A_WRITE = 400  # bytes: what IPP asks for stands in front of the pages
SECONDS = 14.0  # within what a recorder keeps of a start


def replayed(case: Conformance, folder: Path) -> tuple[Replay, list[str]]:
    first, again = folder / "first", folder / "again"
    first.mkdir()
    again.mkdir()
    replay = Replay(*record(case, first, SECONDS), again)
    return replay, list(replay.run())


def test_every_family_with_a_wire_is_here() -> None:
    assert {name for name, _ in families()} <= MONEY.keys() | PRIVATE.keys()


@pytest.mark.parametrize("family", MONEY)
def test_a_driver_does_with_a_recorded_visit_what_it_did_then(family: str, tmp_path: Path) -> None:
    replay, lines = replayed(MONEY[family](), tmp_path)
    told = [line for line in lines if " told " in line]
    assert len(told) > 1 and not any("recorded" in line for line in told), told
    assert replay.as_recorded > 50 and replay.otherwise == 0, "\n".join(lines)


@pytest.mark.parametrize("family", PRIVATE)
def test_what_no_recording_has_is_not_made_up(family: str, tmp_path: Path) -> None:
    """A receipt was replayed as a blank one, and told as printed."""
    replay, lines = replayed(PRIVATE[family](), tmp_path)
    (place,) = (place for place, line in enumerate(lines) if WITHHELD in line)
    assert replay.otherwise == 0, lines
    assert any(" told " in line for line in lines[place:]), "what became of it is in the recording"


CARD_NUMBERS = ("4111111111111111", "6080000000000000")  # of the script's plastic


@pytest.mark.parametrize("family", ["magnesafe", "magstripe"])
def test_no_recording_has_a_card_number_in_it(family: str, tmp_path: Path) -> None:
    header, entries = record(PRIVATE[family](), tmp_path, SECONDS)
    assert any(entry.what is What.TOLD for entry in entries), "cards were swiped"
    text = msgspec.json.encode([header, *entries]).decode()
    for number in CARD_NUMBERS:
        for shown in (number, number.encode().hex(), number[:6], number[-4:] + '"'):
            assert shown not in text


@pytest.mark.parametrize("family", ["escpos", "evolis", "ipp"])
def test_no_recording_has_more_of_a_picture_than_its_command(family: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    _, entries = record(PRIVATE[family](), tmp_path, SECONDS)
    sent = [bytes.fromhex(entry.data) for entry in entries if entry.what is What.SENT]
    assert sent and max(map(len, sent)) <= MOST_KEPT_OF_A_WRITE
