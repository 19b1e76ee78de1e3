"""The cards that the office draws, as they lie in the hopper: a phone reads their code."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp

from firmware.contract.document import PrintDocument
from firmware.documents.card import aadhaar_sides, jan_aadhaar_sides
from firmware.gateway.sandbox.pdf import pdf_of_pictures
from tests.drivers.evolis.bench import DPI, Counter, printed, started
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
    document = pdf_of_pictures(sides, DPI)
    counter.device.on_command(PrintDocument("a", *counter.spool.put(document), 2))
    counter.run_until_told("a")
    assert counter.till.journal["a"] == printed("a")
    assert counter.emulator.hopper.last is not None
    _, back = counter.emulator.hopper.last
    assert [found.text for found in zxingcpp.read_barcodes(back)] == [code]
