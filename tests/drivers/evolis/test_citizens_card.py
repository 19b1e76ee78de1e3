"""The cards that the kiosk draws, as they lie in the hopper: a phone reads their code."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp

from firmware.contract.pvc import CardPrinted, PrintCard, SpooledSide
from firmware.documents.card import aadhaar_sides, jan_aadhaar_sides
from tests.drivers.evolis.bench import Counter, started
from tests.firmware.documents.cards import AADHAAR, JAN_AADHAAR


@pytest.mark.parametrize("ribbon", ["ymcko", "k"])
@pytest.mark.parametrize(
    ("sides", "code"),
    [
        (aadhaar_sides(AADHAAR), AADHAAR.code),
        (jan_aadhaar_sides(JAN_AADHAAR), JAN_AADHAAR.code),
    ],
    ids=["aadhaar", "jan-aadhaar"],
)
def test_the_printed_code_is_read_by_a_phone(
    tmp_path: Path, ribbon: str, sides: tuple[bytes, bytes], code: str
) -> None:
    counter = started(Counter(tmp_path, ribbon=ribbon))
    front, back = (SpooledSide(*counter.spool.put(side)) for side in sides)
    counter.device.on_command(PrintCard("a", front, back))
    counter.run_until_told("a")
    assert counter.till.journal["a"] == CardPrinted("a")
    assert counter.emulator.hopper.last is not None
    _, printed = counter.emulator.hopper.last
    assert [found.text for found in zxingcpp.read_barcodes(printed)] == [code]
