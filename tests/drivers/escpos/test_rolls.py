"""Rolls and cutters: how much is left, who says so, and what does not fit on the rest."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import zxingcpp
from PIL import ImageChops

from drivers.escpos.driver import CUTTER_LIFE
from drivers.escpos.emulator import ReceiptPrinterEmulator
from drivers.escpos.raster import Rasteriser
from firmware.contract.device import Outcome, Refill, TicketPrinted
from firmware.contract.ticket import Text, Ticket
from firmware.documents.receipt import receipt
from tests.drivers.escpos.bench import Counter
from tests.firmware.documents.test_documents import RECEIPT


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A printer that has started up and has nothing to do."""
    ready = Counter(tmp_path)
    ready.run(0.3)
    return ready


def test_a_roll_is_changed_before_its_end_and_only_the_operator_knows(counter: Counter) -> None:
    """Near the middle of a roll no sensor sees anything: the count would run on."""
    counter.order("a")
    counter.run(3)
    left = counter.device.state().consumables[0]
    assert (left.full, left.source) == (50_000, "counted")
    assert left.level is not None and left.level < 50_000
    assert counter.device.on_command(Refill("paper")).outcome is Outcome.DONE
    assert counter.device.state().consumables[0].level == 50_000
    counter.visit.start_driver()
    assert counter.device.state().consumables[0].level == 50_000


def test_a_cutter_is_counted_by_its_cuts_and_new_when_somebody_says_so(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    assert counter.device.state().consumables[1].level == CUTTER_LIFE - 1
    assert counter.device.on_command(Refill("cutter")).outcome is Outcome.DONE
    assert counter.device.state().consumables[1].level == CUTTER_LIFE
    assert counter.device.state().counters["cuts"] == 1
    reply = counter.device.on_command(Refill("ink"))
    assert (reply.outcome, reply.detail) == (Outcome.REFUSED, "expected paper or cutter, got ink")


def test_a_receipt_on_a_narrow_roll_is_whole_and_read_by_a_phone(tmp_path: Path) -> None:
    """58 mm: nothing is cut off at the right edge."""
    narrow = ReceiptPrinterEmulator(width_dots=384)
    counter = Counter(tmp_path, "a", emulator=narrow, width_dots=384)
    counter.till.ticket = receipt(RECEIPT)
    counter.run(6)
    assert counter.till.journal == {"a": TicketPrinted("a")}
    printed = counter.emulator.roll.last_picture
    assert printed is not None and printed.width == 384
    drawn = Rasteriser(384).draw(receipt(RECEIPT))
    same_place = printed.crop((0, 0, 384, drawn.height))
    assert ImageChops.difference(drawn.convert("L"), same_place.convert("L")).getbbox() is None
    assert zxingcpp.read_barcodes(printed.convert("L"))[0].text == RECEIPT.number


def test_a_ticket_longer_than_the_rest_of_the_roll_is_not_begun(counter: Counter) -> None:
    """Measured before its first row: half a claim slip is worse than none."""
    counter.hand("near_end")
    counter.run(1.5)
    book = counter.device._book
    book._save(msgspec.structs.replace(book.record, rows_left=300))
    counter.order("a")
    counter.run(3)
    assert counter.fault_of("a") == "receipt.paper.short"
    assert counter.tickets == [] and book.record.rows_left == 300
    counter.order("b", Ticket([Text("।")]))
    counter.run(3)
    assert counter.till.journal["b"] == TicketPrinted("b")


def test_a_count_that_came_to_nothing_refuses_no_ticket(counter: Counter) -> None:
    """The sensor sees little, the count says nothing is left, and the printer prints on."""
    counter.hand("near_end")
    counter.run(1.5)
    book = counter.device._book
    book._save(msgspec.structs.replace(book.record, rows_left=0))
    counter.order("a")
    counter.run(3)
    assert counter.till.journal["a"] == TicketPrinted("a")
