"""Slips and reports for the office: every sum on a line of its own, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from drivers.escpos.raster import Rasteriser
from firmware.contract.money import ZERO, rupees
from firmware.contract.ticket import Code, Pair, Text, Ticket
from firmware.documents import collection, report
from firmware.documents.catalogue import words_of
from firmware.documents.collection import Part, Slip, collection_slip
from firmware.documents.report import Report, day_report
from firmware.journal.desk_rows import (
    DOUBTS,
    Booked,
    Cash,
    CollectionClosed,
    DayFigures,
    Doubt,
    How,
    Pieces,
    ServiceSum,
)

CASH = Cash([Pieces(rupees(500), 12), Pieces(rupees(50), 3)], [Pieces(rupees(10), 21)])
CLOSED = CollectionClosed(
    7, "R. Meena", How.COLLECTED, 120, CASH, rupees(90_000), 15, 20, CASH.in_notes, rupees(200),
    Booked(101, 150, rupees(5870), rupees(470), None), ("2026-11-21T18:20:11",), rupees(4000),
)  # fmt: skip
SLIP = Slip(
    kiosk="tdr-0417", place="टोडारायसिंह", at="2026-11-22T18:05:00+05:30",
    since_at="2026-11-15T18:01:00+05:30", closed=CLOSED, part=Part.BOX, differs=True,
    doubts=[Doubt("unposted", "TDR 0417 0117", rupees(470))],
)  # fmt: skip
FIGURES = DayFigures(
    [ServiceSum("electricity", 23, rupees(13_000), rupees(115), rupees(210))], rupees(12_000),
    rupees(2240), 2, rupees(700), 1, rupees(500), 1, 4, rupees(9000), 2, "TDR 0417 0101",
    "TDR 0417 0126", 3,
)  # fmt: skip
REPORT = Report(
    kiosk="tdr-0417", place="टोडारायसिंह", by="R. Meena", at="2026-11-22T18:05:00+05:30",
    since_at="", number=12, figures=FIGURES,
)  # fmt: skip


def pairs(ticket: Ticket) -> dict[str, str]:
    return {line.label: line.value for line in ticket.lines if isinstance(line, Pair)}


def texts(ticket: Ticket) -> list[str]:
    return [line.text for line in ticket.lines if isinstance(line, Text)]


def test_a_slip_says_what_should_be_inside_and_what_was_counted() -> None:
    slip = collection_slip(SLIP)
    told = [(line.label, line.value) for line in slip.lines if isinstance(line, Pair)]
    assert ("₹500 × 12", "₹6,000.00") in told
    assert ("होना चाहिए · Expected", "₹6,360.00") in told
    assert ("मशीन की गिनती / रिकॉर्ड · Acceptor's count / record", "20 / 21") in told
    assert ("अंतर · Difference", "\N{MINUS SIGN}₹10.00") in told
    assert ("विभाग ने दर्ज किया · Booked by the office", "अभी पता नहीं · not known yet") in told
    assert ("उस समय अंदर · Inside then", "₹4,000.00") in told
    assert ("TDR 0417 0117: विभाग से उत्तर बाकी · not yet acknowledged", "₹470.00") in told
    assert [line.content for line in slip.lines if isinstance(line, Code)] == ["tdr-0417 C7"]


def test_two_copies_say_the_same_and_which_they_are() -> None:
    box, operator = (collection_slip(msgspec.structs.replace(SLIP, part=part)) for part in Part)
    differ = [pair for pair in zip(box.lines, operator.lines, strict=True) if pair[0] != pair[1]]
    assert len(differ) == 1
    assert "प्रति 1" in texts(box)[4]
    assert "प्रति 2" in texts(operator)[4]


def test_what_nobody_counted_is_no_zero() -> None:
    closed = msgspec.structs.replace(
        CLOSED, counted_notes=None, counted_coins=None, device_notes=None, office=None, pulled=()
    )
    told = pairs(collection_slip(msgspec.structs.replace(SLIP, closed=closed, differs=False)))
    assert told["हाथ से गिना · Counted by hand"] == told["अंतर · Difference"] == "-"
    assert told["विभाग ने दर्ज किया · Booked by the office"] == "-"


def test_a_day_is_numbered_and_an_x_is_not() -> None:
    told = pairs(day_report(REPORT))
    assert "Z 12" in texts(day_report(REPORT))
    assert told["कुल नकद · Total cash"] == "₹14,240.00"
    assert told["कुल भुगतान · Total paid"] == "₹13,325.00"
    assert told["संदिग्ध नोट या छेड़छाड़ · Suspected notes or cheats"] == "3"
    x = day_report(msgspec.structs.replace(REPORT, number=None))
    assert not [text for text in texts(x) if text.startswith("Z ")]
    assert "यह रिपोर्ट दिन बंद नहीं करती · This report does not close the day" in texts(x)


def test_every_key_has_words_in_both_languages() -> None:
    keys = {f"collection.doubt.{what}" for what in DOUBTS}
    for module in (collection, report):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(key)) if key.startswith(("collection.", "report.")):
                    keys |= set() if key.endswith(".") else {key}
                case _:
                    pass
    assert len(keys) > 40
    for language in ("hi", "en"):
        assert [key for key in sorted(keys) if key not in words_of(language)] == []


@pytest.mark.parametrize("width", [576, 384])
def test_both_papers_fit_both_rolls(width: int) -> None:
    for ticket in (collection_slip(SLIP), day_report(REPORT)):
        picture = Rasteriser(width).draw(ticket)
        assert picture.width == width
        assert picture.height < 3200  # mm times eight: no roll is wasted
        empty = msgspec.structs.replace(ticket, lines=[])
        assert Rasteriser(width).draw(empty).height < picture.height


def test_no_money_no_difference_no_sign() -> None:
    closed = msgspec.structs.replace(CLOSED, expected=Cash(), counted_notes=ZERO)
    told = pairs(collection_slip(msgspec.structs.replace(SLIP, closed=closed)))
    assert told["होना चाहिए · Expected"] == "₹0.00"
